"""One bridge of its own for each test: real settings, real SQLite file, nothing started."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from messenger_app import logs
from messenger_app.app import create_app
from messenger_app.bridge import Bridge
from messenger_app.clock import Clock
from messenger_app.config import Settings
from messenger_app.store.database import Database
from messenger_app.store.wakeup import SocketBell
from messenger_app.worker import Worker
from tests.support.cable import Cable
from tests.support.ports import free_port
from tests.unit.payloads import APP_SECRET, OWN_APP_ID, PAGE_ID
from tests.unit.working import POLICY, Silent

ROOT = Path(__file__).resolve().parents[2]

MakeSettings = Callable[..., Settings]


@pytest.fixture
def make_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeSettings:
    """Settings that depend neither on this machine's environment nor on a `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    nobody = f"http://127.0.0.1:{free_port()}"

    def make(**changed: Any) -> Settings:
        usual: dict[str, Any] = {
            "app_id": OWN_APP_ID,
            "app_secret": APP_SECRET,
            "verify_token": "a-verify-token",
            "page_id": PAGE_ID,
            "page_access_token": "a-page-token",
            "graph_api_url": nobody,
            "rasa_url": nobody,
            "database_url": f"sqlite:///{tmp_path}/handover.db",
            "handoff_config": ROOT / "rasa_bot" / "handoff_config.yml",
        }
        return Settings(_env_file=None, **usual | changed)  # type: ignore[call-arg]

    return make


@pytest.fixture
def app(make_settings: MakeSettings) -> Iterator[Flask]:
    built = create_app(make_settings())
    yield built
    bridge: Bridge = built.extensions["bridge"]
    bridge.bell.close()
    bridge.database.close()
    for graph in bridge.graph.values():
        graph.close()
    for rasa in (*bridge.rasa.values(), *bridge.bots.values()):
        rasa.close()


@pytest.fixture
def bridge(app: Flask) -> Bridge:
    built: Bridge = app.extensions["bridge"]
    return built


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A real SQLite file with every table."""
    built = Database(f"sqlite:///{tmp_path}/handover.db")
    built.upgrade()
    yield built
    built.close()


@pytest.fixture
def postgresql(postgres_url: str) -> Iterator[Database]:
    """A database of a real PostgreSQL server, with every table."""
    built = Database(postgres_url)
    yield built
    built.close()


@pytest.fixture
def cable(postgres_url: str) -> Iterator[Cable]:
    port = urlsplit(postgres_url).port
    assert port is not None
    with Cable(port) as built:
        yield built


@pytest.fixture
def at_the_end_of_it(cable: Cable, postgres_url: str) -> Iterator[Database]:
    """The database of that server, through the cable."""
    url = urlsplit(postgres_url)
    far = url._replace(netloc=url.netloc.replace(str(url.port), str(cable.port)))
    built = Database(far.geturl())
    yield built
    built.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each of the two in turn."""
    built: Database = request.getfixturevalue(request.param)
    return built


@pytest.fixture
def executor() -> Silent:
    return Silent()


@pytest.fixture
def worker(database: Database, executor: Silent) -> Iterator[Worker]:
    """A worker with four calls at once, not yet running."""
    logs.configure(as_json=True, level="ERROR")
    bell = SocketBell(None)
    yield Worker(database, executor, POLICY, Clock(), bell, calls=4)
    bell.close()
