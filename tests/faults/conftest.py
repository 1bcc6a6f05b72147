"""The same system as the scenarios', for faults that end or stop its processes."""

from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import _bot, bot, bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.whole_system import WholeSystem, running, simulator

__all__ = ["_bot", "bot", "bridge", "simulator"]


@pytest.fixture(scope="session")
def _system(_bot: StandInBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    folder = tmp_path_factory.mktemp("system")
    with running(folder, _bot.url, runs_in="tests.faults.fillable") as system:
        yield system
