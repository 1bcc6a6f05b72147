"""The bell wakes the worker: without it each answer would wait for the worker's own look."""

from collections.abc import Iterator

import pytest

from inbox_simulator import Simulator
from inbox_simulator.actors import Person
from messenger_app.store.wakeup import bell_of
from tests.scenarios.seldom_looks import TICK
from tests.support.bridge import Bridge
from tests.support.postgres import Postgres
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for
from tests.support.whole_system import WholeSystem, running

#: Seconds in which an answer comes also on a busy machine.
SOON = 20.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def _system(
    request: pytest.FixtureRequest, _bot: StandInBot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WholeSystem]:
    """A worker that looks by itself only after minutes."""
    folder, url = tmp_path_factory.mktemp("system"), ""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database()
    runs_in = "tests.scenarios.seldom_looks"
    with running(folder, _bot.url, runs_in=runs_in, database_url=url) as system:
        yield system


@pytest.fixture
def bridge(_system: WholeSystem, simulator: Simulator, bot: StandInBot) -> Bridge:
    """With a worker that listens."""
    bell = bell_of(_system.bridge.database)
    wait_for(bell.is_heard, "the worker to listen")
    bell.close()
    return _system.bridge


def test_an_answer_comes_though_the_worker_does_not_look_by_itself(person: Person, bridge: Bridge):
    assert SOON < TICK / 4
    for number in range(3):  # one answer alone could come with what the worker does at its start
        hear_back(person, f"word {number}")


def hear_back(person: Person, word: str) -> None:
    """Say something and wait for its answer."""
    person.says(word)
    wait_for(lambda: person.last_message == f"You said: {word}", f"{word!r}, heard", within=SOON)
