"""Tell what was measured, on which machine and when, and what of it is missed."""

import datetime as dt
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.line import Goal, Outcome, Sample
from messenger_app.store import sqlite_engine

#: What was found out about the figures: the page is written anew with each run, this is not.
NOTES = Path(__file__).with_name("NOTES.md")

_HEAD = """\
# Results

Written by `make bench`. How to read it: [performance.md](../docs/performance.md).

"""
_COLUMNS = (
    "line",
    "compared with",
    "baseline",
    "subject",
    "median (least to most)",
    "CPU, of the baseline's",
    "goal",
    "met",
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
        f"Python {platform.python_version()}, SQLite {sqlite_engine.version()}",
    ]


def page(outcomes: list[Outcome], about: list[str]) -> str:
    """Return the table, with the machine above it, and below it what is missed and the notes."""
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(_row(outcome) for outcome in outcomes)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    rounds = max((len(outcome.pairs) for outcome in outcomes), default=0)
    medians = f"medians of {rounds} pairs of rounds, where a line doesn't say otherwise"
    listed = "\n".join(f"- {told}" for told in [*about, medians])
    verdict = [_missed(outcomes), _unproven(outcomes)]
    parts = [f"{_HEAD}{listed}", table, *filter(None, verdict), NOTES.read_text().strip()]
    return "\n\n".join(parts) + "\n"


def _row(outcome: Outcome) -> tuple[str, ...]:
    line = outcome.line
    named = (f"{line.name}: {line.subject}", line.baseline)
    goals = "; ".join(map(asked, line.goals))
    if outcome.failure or not outcome.pairs:
        return (*named, "", "", f"failed: {_in_a_cell(outcome.failure)}", "", goals, "no")
    missed = outcome.missed()
    return (
        *named,
        _side(outcome, 0),
        _side(outcome, 1),
        "; ".join(reached(outcome, goal) for goal in line.goals),
        _spread(outcome.figures(_cpu_of))
        if all(p[0].cpu and p[1].cpu for p in outcome.pairs)
        else "",
        goals,
        "; ".join(_met(goal, missed) for goal in line.goals),
    )


def _met(goal: Goal, missed: list[Goal]) -> str:
    if goal.bound is None:
        return ""
    if goal in missed:
        return "no"
    return f"not known: {goal.only}" if goal.only else "yes"


def _missed(outcomes: list[Outcome]) -> str:
    """Name what the table misses; say so where that is nothing."""
    listed = [
        f"- {outcome.line.name}: {asked(goal)}; it is {reached(outcome, goal)}"
        for outcome in outcomes
        for goal in outcome.missed()
    ]
    goals = [goal for outcome in outcomes for goal in outcome.line.goals]
    count = sum(goal.bound is not None for goal in goals)
    if listed:
        return "\n".join([f"Missed, {len(listed)} of {count} goals:", "", *listed])
    unproven = any(outcome.unproven() for outcome in outcomes)
    return f"None of {count} goals is missed." if unproven else f"All {count} goals are met."


def _unproven(outcomes: list[Outcome]) -> str:
    """Name what was measured over less than is asked for: it is neither met nor missed."""
    listed = [
        f"- {outcome.line.name}: {asked(goal)}; it is {reached(outcome, goal)}, {goal.only}"
        for outcome in outcomes
        for goal in outcome.unproven()
    ]
    return "\n".join(["Neither met nor missed:", "", *listed]) if listed else ""


def asked(goal: Goal) -> str:
    """Say what a goal asks for."""
    if goal.bound is None:
        return "none"
    return f"at {'most' if goal.at_most else 'least'} {_number(goal.bound)} {goal.unit}"


def reached(outcome: Outcome, goal: Goal) -> str:
    """Say what was measured for a goal."""
    if outcome.failure or not outcome.pairs:
        return "not known"
    of = f" of {len(outcome.together(1).took):,}" if goal.pooled else ""
    once = ", one pair" if outcome.line.once else ""
    return f"{_spread(outcome.figures_of(goal))} {goal.unit}{of}{once}"


def _side(outcome: Outcome, side: int) -> str:
    """Tell a side's medians: whichever of rate, CPU, times and memory it has."""
    first = outcome.pairs[0][side]
    told = []
    if first.megabytes:
        told.append(f"{outcome.median(side, lambda one: one.megabytes):,.0f} MB")
    else:
        told.append(f"{_number(outcome.median(side, lambda one: one.rate))}/s")
    if first.took:
        told.append(_times(outcome, side))
    if first.cpu:
        told.append(f"{outcome.median(side, lambda one: one.micros):,.0f} µs CPU")
    return ", ".join(told)


def _times(outcome: Outcome, side: int) -> str:
    """Tell a side's percentiles, and of how many they are."""
    if any(goal.pooled for goal in outcome.line.goals):
        all_ = outcome.together(side)
        p50, p99, of = all_.millis(50), all_.millis(99), f"{len(all_.took):,}"
    else:
        p50 = outcome.median(side, lambda one: one.millis(50))
        p99 = outcome.median(side, lambda one: one.millis(99))
        of = f"{outcome.median(side, lambda one: len(one.took)):,.0f} a round"
    return f"p50 {_number(p50)}, p99 {_number(p99)} ms of {of}"


def _cpu_of(baseline: Sample, subject: Sample) -> float:
    return subject.micros / baseline.micros


def _spread(figures: Sequence[float]) -> str:
    """Return the median, and the least and the most where there are several."""
    median = _number(statistics.median(figures))
    if len(figures) == 1:
        return median
    return f"{median} ({_number(min(figures))} to {_number(max(figures))})"


def _number(value: float) -> str:
    """Write a number with about three digits."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _in_a_cell(told: str) -> str:
    return told.replace("|", "/").replace("\n", " ")[:200] or "nothing was measured"
