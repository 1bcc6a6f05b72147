"""A short chaos on the real programs, with the seeds that once found a fault.

- 2: one error of a bot that had been away before was taken for the fourth in a row.
- 6: a message was said twice, since Graph was too busy to be asked whether it had arrived.
- 7: words were left to a human who had gone before the bridge heard of it.
- 10: a word from the half second after a pass was left to a human who had gone already.
- 14: a message that hung arrived after the answer to a later word.

A seed gives everybody the same intentions, and not the same moments: real processes race. Each of
these faults has a test of its own besides.
"""

from pathlib import Path

import pytest

from tests.chaos import report
from tests.chaos.bots import StandInBot
from tests.chaos.run import play
from tests.chaos.systems import OneOfEach, Several, System

SEEDS = [2, 6, 7, 10, 14]
MESSAGES = 500
#: With two web processes, three workers and PostgreSQL; `make chaos` plays more and longer ones.
SEEDS_OF_SEVERAL = [1, 2]
MESSAGES_TO_SEVERAL = 200


@pytest.mark.timeout(420)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_said_twice_or_said_to_a_human_whatever_goes_wrong(
    seed: int, tmp_path: Path
):
    assert_all_is_kept(seed, MESSAGES, tmp_path, OneOfEach(tmp_path))


@pytest.mark.timeout(420)
@pytest.mark.parametrize("seed", SEEDS_OF_SEVERAL)
def test_the_same_holds_for_several_processes_on_a_database_that_is_killed_too(
    seed: int, tmp_path: Path
):
    assert_all_is_kept(seed, MESSAGES_TO_SEVERAL, tmp_path, Several(tmp_path))


class WithAFault(OneOfEach):
    """A bridge that logs a fault of its own, though nobody notices."""

    def start(self) -> None:
        """Start, and log it."""
        super().start()
        with self.log.open("a") as log:
            log.write('{"event": "command.crashed", "level": "error"}\n')


@pytest.mark.timeout(420)
def test_a_fault_that_the_bridge_logged_is_shown(tmp_path: Path):
    outcome = play(1, 8, tmp_path, StandInBot(tmp_path, 1), WithAFault(tmp_path))

    assert not outcome.is_good
    assert outcome.verdict.is_good
    assert "command.crashed" in report.troubles(outcome)


def assert_all_is_kept(seed: int, messages: int, folder: Path, system: System) -> None:
    """Nothing was lost or doubled, though much was said and something was killed."""
    outcome = play(seed, messages, folder, StandInBot(folder, seed), system)

    assert outcome.is_good, f"{report.table([outcome])}\n{report.troubles(outcome)}"
    assert outcome.verdict.answered > messages / 4
    assert outcome.killed.total() > 0
