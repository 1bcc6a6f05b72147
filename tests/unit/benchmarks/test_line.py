"""The table must not flatter: what is missed or failed is named, and medians are of pairs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from benchmarks import goals, report
from benchmarks.line import Goal, Line, Outcome, Round, Sample, percentile, play


def line(*bounds: Goal, open_as=None) -> Line:
    @contextmanager
    def steady() -> Iterator[tuple[Round, Round]]:
        yield (lambda: Sample(100, 1.0, 0.1)), (lambda: Sample(40, 1.0, 0.1))

    return Line("x. something", "nothing", "all of it", bounds, open_as or steady)


def played(*bounds: Goal, open_as=None) -> Outcome:
    return play(line(*bounds, open_as=open_as), 5, lambda _: None)


def test_a_percentile_is_a_value_that_was_measured():
    assert percentile(50, [3.0, 1.0, 2.0]) == 2.0
    assert percentile(99, [float(n) for n in range(1, 101)]) == 99.0
    assert percentile(99, [1.0, 5.0]) == 5.0


def test_a_goal_that_the_median_misses_is_named():
    outcome = played(goals.rate_of(0.4), goals.rate_of(0.41))
    assert [goal.bound for goal in outcome.missed()] == [0.41]
    page = report.page([outcome], [])
    assert "| yes; no |" in page
    assert "Missed, 1 of 2 goals" in page


def test_a_figure_is_of_pairs_and_not_of_the_sides_medians():
    pairs = [(10, 10), (20, 40), (90, 30)]
    outcome = Outcome(
        line(goals.rate_of(1.0)), [(Sample(b, 1, 0), Sample(s, 1, 0)) for b, s in pairs]
    )
    assert outcome.figures(goals.rate_of(1.0).figure) == [pytest.approx(1 / 3), 1.0, 2.0]


def test_a_line_that_fails_is_missed_and_told_and_does_not_stop_the_others():
    def broken() -> NoReturn:
        raise RuntimeError("no disk")

    outcome = played(goals.rate_of(0.1), open_as=broken)
    assert outcome.missed()
    page = report.page([outcome], [])
    assert "failed: RuntimeError: no disk" in page
    assert "it is not known" in page


def test_a_line_without_a_goal_counts_as_none():
    outcome = played(goals.rate_of(None))
    assert outcome.missed() == []
    assert "All 0 goals are met." in report.page([outcome], [])


def test_rounds_to_warm_up_do_not_count():
    told: list[int] = []

    @contextmanager
    def counting() -> Iterator[tuple[Round, Round]]:
        def one() -> Sample:
            told.append(1)
            return Sample(len(told), 1.0, 0.1)

        yield one, one

    outcome = played(goals.rate_of(0), open_as=counting)
    assert len(told) == 12
    assert [pair[0].done for pair in outcome.pairs] == [3, 5, 7, 9, 11]
