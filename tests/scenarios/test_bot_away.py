"""A bot that can't be reached: its people wait a little, then a human is offered."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_simulator.actors import Person, Stage
from tests.support.stand_in_bot import StandInBot
from tests.support.whole_system import WholeSystem, running

PAGE_INBOX = "263902037430900"


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[WholeSystem]:
    """A bridge that waits one second for its bot, which is not there."""
    with running(tmp_path, StandInBot().url, BOT_PATIENCE="1") as system:
        yield system


def test_a_person_whose_bot_is_away_reaches_a_human_without_it(impatient: WholeSystem):
    stage = Stage(impatient.simulator.url)
    ana = Person(stage, "Ana")
    ana.says("hello")
    ana.sees("I can't answer just now")
    ana.taps("Chat with a person")
    ana.sees("connecting you")
    ana.has_owner(PAGE_INBOX)
    stage.close()
