"""Who can be talked to now, from `handoff_config.yml`. Pure: the caller has file and clock.

The bridge reads the same file, strictly, when it starts; so nothing here complains. It has the last
word on hours too. What both understand alike is tested in tests/bot/test_targets.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

#: The questions of the triage form, in the order in which they are asked.
QUESTIONS = ("name", "contact", "topic", "problem")

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_STRETCH = re.compile(r"(\w{3})(?:\s*-\s*(\w{3}))?\s+(\d+):(\d+)\s*-\s*(\d+):(\d+)")


@dataclass(frozen=True)
class Target:
    """Somebody a thread can be handed to."""

    name: str
    title: str
    #: Its title in other languages, by their codes.
    titles: Mapping[str, str]
    kind: str
    hours: Mapping[str, str] | None
    #: Which questions are asked before a handoff to it.
    triage: tuple[str, ...]

    @property
    def is_human(self) -> bool:
        """People answer behind an inbox or another app; a bot is a bot."""
        return self.kind != "bot"

    def is_open(self, now: datetime) -> bool:
        """Say whether somebody is there at ``now``, which knows its time zone."""
        return self.hours is None or _within(self.hours, now)


@dataclass(frozen=True)
class Targets:
    """All targets, and the name of the one that a handoff goes to that names none."""

    default: str
    listed: tuple[Target, ...]

    def named(self, name: str) -> Target | None:
        """Return the target of this name, the default one for an empty name."""
        return next((each for each in self.listed if each.name == (name or self.default)), None)

    def open(self, now: datetime, *, bots: bool) -> list[Target]:
        """Return who is there at ``now``, the default one first; other bots if ``bots``."""
        there = [each for each in self.listed if each.is_open(now) and (bots or each.is_human)]
        return sorted(there, key=lambda target: target.name != self.default)


def read(config: Mapping[str, Any]) -> Targets:
    """Read what `handoff_config.yml` says of targets."""
    listed = tuple(
        Target(
            name=name,
            title=str(told["title"]),
            titles=told.get("title_by_language") or {},
            kind=str(told["kind"]),
            hours=told.get("hours"),
            triage=tuple(each for each in QUESTIONS if each in told.get("triage", ())),
        )
        for name, told in config["handoff_targets"].items()
    )
    return Targets(config["default"], listed)


def _within(hours: Mapping[str, str], now: datetime) -> bool:
    """Say whether ``now`` is in a stretch of ``Mon-Fri 09:00-18:00, Sat 10:00-16:00``."""
    there = now.astimezone(ZoneInfo(hours["timezone"]))
    minute = there.hour * 60 + there.minute
    for first, last, *times in _STRETCH.findall(hours["weekly"]):
        begins, ends = _DAYS.index(first.lower()), _DAYS.index((last or first).lower())
        opens, closes = int(times[0]) * 60 + int(times[1]), int(times[2]) * 60 + int(times[3])
        is_day = (there.weekday() - begins) % 7 <= (ends - begins) % 7
        if is_day and opens <= minute < closes:
            return True
    return False
