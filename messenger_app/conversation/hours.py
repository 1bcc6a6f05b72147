"""When a target's people are there, as ``Mon-Fri 09:00-18:00, Sat 10:00-16:00`` says it."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = "|".join(_DAYS)
_PART = re.compile(
    rf"(?P<first>{_DAY})(?:\s*-\s*(?P<last>{_DAY}))?\s+"
    r"(?P<opens>\d\d?:\d\d)\s*-\s*(?P<closes>\d\d?:\d\d)",
    re.IGNORECASE | re.ASCII,
)
_MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One stretch of one weekday. Minutes are counted from that day's midnight."""

    #: 0 is Monday.
    weekday: int
    opens: int
    #: The first minute after it; 1440 is the end of the day.
    closes: int


@dataclass(frozen=True, slots=True)
class Hours:
    """A week's opening hours in one time zone, by the clock on the wall there."""

    timezone: ZoneInfo
    #: In the order of the week, without overlaps.
    spans: tuple[Span, ...]

    def is_open(self, at_ms: int) -> bool:
        """Say whether somebody is there at this moment, in milliseconds since 1970."""
        there = datetime.fromtimestamp(at_ms / 1000, self.timezone)
        minute = there.hour * 60 + there.minute
        return any(
            span.weekday == there.weekday() and span.opens <= minute < span.closes
            for span in self.spans
        )


def parse_hours(timezone: str, weekly: str) -> Hours:
    """Read a time zone's name and a week such as ``Mon-Fri 09:00-12:00, Mon-Fri 13:00-18:00``.

    Days may go round the end of the week (``Sat-Mon``) and a day may end at ``24:00``. Raises
    ValueError with a sentence that says what can't be read.
    """
    spans = sorted(span for part in weekly.split(",") for span in _spans(part.strip()))
    for earlier, later in pairwise(spans):
        if earlier.weekday == later.weekday and later.opens < earlier.closes:
            raise ValueError(f"two stretches of {_DAYS[later.weekday]} overlap")
    return Hours(_zone(timezone), tuple(spans))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, no name at all, a folder of zones
        raise ValueError(
            f'no time zone is called "{name}"; names look like Europe/Berlin'
        ) from None


def _spans(part: str) -> list[Span]:
    """Read one stretch, for each of its days."""
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f'"{part}" is no stretch of a week; one looks like "Mon-Fri 09:00-18:00"')
    opens, closes = _minutes(found["opens"]), _minutes(found["closes"])
    if opens >= closes:
        raise ValueError(
            f'"{part}" closes before it opens; a night is two stretches, '
            'such as "Fri 22:00-24:00, Sat 00:00-02:00"'
        )
    first = _DAYS.index(found["first"].title())
    last = _DAYS.index((found["last"] or found["first"]).title())
    days = (last - first) % len(_DAYS) + 1
    return [Span((first + day) % len(_DAYS), opens, closes) for day in range(days)]


def _minutes(time: str) -> int:
    hours, minutes = map(int, time.split(":"))
    total = hours * 60 + minutes
    if minutes >= 60 or total > _MIDNIGHT:
        raise ValueError(f'"{time}" is no time of day')
    return total
