"""The table must not flatter: what is missed or failed is named, and medians are of pairs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from benchmarks import goals, report
from benchmarks.line import Goal, Line, Outcome, Round, Sample, percentile, play


def line(*bounds: Goal, open_as=None, once: bool = False) -> Line:
    @contextmanager
    def steady() -> Iterator[tuple[Round, Round]]:
        yield (lambda: Sample(100, 1.0, 0.1)), (lambda: Sample(40, 1.0, 0.1))

    return Line("x. something", "nothing", "all of it", bounds, open_as or steady, once)


def played(*bounds: Goal, open_as=None, once: bool = False) -> Outcome:
    return play(line(*bounds, open_as=open_as, once=once), 5, lambda _: None)


def needed(megabytes: float, *, only: str) -> Outcome:
    """A line of memory, measured over less than is asked for where ``only`` says so."""
    pair = (Sample(1, 1, 0.1, megabytes=100.0), Sample(1, 1, 0.1, megabytes=megabytes))
    return Outcome(line(goals.megabytes_of(1.1, only), once=True), [pair])


def waited(*rounds: list[float], pooled: bool) -> Outcome:
    """A line of waiting times in seconds, at most 4 of 5 of which may be above 10 ms."""
    pairs = [(Sample(1, 1, 0.1, [1.0]), Sample(1, 1, 0.1, took)) for took in rounds]
    return Outcome(line(goals.millis(80, 10, pooled=pooled)), pairs)


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


def test_what_was_measured_over_less_is_neither_met_nor_missed():
    page = report.page([needed(103.0, only="over 20 events and not 100")], [])
    assert "| not known: over 20 events and not 100 |" in page
    assert "None of 1 goals is missed." in page
    assert "Neither met nor missed:\n\n- x. something: at most 1.10 of the memory" in page
    assert "| yes |" not in page
    assert "are met" not in page


def test_what_is_missed_over_less_is_missed():
    page = report.page([needed(120.0, only="over 20 events and not 100")], [])
    assert "| no |" in page
    assert "Missed, 1 of 1 goals" in page
    assert "Neither met nor missed" not in page


def test_what_was_measured_over_all_is_met():
    page = report.page([needed(103.0, only="")], [])
    assert "| yes |" in page
    assert "All 1 goals are met." in page


def test_a_single_pair_is_called_one():
    assert "1.03 of the memory, one pair |" in report.page([needed(103.0, only="")], [])
    assert "one pair" not in report.page([played(goals.rate_of(0.1))], [])


def test_a_percentile_of_short_rounds_is_of_all_rounds_together():
    rounds = [0.001, 0.001, 0.001, 0.001], [0.001, 0.001, 0.001, 0.001], [0.05, 0.06, 0.07, 0.08]
    assert waited(*rounds, pooled=False).missed() == []
    outcome = waited(*rounds, pooled=True)
    assert len(outcome.missed()) == 1
    page = report.page([outcome], [])
    assert "| 60.0 ms, p80 of 12 |" in page
    assert "p50 1.00, p99 80.0 ms of 12" in page


def test_a_percentile_says_of_how_many_it_is():
    assert "p50 2.00, p99 3.00 ms of 3 a round" in report.page(
        [waited([0.001, 0.002, 0.003], [0.001, 0.002, 0.003], pooled=False)], []
    )
