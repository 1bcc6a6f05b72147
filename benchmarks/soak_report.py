"""What came of a soak: the judge's figures, and how long people's words waited."""

import json
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from messenger_app.store.database import Database
from messenger_app.store.tables import inbox_event
from tests.chaos import marks
from tests.chaos.journal import Delivery, Journal
from tests.chaos.judge import RULES, Verdict
from tests.chaos.truth import ThreadTruth

#: Seconds that all but one word in a hundred may wait at most.
AGE_P99 = 2.0

_HEAD = """\
# Soak

Written by `python -m benchmarks.soak`; [growing.md](../docs/growing.md) describes the set-up.

"""
_FOOT = """
Queue age is the time from the moment at which a word was stored, right before the webhook's 200, to
the one at which the bot had taken it up; answer, from the moment at which the person wrote to the
one at which Messenger took the last message of the answer. Words that the bot was not asked about,
because a human had the thread, have neither. The generator, the simulator, PostgreSQL, Redis and
the bots share the machine with the bridge.
"""


@dataclass(frozen=True)
class Soaked:
    """What a soak came to; threads and verdicts are by Page."""

    minutes: float
    rate: float
    killed: Counter[str]
    threads: dict[str, list[ThreadTruth]]
    verdicts: dict[str, Verdict]
    #: How often an agent looked after somebody.
    served: int
    troubles: list[str]

    @property
    def is_good(self) -> bool:
        """Whether no rule was broken and nothing waited for too long."""
        return not self.complaints()

    def complaints(self) -> list[str]:
        """Say what went wrong, in words."""
        found = list(self.troubles)
        for page, verdict in self.verdicts.items():
            for rule, offences in verdict.offences.items():
                found += [f"{rule}: {each.thread.name}: {each.words}" for each in offences]
            age = _p(99, ages(self.threads[page]))
            if age >= AGE_P99:
                found.append(f"{page}: the p99 of queue age is {age:.2f} s")
        return found


def stored(database: Database, psids: set[str]) -> Journal:
    """Return when the bridge stored each of these people's words, as deliveries to the judge."""
    columns = inbox_event.c.thread, inbox_event.c.received_at, inbox_event.c.channel
    journal = Journal()
    with database.reading() as connection:
        for thread, at, channel, body in connection.execute(select(*columns, inbox_event.c.body)):
            psid = (thread or "").rpartition(":")[2]
            event: dict[str, Any] = json.loads(body)
            if psid in psids and "message" in event:
                journal.deliveries.append(Delivery(psid, at, at, 200, True, channel, event))
    return journal


def ages(threads: list[ThreadTruth]) -> list[float]:
    """Return how long each word that the bot was asked about lay stored, in seconds."""
    found = []
    for thread in threads:
        heard: dict[str, int] = {}
        for turn in thread.turns:
            heard.setdefault(marks.of_question(turn.message, turn.metadata), turn.at)
        found += [
            (heard[word.mark] - word.arrived_by) / 1000
            for word in thread.words
            if word.mark in heard and word.arrived_by is not None
        ]
    return found


def answer_times(threads: list[ThreadTruth]) -> list[float]:
    """Return how long each person waited for the whole answer, in seconds."""
    times = ((thread.answered_at(word), word) for thread in threads for word in thread.words)
    return [(at - word.at) / 1000 for at, word in times if at is not None and word.live]


def page(soaked: Soaked, names: dict[str, str], machine: list[str]) -> str:
    """Return the tables, with the machine above them."""
    columns = ["bot", "sent", "answered", "with humans", *RULES]
    columns += ["queue age p50", "p99", "most", "answer p50", "p99", "most"]
    rows = [columns, ["---"] * len(columns)]
    rows += [_row(soaked, page, names[page]) for page in soaked.verdicts]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    killed = ", ".join(f"{name} {times}" for name, times in sorted(soaked.killed.items()))
    told = [
        *machine,
        f"{soaked.minutes:g} minutes, {soaked.rate:.1f} words a second in all",
        f"{soaked.killed.total()} times something was ended: {killed}",
        '"in order" is by SIGTERM, the rest by kill -9',
        f"agents looked after somebody {soaked.served} times",
    ]
    return _HEAD + "\n".join(f"- {each}" for each in told) + f"\n\n{table}\n{_FOOT}"


def _row(soaked: Soaked, page: str, name: str) -> list[str]:
    verdict, threads = soaked.verdicts[page], soaked.threads[page]
    broken = [len(verdict.offences[rule]) for rule in RULES]
    figures = [verdict.sent, verdict.answered, verdict.with_humans, *broken]
    times = [*_spread(ages(threads)), *_spread(answer_times(threads))]
    return [name, *(f"{figure:,}" for figure in figures), *times]


def _spread(seconds: list[float]) -> list[str]:
    return [f"{value:.2f} s" for value in (_p(50, seconds), _p(99, seconds), max(seconds))]


def _p(percent: int, values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
