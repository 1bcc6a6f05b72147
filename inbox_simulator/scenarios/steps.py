"""The steps of which a story is made.

A step is one line: who does what, and with which words. ``Ana`` may be any person by name;
``person`` is the story's own. Every step may carry ``why:``, for the reader: what the protocol does
here, and why.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inbox_simulator.scenarios.acts import ACTS
from inbox_simulator.scenarios.cast import Cast, StepError
from inbox_simulator.scenarios.expectations import EXPECTATIONS
from inbox_simulator.scenarios.sentence import Sentence

JSON = dict[str, Any]
SENTENCES = (*ACTS, *EXPECTATIONS)
#: Their values are structures, which read worse than the words for them.
SETTINGS = frozenset({"set switch", "set faults"})


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
        if self.sentence in SETTINGS:
            return self.words("")
        return self.sentence if self.value is None else f"{self.sentence}: {self.value}"

    @property
    def is_expectation(self) -> bool:
        """Whether it looks at what is there, rather than letting something happen."""
        return self.sentence.startswith("expect ")

    @property
    def place(self) -> str:
        """Where on the page it happens."""
        return _find(self.sentence)[0].place

    def who(self, main: str) -> str:
        """Return the name of the person it is about; ``main`` is the story's own."""
        named = _find(self.sentence)[1]
        return main if named in {None, "", "person"} else str(named)

    def words(self, main: str) -> str:
        """Return the step as a sentence for a reader."""
        return _find(self.sentence)[0].words(self.who(main), self.value)

    def play(self, cast: Cast) -> None:
        """Do it. An expectation that does not hold raises ``AssertionError``."""
        sentence, who = _find(self.sentence)
        sentence.act(cast, who, self.value)

    def chosen(self, switches: JSON) -> Iterator["Step"]:
        """Yield the steps to play: itself, or those of the branch if the switches say so."""
        if self.sentence != "when switch":
            yield self
        elif all(switches.get(name) == value for name, value in self.value.items()):
            for step in self.nested:
                yield from step.chosen(switches)


def _find(text: str) -> tuple[Sentence, str | None]:
    for sentence in SENTENCES:
        match = re.fullmatch(sentence.pattern, text)
        if match:
            return sentence, match.groupdict().get("who")
    known = ", ".join(sentence.example for sentence in SENTENCES)
    raise StepError(f"Nobody understands the step {text!r}. There are: {known}")
