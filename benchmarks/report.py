"""Tell what was measured, on which machine and when."""

import datetime as dt
import os
import platform
import subprocess
from pathlib import Path

from benchmarks.line import Outcome, Sample
from messenger_app.store.database import sqlite_version

_HEAD = """\
# Results

Written by `make bench`. How to read it: [performance.md](../docs/performance.md).

"""
_COLUMNS = (
    "line",
    "compared with",
    "baseline",
    "subject",
    "rate, of the baseline's",
    "CPU, of the baseline's",
    "p99",
    "goal",
)


def machine() -> list[str]:
    """Return what is worth knowing of the machine, before anything runs on it."""
    with Path("/proc/cpuinfo").open() as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    now = dt.datetime.now(dt.UTC)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return [
        f"{now:%Y-%m-%d %H:%M} UTC, commit {commit or 'unknown'}",
        f"{len(names)} CPUs, {names[0] if names else 'unknown'}, {platform.platform()}",
        f"load {os.getloadavg()[0]:.1f} before it began",
        f"Python {platform.python_version()}, SQLite {sqlite_version()}",
    ]


def page(outcomes: list[Outcome], machine: list[str]) -> str:
    """Return the table, with the machine above it."""
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(_row(outcome) for outcome in outcomes)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    rounds = max((len(outcome.pairs) for outcome in outcomes), default=0)
    listed = "\n".join(f"- {told}" for told in [*machine, f"medians of {rounds} pairs of rounds"])
    return f"{_HEAD}{listed}\n\n{table}\n"


def _row(outcome: Outcome) -> tuple[str, ...]:
    rates, cpu = outcome.ratios(lambda one: one.rate), outcome.ratios(lambda one: one.micros)
    slow = [pair[1].p99 for pair in outcome.pairs if pair[1].p99 is not None]
    return (
        f"{outcome.line.name}: {outcome.line.subject}",
        outcome.line.baseline,
        _side(outcome, 0),
        _side(outcome, 1),
        _spread(rates),
        _spread(cpu),
        f"{sorted(slow)[len(slow) // 2] * 1e3:.0f} ms" if slow else "",
        outcome.line.goal,
    )


def _side(outcome: Outcome, side: int) -> str:
    rate = outcome.median(side, lambda one: one.rate)
    return f"{rate:,.0f}/s, {outcome.median(side, _micros):,.0f} µs CPU"


def _micros(sample: Sample) -> float:
    return sample.micros


def _spread(ratios: list[float]) -> str:
    return f"{ratios[len(ratios) // 2]:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
