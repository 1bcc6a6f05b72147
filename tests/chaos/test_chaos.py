"""A short chaos on the real programs, with each seed that once found a fault.

Seed 2 found that one error of a bot that had been away before was taken for the fourth in a row.
"""

from pathlib import Path

import pytest

from tests.chaos import report
from tests.chaos.bots import StandInBot
from tests.chaos.run import play

SEEDS = [1, 2]
MESSAGES = 800


@pytest.mark.timeout(420)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_said_twice_or_said_to_a_human_whatever_goes_wrong(
    seed: int, tmp_path: Path
):
    outcome = play(seed, MESSAGES, tmp_path, StandInBot(tmp_path, seed))

    assert outcome.is_good, f"{report.table([outcome])}\n{report.troubles(outcome)}"
    assert outcome.verdict.answered > MESSAGES / 3
    assert outcome.killed.total() > 2
