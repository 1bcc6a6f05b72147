"""What a line of the table is: a subject and what it is compared with, taking turns."""

import math
import statistics
from collections.abc import Callable, Sequence
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
    #: How long each took that somebody waited for, in seconds; empty where nobody did.
    took: Sequence[float] = ()
    #: Memory, where that is what is measured.
    megabytes: float = 0.0

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.done / self.seconds

    @property
    def micros(self) -> float:
        """Microseconds of CPU for each."""
        return self.cpu / self.done * 1e6

    def millis(self, percent: int) -> float:
        """Return in how many milliseconds that share of all was done."""
        return percentile(percent, self.took) * 1e3


def percentile(percent: int, values: Sequence[float]) -> float:
    """Return the value that this share of all does not exceed: always one that was measured."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


@dataclass(frozen=True)
class Goal:
    """A figure of a pair of rounds, baseline first, and what its median is to reach."""

    figure: Callable[[Sample, Sample], float]
    #: None where the figure is only told.
    bound: float | None
    #: What stands behind the number, such as "of the rate".
    unit: str
    #: Whether less is better.
    at_most: bool = False
    #: Whether the rounds are taken together, where one alone is too short for a percentile.
    pooled: bool = False
    #: What was measured in place of what is asked for, where that is less: it proves no more.
    only: str = ""

    def is_met(self, median: float) -> bool:
        """Say whether this is good enough."""
        if self.bound is None:
            return True
        return median <= self.bound if self.at_most else median >= self.bound


Round = Callable[[], Sample]


@dataclass(frozen=True)
class Line:
    """One line of the table. ``open`` yields a round of the baseline and one of the subject."""

    name: str
    baseline: str
    subject: str
    goals: tuple[Goal, ...]
    open: Callable[[], AbstractContextManager[tuple[Round, Round]]]
    #: True where one pair of long rounds is all: there is nothing to warm up, and no median.
    once: bool = False


@dataclass
class Outcome:
    """The rounds of one line, in pairs that were run one after the other."""

    line: Line
    pairs: list[tuple[Sample, Sample]] = field(default_factory=list)
    #: Why there are no more of them, where something went wrong.
    failure: str = ""

    def median(self, side: int, figure: Callable[[Sample], float]) -> float:
        """Return a figure's median over the rounds of the baseline (0) or the subject (1)."""
        return statistics.median(figure(pair[side]) for pair in self.pairs)

    def figures(self, figure: Callable[[Sample, Sample], float]) -> list[float]:
        """Return a figure pair by pair, the smallest first."""
        return sorted(figure(*pair) for pair in self.pairs)

    def together(self, side: int) -> Sample:
        """Return all rounds of the baseline (0) or the subject (1) as one."""
        rounds = [pair[side] for pair in self.pairs]
        return Sample(
            sum(one.done for one in rounds),
            sum(one.seconds for one in rounds),
            sum(one.cpu for one in rounds),
            [took for one in rounds for took in one.took],
            max(one.megabytes for one in rounds),
        )

    def figures_of(self, goal: Goal) -> list[float]:
        """Return a goal's figure pair by pair, the smallest first; the only one where it pools."""
        if goal.pooled:
            return [goal.figure(self.together(0), self.together(1))]
        return self.figures(goal.figure)

    def missed(self) -> list[Goal]:
        """Return the goals that the medians don't reach; all where the line failed."""
        if self.failure or not self.pairs:
            return [goal for goal in self.line.goals if goal.bound is not None]
        return [
            goal
            for goal in self.line.goals
            if not goal.is_met(statistics.median(self.figures_of(goal)))
        ]

    def unproven(self) -> list[Goal]:
        """Return the goals that hold, but were measured over less than they are asked for."""
        missed = self.missed()
        return [goal for goal in self.line.goals if goal.only and goal not in missed]


def play(line: Line, rounds: int, tell: Callable[[str], None]) -> Outcome:
    """Run both sides in turns, after a round of each that does not count.

    A line that fails tells why and keeps what it has: the others are measured all the same.
    """
    outcome = Outcome(line)
    try:
        with line.open() as (baseline, subject):
            if not line.once:
                baseline()
                subject()
            for _ in range(1 if line.once else rounds):
                pair = (baseline(), subject())
                outcome.pairs.append(pair)
                tell(f"{line.name}: {pair[0].rate:,.0f}/s, {pair[1].rate:,.0f}/s")
    except Exception as error:  # noqa: BLE001 - whatever it is, it stands in the table
        outcome.failure = f"{type(error).__name__}: {error}"
        tell(f"{line.name}: FAILED, {outcome.failure}")
    return outcome
