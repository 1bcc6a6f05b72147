"""The whole system with the real bot and its action server, for each module of these tests."""

from collections.abc import Iterator

import pytest

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person
from tests.scenarios.bot.visit import Visit
from tests.support.bridge import Bridge
from tests.support.rasa import Rasa
from tests.support.whole_system import WholeSystem, running


@pytest.fixture(scope="module")
def _real(rasa: Rasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    rasa.start("actions")
    try:
        with running(tmp_path_factory.mktemp("bot"), rasa.url) as system:
            yield system
    finally:
        rasa.stop("actions")


@pytest.fixture
def simulator(_real: WholeSystem) -> Simulator:
    """The simulator of the module: each test has a person of its own there."""
    return _real.simulator


@pytest.fixture
def bridge(_real: WholeSystem) -> Bridge:
    return _real.bridge


@pytest.fixture
def visit(person: Person, agent: Agent, simulator: Simulator, bridge: Bridge, rasa: Rasa) -> Visit:
    """Ana's visit to the Page."""
    return Visit(person, agent, simulator, bridge, rasa)
