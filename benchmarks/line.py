"""What a line of the table is: a subject and what it is compared with, taking turns."""

import statistics
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """One round of one side."""

    #: Requests or events that were done, and in how many seconds.
    done: int
    seconds: float
    #: Seconds of CPU that it took.
    cpu: float
    #: The slowest hundredth took longer than this, in seconds; None where nobody waits for it.
    p99: float | None = None

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.done / self.seconds

    @property
    def micros(self) -> float:
        """Microseconds of CPU for each."""
        return self.cpu / self.done * 1e6


Round = Callable[[], Sample]


@dataclass(frozen=True)
class Line:
    """One line of the table. ``open`` yields a round of the baseline and one of the subject."""

    name: str
    baseline: str
    subject: str
    goal: str
    open: Callable[[], AbstractContextManager[tuple[Round, Round]]]


@dataclass
class Outcome:
    """The rounds of one line, in pairs that were run one after the other."""

    line: Line
    pairs: list[tuple[Sample, Sample]] = field(default_factory=list)

    def median(self, side: int, figure: Callable[[Sample], float]) -> float:
        """Return a figure's median over the rounds of the baseline (0) or the subject (1)."""
        return statistics.median(figure(pair[side]) for pair in self.pairs)

    def ratios(self, figure: Callable[[Sample], float]) -> list[float]:
        """Return the subject's figure by the baseline's, pair by pair, the smallest first."""
        return sorted(figure(subject) / figure(baseline) for baseline, subject in self.pairs)


def play(line: Line, rounds: int, tell: Callable[[str], None]) -> Outcome:
    """Run both sides in turns, after a round of each that does not count."""
    outcome = Outcome(line)
    with line.open() as (baseline, subject):
        baseline()
        subject()
        for _ in range(rounds):
            pair = (baseline(), subject())
            outcome.pairs.append(pair)
            tell(f"{line.name}: {pair[0].rate:.0f}/s, {pair[1].rate:.0f}/s")
    return outcome
