"""The sentences of which a scenario is made, and what each of them does.

A step is one line: who does what, and with which words. ``Ana`` may be any person by name;
``person`` is the scenario's own. Every step may carry ``why:``, a caption for the reader.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from inbox_simulator.actors import Agent, Person, Stage

JSON = dict[str, Any]
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class StepError(ValueError):
    """A step that can't be read."""


@dataclass
class Cast:
    """Who plays: people by name as they come up, and one agent."""

    stage: Stage
    main: str = "Ana"
    #: Seconds for which silence is watched where a step doesn't say.
    silence: float = 2.0
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str | None) -> Person:
        """Return a person, who joins with the first mention."""
        name = self.main if name in {None, "", "person"} else str(name)
        if name not in self.people:
            self.people[name] = Person(self.stage, name)
        return self.people[name]

    @property
    def agent(self) -> Agent:
        """The agent, in the thread of the scenario's own person unless told otherwise."""
        return Agent(self.stage, self.person(None))


@dataclass(frozen=True)
class Step:
    """One sentence of a scenario."""

    sentence: str
    value: Any = None
    why: str | None = None
    #: Steps that are played only while the switches have the values given.
    nested: tuple["Step", ...] = ()

    @classmethod
    def read(cls, written: str | JSON) -> "Step":
        """Read a step; a sentence that nobody understands is refused."""
        if isinstance(written, str):
            written = {written: None}
        rest = dict(written)
        why, nested = rest.pop("why", None), rest.pop("steps", [])
        if len(rest) != 1:
            raise StepError(f"A step is one sentence, and this is {list(rest)}")
        sentence, value = next(iter(rest.items()))
        if sentence != "when switch":
            _find(sentence)
        return cls(sentence, value, why, tuple(cls.read(step) for step in nested))

    def __str__(self) -> str:
        return self.sentence if self.value is None else f"{self.sentence}: {self.value}"

    def play(self, cast: Cast) -> None:
        """Do it. An expectation that does not hold raises ``AssertionError``."""
        act, who = _find(self.sentence)
        act(cast, who, self.value)

    def chosen(self, switches: JSON) -> Iterator["Step"]:
        """Yield the steps to play: itself, or those of the branch if the switches say so."""
        if self.sentence != "when switch":
            yield self
        elif all(switches.get(name) == value for name, value in self.value.items()):
            for step in self.nested:
                yield from step.chosen(switches)


Act = Callable[[Cast, str | None, Any], None]


def _find(sentence: str) -> tuple[Act, str | None]:
    for pattern, act in SENTENCES:
        match = re.fullmatch(pattern, sentence)
        if match:
            return act, match.groupdict().get("who")
    known = ", ".join(pattern.replace(WHO, "person").replace(OF, "") for pattern, _ in SENTENCES)
    raise StepError(f"Nobody understands the step {sentence!r}. There are: {known}")


def _expect_owner(cast: Cast, who: str | None, value: Any) -> None:
    state = cast.stage.state()
    names = {"bot": state["app_id"], "page_inbox": state["inbox_app_id"], "nobody": None}
    others = [app["app_id"] for app in state["apps"] if app["app_id"] != state["app_id"]]
    owners: list[str | None] = []
    for name in value if isinstance(value, list) else [value]:
        if name == "other":
            owners += others
        elif name in names:
            owners.append(names[name])
        else:
            raise StepError(f"An owner is bot, page_inbox, nobody or other, not {name!r}")
    cast.person(who).has_owner(*owners)


def _expect_sees(cast: Cast, who: str | None, value: Any) -> None:
    for text in value if isinstance(value, list) else [value]:
        cast.person(who).sees(str(text or ""))


def _expect_silent(cast: Cast, who: str | None, value: Any) -> None:
    cast.person(who).hears_nothing_from(cast.stage.state()["app_id"], float(value or cast.silence))


def _advance(cast: Cast, _: str | None, value: Any) -> None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", str(value))
    if match is None:
        raise StepError(f"Time passes as 30s, 10m, 25h or 2d, not {value!r}")
    cast.stage.act("clock", {"advance_seconds": float(match[1]) * UNITS[match[2]]})


def _set_switch(cast: Cast, _: str | None, value: Any) -> None:
    cast.stage.client.put("switches", value)


WHO = r"(?P<who>person|[A-Z]\w*)"
OF = r"(?: of (?P<who>[A-Z]\w*))?"

SENTENCES: list[tuple[str, Act]] = [
    (rf"{WHO} says", lambda cast, who, value: cast.person(who).says(str(value))),
    (rf"{WHO} taps", lambda cast, who, value: cast.person(who).taps(str(value))),
    (rf"{WHO} sends", lambda cast, who, value: cast.person(who).sends(str(value))),
    (rf"{WHO} sends a thumbs up", lambda cast, who, _: cast.person(who).sends_thumbs_up()),
    (rf"{WHO} reacts", lambda cast, who, value: cast.person(who).reacts(str(value))),
    (rf"{WHO} edits", lambda cast, who, value: cast.person(who).edits(str(value))),
    (rf"{WHO} follows a link", lambda cast, who, value: cast.person(who).follows_link(str(value))),
    (
        r"agent replies(?: to (?P<who>[A-Z]\w*))?",
        lambda cast, who, value: cast.agent.replies(str(value), cast.person(who)),
    ),
    (
        r"agent marks (?:(?P<who>[A-Z]\w*) )?done",
        lambda cast, who, _: cast.agent.marks_done(cast.person(who)),
    ),
    (
        r"agent takes(?: (?P<who>[A-Z]\w*))?",
        lambda cast, who, _: cast.agent.takes(cast.person(who)),
    ),
    (rf"expect {WHO} sees", _expect_sees),
    (rf"expect owner{OF}", _expect_owner),
    (rf"expect folder{OF}", lambda cast, who, value: cast.person(who).is_in_folder(str(value))),
    (r"expect bot silent(?: to (?P<who>[A-Z]\w*))?", _expect_silent),
    (r"advance clock", _advance),
    (r"set switch", _set_switch),
]
