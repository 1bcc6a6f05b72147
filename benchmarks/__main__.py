"""Measure the bridge and the simulator, print one table, and write it to ``benchmarks/RESULTS.md``.

    python -m benchmarks [--rounds 5] [--seconds 3] [--only webhook] [--no-write]

Each line has a baseline and a subject that take turns in one run: rates of a shared machine move,
ratios within a pair of rounds move less, and CPU time for each request least of all.
"""

import argparse
import signal
import sys
from pathlib import Path

from benchmarks import (
    acknowledging,
    added,
    crowd,
    growing,
    memory,
    report,
    simulator,
    webhook,
    worker,
    workers,
)
from benchmarks.line import Line, play
from benchmarks.stores import POSTGRESQL

RESULTS = Path(__file__).with_name("RESULTS.md")


def lines(seconds: float, events: int) -> list[Line]:
    """Return all lines, in the table's order. A new one is added here."""
    return [
        *webhook.lines(seconds),
        *acknowledging.lines(),
        *added.lines(),
        *worker.lines(),
        *workers.lines(),
        *growing.lines(),
        *memory.lines(events),
        *simulator.lines(),
    ]


def tell(told: str) -> None:
    """Print a line at once."""
    print(told, flush=True)


def main() -> int:
    """Measure what is asked for; 1 where a line could not be measured. What is missed is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="pairs of rounds that count")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long one of HTTP lasts")
    parser.add_argument("--only", default="", help="lines whose name holds this")
    parser.add_argument(
        "--events",
        type=int,
        default=memory.FEWER,
        help="for the worker's memory; the whole: 1000000",
    )
    parser.add_argument("--no-write", action="store_true", help="leave RESULTS.md as it is")
    asked = parser.parse_args()
    chosen = [line for line in lines(asked.seconds, asked.events) if asked.only in line.name]
    machine = report.machine()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended too
    try:
        outcomes = [play(line, asked.rounds, tell) for line in chosen]
    finally:
        crowd.close()
        POSTGRESQL.close()
    page = report.page(outcomes, machine)
    print(f"\n{page}")
    if not asked.no_write and not asked.only:
        RESULTS.write_text(page)
    return int(any(outcome.failure for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
