"""What came of a soak: the judge's figures, and how long people's words waited."""

import math
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos import marks
from tests.chaos.judge import RULES, Verdict, came_in_order
from tests.chaos.truth import ThreadTruth, Word

#: Seconds that all but one word in a hundred may wait at most.
AGE_P99 = 2.0
#: The share by which the rate may differ from the one that was asked for.
RATE_WITHIN = 0.05
#: Milliseconds after a word was acknowledged in which a harm still meets it.
MET = 1_000
NO_HARM = "before any harm"

_HEAD = """\
# Soak

Written by `python -m benchmarks.soak`; [growing.md](../docs/growing.md) describes the set-up.

"""
_FOOT = """
Late words had a queue age of 2 s or more, and are counted by the last harm that began before they
were acknowledged, or within a second after. All of this comes from the simulator's own journal and
threads, and from the bots' records; the bridge is not asked. Queue age begins with the delivery
that the webhook acknowledged, and ends when the bot has taken the word up; an outage in which
deliveries are refused is not in it. Answer begins when the person writes, so every outage is in
it, and ends when Messenger takes the last message of the answer; it has no bound. Words that the
bot was not asked about, because a human had the thread, have neither: "to humans" was said while a
human had the thread by the platform's own record, "as one came" after the person had asked for a
human and before one had the thread. The generator, the simulator, PostgreSQL, Redis and the bots
share the machine with the bridge.
"""


@dataclass(frozen=True)
class Soaked:
    """What a soak came to; threads and verdicts are by Page."""

    minutes: float
    #: Words a second: what was asked for, and what came of it.
    asked: float
    rate: float
    #: Harms by their kind: what was to be done, and what was.
    planned: Counter[str]
    done: Counter[str]
    #: Seconds between two harms; when each began (the machine's milliseconds), and its kind.
    every: float
    harmed: list[tuple[int, str]]
    threads: dict[str, list[ThreadTruth]]
    verdicts: dict[str, Verdict]
    #: How often an agent looked after somebody.
    served: int
    #: Seconds from the last word until everything was at rest.
    settled: float
    troubles: list[str]

    @property
    def is_good(self) -> bool:
        """Whether no rule was broken, nothing waited for too long and enough happened."""
        return not self.complaints()

    def complaints(self) -> list[str]:
        """Say what went wrong, in words."""
        found = [*self.troubles, *self._missing()]
        for page, verdict in self.verdicts.items():
            threads = self.threads[page]
            for rule, offences in verdict.offences.items():
                found += [f"{rule}: {each.thread.name}: {each.words}" for each in offences]
            found += [f"{page}: {each}" for each in _unseen(threads)]
            found += [f"lost: {each}" for thread in threads for each in left_alone(thread)]
            age = _p(99, ages(threads))
            if not age < AGE_P99:
                found.append(f"{page}: the p99 of queue age is {age:.2f} s")
        return found

    def _missing(self) -> Iterator[str]:
        """Name what a soak is about and did not happen."""
        if not abs(self.rate - self.asked) <= self.asked * RATE_WITHIN:
            yield f"{self.rate:.1f} words a second were written, and {self.asked:.1f} asked for"
        if not self.planned:
            yield "no harm was planned: it takes more minutes"
        for kind in sorted(self.planned | self.done):
            if self.planned[kind] != self.done[kind]:
                yield f"{kind}: {self.done[kind]} of {self.planned[kind]} times"
        if not self.served:
            yield "no agent looked after anybody"
        for page, verdict in self.verdicts.items():
            if not verdict.answered:
                yield f"{page}: nobody was answered"
            if all(stretch.bots for each in self.threads[page] for stretch in each.stretches):
                yield f"{page}: no human ever had a thread"


def _unseen(threads: list[ThreadTruth]) -> Iterator[str]:
    """Say what the journal can't have left out if it is whole: else its columns prove nothing."""
    never = [word.mark for thread in threads for word in thread.words if word.arrived_by is None]
    if never:
        yield f"{len(never)} words were never acknowledged, such as {never[0]}"
    if not any(call.is_message for thread in threads for call in thread.calls):
        yield "the journal has no message of the bridge's"


def said_to_humans(thread: ThreadTruth) -> list[Word]:
    """Return what was said while a human had the thread by the platform's own record."""
    return [word for word in thread.words if not word.live]


def as_one_came(thread: ThreadTruth) -> list[Word]:
    """Return what was said to the bot, and left without an answer as a human came after it."""
    return [
        word
        for word in thread.words
        if word.live and thread.answered_at(word) is None
        if thread.stretch_of(word).until is not None
    ]


