"""What every kind of test shares: the real bot, slow to start, and a database server."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from messenger_app.store.database import Database
from tests.support.postgres import Postgres
from tests.support.rasa import SCRIPT, Rasa

pytest_plugins = ["inbox_simulator.pytest_plugin"]

#: `pytest --hypothesis-profile thorough` asks the generated requests ten times as often.
settings.register_profile("thorough", max_examples=10 * settings().max_examples)

#: Seconds. Installing and training come before, where they were not done yet.
TRAIN_TIMEOUT = 900.0


@pytest.fixture(scope="session")
def trained() -> None:
    """Make sure of Rasa's environment and of a model of today's data."""
    subprocess.run([sys.executable, SCRIPT, "train"], check=True, timeout=TRAIN_TIMEOUT)


@pytest.fixture(scope="session")
def rasa(trained: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    """One real Rasa server for all tests; its action server is down unless a test starts it."""
    server = Rasa(tmp_path_factory.mktemp("rasa"))
    server.start()
    yield server
    server.stop("actions")
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for all tests that neither stop it nor kill it."""
    with Postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database with every table, to make others like."""
    url = postgres.new_database()
    database = Database(url)
    database.upgrade()
    database.close()
    return url.rsplit("/", 1)[1]


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """The address of a database of the test's own, with every table."""
    with postgres.database(postgres_template) as url:
        yield url
