"""The combinations leave no value out, and no pair."""

import itertools

from inbox_simulator.platform.switches import SWITCHES
from tests.matrix.combinations import every, pairwise

OPTIONS = {name: switch.options for name, switch in SWITCHES.items()}
DEFAULTS = {name: switch.options[0] for name, switch in SWITCHES.items()}


def test_every_pair_of_values_meets_in_a_few_combinations():
    found = pairwise(OPTIONS)
    for one, other in itertools.combinations(OPTIONS, 2):
        met = {(row[one], row[other]) for row in found}
        assert met == set(itertools.product(OPTIONS[one], OPTIONS[other])), (one, other)
    assert len(found) < 25


def test_every_combination_of_the_chosen_switches_is_there_once_and_no_switch_is_left_out():
    found = every(["inbox_done", "echo_and_take"])
    assert [(row["inbox_done"], row["echo_and_take"]) for row in found] == list(
        itertools.product(OPTIONS["inbox_done"], OPTIONS["echo_and_take"])
    )
    assert all(row.keys() == SWITCHES.keys() for row in found)


def test_the_harder_values_come_first():
    assert every(["inbox_done"])[0] == pairwise(OPTIONS)[0] == DEFAULTS
