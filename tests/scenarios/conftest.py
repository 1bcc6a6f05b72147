"""Simulator, bridge and the stand-in bot, started once; every test begins from the seed."""

from collections.abc import Iterator

import pytest

from inbox_simulator import Simulator
from tests.support.bridge import Bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.whole_system import WholeSystem, running, simulator

__all__ = ["simulator"]


@pytest.fixture(scope="session")
def _bot() -> Iterator[StandInBot]:
    with StandInBot() as bot:
        yield bot


@pytest.fixture(scope="session")
def _system(_bot: StandInBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    with running(tmp_path_factory.mktemp("system"), _bot.url) as system:
        yield system


@pytest.fixture
def bot(_bot: StandInBot) -> StandInBot:
    _bot.forget()
    return _bot


@pytest.fixture
def bridge(_system: WholeSystem, simulator: Simulator, bot: StandInBot) -> Bridge:
    return _system.bridge