def left_alone(thread: ThreadTruth) -> Iterator[str]:
    """A human comes because somebody asked for one, which excuses no word from before that."""
    for word in as_one_came(thread):
        stretch = thread.stretch_of(word)
        asked = [
            each
            for each in thread.words
            if each.live and thread.stretch_of(each) == stretch and _is_handoff(thread, each)
        ]
        if all(came_in_order(word, each) for each in asked):
            yield f"{thread.name}: {word.mark} came before anybody had asked for a human"


def _is_handoff(thread: ThreadTruth, word: Word) -> bool:
    return any(part.part == marks.HANDOFF_PART for part in thread.expected.get(word.mark, ()))


def ages(threads: list[ThreadTruth]) -> list[float]:
    """Return how long each word that the bot was asked about lay stored, in seconds."""
    return [age for _, age in _stored(threads)]


def late_after(threads: list[ThreadTruth], harmed: list[tuple[int, str]]) -> Counter[str]:
    """Count the words that waited for too long, by the harm that came before them.

    The last that began before a word was acknowledged, or so soon after that it met the word.
    """
    found: Counter[str] = Counter()
    for at, age in _stored(threads):
        before = [kind for began, kind in harmed if began <= at + MET]
        if age >= AGE_P99:
            found[before[-1] if before else NO_HARM] += 1
    return found


def _stored(threads: list[ThreadTruth]) -> list[tuple[int, float]]:
    """Return when each word was acknowledged, in milliseconds, and how long it then lay."""
    found = []
    for thread in threads:
        heard: dict[str, int] = {}
        for turn in thread.turns:
            heard.setdefault(marks.of_question(turn.message, turn.metadata), turn.at)
        taken = _acknowledged(thread)
        # Whoever died right before its 200 had stored the word already, and it came once more.
        found += [
            (taken[word.mark], max(0, heard[word.mark] - taken[word.mark]) / 1000)
            for word in thread.words
            if word.mark in heard and word.mark in taken
        ]
    return found


def _acknowledged(thread: ThreadTruth) -> dict[str, int]:
    """Return, by the mark of each word, when the first delivery that got a 200 began."""
    began: dict[str, int] = {}
    for each in thread.deliveries:
        if each.mid and each.status == 200:
            text = str((each.event.get("message") or {}).get("text") or "")
            mark = marks.of_message(text, each.mid)
            began[mark] = min(each.began, began.get(mark, each.began))
    return began


def answer_times(threads: list[ThreadTruth]) -> list[float]:
    """Return how long each person waited for the whole answer, in seconds."""
    times = ((thread.answered_at(word), word) for thread in threads for word in thread.words)
    return [(at - word.at) / 1000 for at, word in times if at is not None and word.live]


def page(soaked: Soaked, names: dict[str, str], machine: list[str]) -> str:
    """Return the tables, with the machine above them."""
    columns = ["bot", "sent", "answered", "to humans", "as one came", *RULES]
    columns += ["queue age p50", "p99", "most", "answer p50", "p99", "most"]
    rows = [_row(soaked, page, names[page]) for page in soaked.verdicts]
    harm_columns = [
        "harm",
        "planned",
        "done",
        *(f"late: {names[page]}" for page in soaked.verdicts),
    ]
    late = {page: late_after(soaked.threads[page], soaked.harmed) for page in soaked.verdicts}
    harms = [
        [
            kind,
            *(
                f"{n:,}"
                for n in (times, soaked.done[kind], *(each[kind] for each in late.values()))
            ),
        ]
        for kind, times in [(NO_HARM, 0), *sorted(soaked.planned.items())]
    ]
    told = [
        *machine,
        f"{soaked.minutes:g} minutes, {soaked.rate:.1f} words a second of {soaked.asked:.1f}",
        f"agents looked after somebody {soaked.served} times",
        f"{soaked.settled:.0f} s after the last word everything was at rest",
        f"{soaked.done.total()} times harm was done, every {soaked.every:g} s:",
    ]
    tables = [_table(harm_columns, harms), _table(columns, rows)]
    return "\n\n".join([_HEAD.strip(), "\n".join(f"- {each}" for each in told), *tables]) + (
        f"\n{_FOOT}"
    )


def _table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(soaked: Soaked, page: str, name: str) -> list[str]:
    verdict, threads = soaked.verdicts[page], soaked.threads[page]
    broken = [len(verdict.offences[rule]) for rule in RULES]
    humans = sum(len(said_to_humans(each)) for each in threads)
    figures = [verdict.sent, verdict.answered, humans, verdict.with_humans - humans, *broken]
    times = [*_spread(ages(threads)), *_spread(answer_times(threads))]
    return [name, *(f"{figure:,}" for figure in figures), *times]


def _spread(seconds: list[float]) -> list[str]:
    return [
        f"{value:.2f} s"
        for value in (_p(50, seconds), _p(99, seconds), max(seconds, default=math.nan))
    ]


def _p(percent: int, values: list[float]) -> float:
    """Return a percentile; of too little it is not a number, which no bound lets pass."""
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else math.nan
