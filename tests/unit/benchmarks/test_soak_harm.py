"""Half an hour has every harm more than once, and the same seed has the same harms."""

import threading
from collections import Counter

from benchmarks.soak_harm import EVERY, SELDOM, Harm, Harms, Victims, plan

OFTEN = ["a worker", "a web process", "PostgreSQL", "Redis"]
KINDS = [*OFTEN, *SELDOM]


def test_half_an_hour_has_each_kind_more_than_once():
    planned = plan(1, KINDS, 30 * 60)
    times = Counter(harm.kind for harm in planned)

    assert set(times) == set(KINDS)
    assert min(times.values()) >= 2
    assert all(times[kind] >= 10 for kind in OFTEN)
    assert [harm.due for harm in planned] == [EVERY * n for n in range(1, len(planned) + 1)]
    assert planned[-1].due <= 30 * 60 - EVERY


def test_a_seed_always_has_the_same_plan():
    assert plan(1, KINDS, 1800) == plan(1, KINDS[::-1], 1800)
    assert plan(1, KINDS, 1800) != plan(2, KINDS, 1800)


def test_a_time_that_is_too_short_has_none():
    assert plan(1, KINDS, EVERY) == []


def test_each_victim_of_a_kind_has_its_turn_and_is_started_again():
    seen: list[str] = []
    over = threading.Event()
    first = lambda: seen.append("-1"), lambda: seen.append("+1")
    victims: Victims = {"worker": [first, (lambda: seen.append("-2"), over.set)]}
    harms = Harms([Harm(0, "worker", turn, 0) for turn in range(2)], victims)
    harms.start()

    assert over.wait(10)
    harms.stop()
    assert seen == ["-1", "+1", "-2"]
    assert harms.done == {"worker": 2}


def test_what_could_not_be_done_is_told():
    def fail() -> None:
        raise AssertionError("it did not start")

    harms = Harms([Harm(0, "worker", 0, 0)], {"worker": [(fail, fail)]})
    harms.run()

    assert "it did not start" in str(harms.error)
    assert not harms.done
