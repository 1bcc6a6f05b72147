"""One kind of sentence that a story can say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inbox_simulator.scenarios.cast import Cast

WHO = r"(?P<who>person|[A-Z]\w*)"
TO = r"(?: to (?P<who>person|[A-Z]\w*))?"
OF = r"(?: of (?P<who>person|[A-Z]\w*))?"


@dataclass(frozen=True)
class Sentence:
    """Its pattern, where on the page it happens, what it does and how it reads."""

    pattern: str
    #: "people", "inbox", "wire", "clock", "switches", "faults" or "strip".
    place: str
    act: Callable[[Cast, str | None, Any], None]
    #: The step in words for a reader, from the person's name and the value.
    words: Callable[[str, Any], str]

    @property
    def example(self) -> str:
        """The sentence as it may be written."""
        text = self.pattern.replace(OF, "").replace(TO, "").replace(f"(?:{WHO} )?", "")
        return text.replace(f"(?: {WHO})?", "").replace(WHO, "person")


def quoted(value: Any) -> str:
    """Return words in quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{value}\N{RIGHT DOUBLE QUOTATION MARK}"
