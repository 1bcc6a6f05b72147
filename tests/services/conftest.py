"""Two real Rasa servers on real PostgreSQL and Redis, and the bridge in front of them."""

from collections.abc import Iterator

import pytest

from tests.support.grown_rasa import GrownRasa
from tests.support.postgres import Postgres
from tests.support.whole_system import WholeSystem, bridge, running, simulator

__all__ = ["bridge", "simulator"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="module")
def rasas(
    trained: None, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GrownRasa]:
    with GrownRasa(tmp_path_factory.mktemp("rasas"), postgres.new_database()) as servers:
        yield servers


@pytest.fixture(scope="module")
def _system(rasas: GrownRasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    with running(tmp_path_factory.mktemp("grown"), rasas.url) as system:
        yield system
