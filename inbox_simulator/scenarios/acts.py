"""What people, agents, time and bad luck do in a story."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox_simulator.client import ControlError
from inbox_simulator.scenarios.cast import Cast, StepError
from inbox_simulator.scenarios.sentence import TO, WHO, Sentence, quoted

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
UNIT_WORDS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _reply_in_vain(cast: Cast, who: str | None, value: Any) -> None:
    """Try to reply, and see that Messenger refuses it."""
    try:
        cast.agent.replies(str(value), cast.person(who))
    except ControlError:
        return
    raise AssertionError(f"The reply to {cast.name(who)} was taken, and should have been refused.")


def _span(value: Any) -> tuple[float, str]:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", str(value))
    if match is None:
        raise StepError(f"Time passes as 30s, 10m, 25h or 2d, not {value!r}")
    return float(match[1]), match[2]


def _advance(cast: Cast, _: str | None, value: Any) -> None:
    number, unit = _span(value)
    cast.stage.act("clock", {"advance_seconds": number * UNITS[unit]})


def _passing(_: str, value: Any) -> str:
    number, unit = _span(value)
    return f"{number:g} {UNIT_WORDS[unit]}{'' if number == 1 else 's'} pass"


def _advance_to(cast: Cast, _: str | None, value: Any) -> None:
    """Let time pass until it is that weekday and hour in UTC."""
    match = re.fullmatch(rf"({'|'.join(DAYS)}) (\d\d):(\d\d)", str(value))
    if match is None:
        raise StepError(f"A time is as in 'Sunday 03:00', not {value!r}")
    now = datetime.fromtimestamp(cast.stage.client.get("clock")["now"] / 1000, UTC)
    then = now.replace(hour=int(match[2]), minute=int(match[3]), second=0, microsecond=0)
    then += timedelta(days=(DAYS.index(match[1]) - now.weekday()) % 7)
    if then <= now:
        then += timedelta(days=7)
    cast.stage.act("clock", {"advance_seconds": (then - now).total_seconds()})


def _set_switch(cast: Cast, _: str | None, value: Any) -> None:
    cast.stage.client.put("switches", value)


def _set_faults(cast: Cast, _: str | None, value: Any) -> None:
    cast.stage.client.put("faults", {"rules": _rules(value)})


def _rules(value: Any) -> list[dict[str, Any]]:
    """Return fault rules as written; YAML takes the bare word ``on`` for true."""
    return [{"on" if key is True else key: rule[key] for key in rule} for rule in value or []]


def _faults_in_words(_: str, value: Any) -> str:
    if not value:
        return "Nothing goes wrong any more"
    return "From now on: " + "; ".join(_fault_in_words(rule) for rule in _rules(value))


def _fault_in_words(rule: dict[str, Any]) -> str:
    edge = (rule.get("match") or {}).get("edge", "")
    what = f"{edge} webhooks" if rule["on"] == "webhook" else f"Graph calls to {edge or 'any edge'}"
    seconds = f"{rule.get('seconds', 1):g} s"
    verbs = {
        "duplicate": "arrive twice",
        "reorder": "are overtaken by the next",
        "delay": f"take {seconds} longer",
        "delay_response": f"are done, and answered {seconds} later",
        "drop_response": "are done, but the answer is lost",
        "error": "fail",
    }
    times = {1: ", once", 2: ", twice"}.get(rule.get("times", 0), "")
    return f"{what.strip()} {verbs.get(rule['do'], rule['do'])}{times}"


ACTS = (
    Sentence(
        rf"{WHO} says", "people",
        lambda cast, who, value: cast.person(who).says(str(value)),
        lambda who, value: f"{who} writes {quoted(value)}",
    ),
    Sentence(
        rf"{WHO} taps", "people",
        lambda cast, who, value: cast.person(who).taps(str(value)),
        lambda who, value: f"{who} taps {quoted(value)}",
    ),
    Sentence(
        rf"{WHO} sends", "people",
        lambda cast, who, value: cast.person(who).sends(str(value)),
        lambda who, _: f"{who} sends a picture",
    ),
    Sentence(
        rf"{WHO} sends a thumbs up", "people",
        lambda cast, who, _: cast.person(who).sends_thumbs_up(),
        lambda who, _: f"{who} sends a thumbs up",
    ),
    Sentence(
        rf"{WHO} reacts", "people",
        lambda cast, who, value: cast.person(who).reacts(str(value)),
        lambda who, value: f"{who} reacts with {value}",
    ),
    Sentence(
        rf"{WHO} edits", "people",
        lambda cast, who, value: cast.person(who).edits(str(value)),
        lambda who, value: f"{who} edits the last message: {quoted(value)}",
    ),
    Sentence(
        rf"{WHO} follows a link", "people",
        lambda cast, who, value: cast.person(who).follows_link(str(value)),
        lambda who, value: f"{who} comes by the link m.me/…?ref={value}",
    ),
    Sentence(
        rf"agent replies{TO}", "inbox",
        lambda cast, who, value: cast.agent.replies(str(value), cast.person(who)),
        lambda who, value: f"The agent writes to {who}: {quoted(value)}",
    ),
    Sentence(
        rf"agent can't reply{TO}", "inbox", _reply_in_vain,
        lambda who, value: f"The agent tries to write to {who}: {quoted(value)}, and is refused",
    ),
    Sentence(
        rf"agent marks (?:{WHO} )?done", "inbox",
        lambda cast, who, _: cast.agent.marks_done(cast.person(who)),
        lambda who, _: f"The agent presses Done in {who}'s conversation",
    ),
    Sentence(
        rf"agent takes(?: {WHO})?", "inbox",
        lambda cast, who, _: cast.agent.takes(cast.person(who)),
        lambda who, _: f"The agent moves {who}'s conversation to Main",
    ),
    Sentence("advance clock", "clock", _advance, _passing),
    Sentence(
        "advance clock to", "clock", _advance_to, lambda _, value: f"Time passes until {value} UTC"
    ),
    Sentence(
        "set switch", "switches", _set_switch,
        lambda _, value: "The platform is set to: "
        + ", ".join(f"{name} {setting}".replace("_", " ") for name, setting in value.items()),
    ),
    Sentence("set faults", "faults", _set_faults, _faults_in_words),
)  # fmt: skip
