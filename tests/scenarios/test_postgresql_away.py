"""What a web process and a worker say of a PostgreSQL server, and of one they can't reach."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import requests
from psycopg import sql

from tests.support.bridge import Bridge
from tests.support.meta import deliver, entry, fresh_mid, message
from tests.support.ports import free_port
from tests.support.postgres import Postgres
from tests.support.waiting import wait_for

USER, RIGHT, WRONG = "handover", "the-right-password", "another-password"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server of these tests' own, since they stop it."""
    with Postgres(durable=False) as built:
        make_user = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
        built.run(make_user.format(sql.Identifier(USER), sql.Literal(RIGHT)))
        built.run(sql.SQL("CREATE DATABASE handover OWNER {}").format(sql.Identifier(USER)))
        yield built


@pytest.fixture
def bridge(server: Postgres, tmp_path: Path) -> Iterator[Bridge]:
    """Web and worker, with a user of their own."""
    bridge = bridge_with(server, tmp_path, RIGHT)
    bridge.start()
    yield bridge
    bridge.stop()


@pytest.fixture
def misled(server: Postgres, tmp_path: Path) -> Iterator[Bridge]:
    """Not started yet, and given a wrong password."""
    bridge = bridge_with(server, tmp_path, WRONG)
    yield bridge
    bridge.end()


def bridge_with(server: Postgres, folder: Path, password: str) -> Bridge:
    nobody = f"http://127.0.0.1:{free_port()}"
    settings = {"RASA_URL": nobody, "GRAPH_API_URL": nobody, "CLOCK_URL": ""}
    url = f"postgresql://{USER}:{password}@127.0.0.1:{server.port}/handover"
    return Bridge(folder, settings=settings, database_url=url)


def is_ready(bridge: Bridge) -> tuple[int, str, str]:
    """Return what `/readyz` says: its status, of the database, of the worker."""
    answer = requests.get(f"{bridge.url}/readyz", timeout=10)
    checks = answer.json()["checks"]
    return answer.status_code, checks["database"], checks["worker"]


def said_by(bridge: Bridge, event: str) -> bool:
    return bridge.log.exists() and event in bridge.log.read_text()


def take_what_is_said(bridge: Bridge) -> int:
    return deliver(bridge, entry(messaging=[message("1", "Hi", fresh_mid())]))


def assert_all_notice(bridge: Bridge, cause: str) -> None:
    """Nothing is taken, all say why, and nobody says the password."""
    assert take_what_is_said(bridge) == 503
    status, database, worker = is_ready(bridge)
    assert (status, worker) == (503, "degraded")
    assert database == "can't be reached: the log says why"
    for event in ("webhook.not_stored", "worker.store_unavailable", "database.unavailable"):
        wait_for(partial(said_by, bridge, event), event)
    assert cause in bridge.log.read_text()
    assert RIGHT not in bridge.log.read_text()


def test_a_worker_is_known_by_its_listening(bridge: Bridge) -> None:
    wait_for(lambda: is_ready(bridge) == (200, "ok", "ok"), "the worker to listen")
    bridge.stop_worker()
    assert is_ready(bridge) == (200, "ok", "degraded")


def test_a_server_that_is_away_is_told_without_its_password(
    server: Postgres, bridge: Bridge
) -> None:
    wait_for(lambda: is_ready(bridge) == (200, "ok", "ok"), "the worker to listen")
    server.stop()
    assert_all_notice(bridge, "Connection refused")
    server.start()
    wait_for(lambda: is_ready(bridge) == (200, "ok", "ok"), "the worker to listen again")
    assert take_what_is_said(bridge) == 200


def test_a_password_that_was_changed_is_told_without_the_old_one(
    server: Postgres, bridge: Bridge
) -> None:
    wait_for(lambda: is_ready(bridge) == (200, "ok", "ok"), "the worker to listen")
    change_password(server, WRONG)
    server.stop()
    server.start()
    assert_all_notice(bridge, "password authentication failed")
    change_password(server, RIGHT)
    wait_for(lambda: is_ready(bridge) == (200, "ok", "ok"), "the worker to listen again")


def test_a_worker_that_starts_with_a_wrong_password_ends_without_repeating_it(
    misled: Bridge,
) -> None:
    misled.start_worker()
    assert misled.worker is not None
    assert misled.worker.wait(30) == 1
    assert_told_plainly(misled)


def test_a_web_process_that_starts_with_a_wrong_password_tries_until_it_is_right(
    server: Postgres, misled: Bridge
) -> None:
    with ThreadPoolExecutor(1) as aside:
        started = aside.submit(misled.start_web)
        wait_for(lambda: said_by(misled, "password authentication failed"), "the refusal")
        change_password(server, WRONG)
        started.result()
    assert take_what_is_said(misled) == 200
    change_password(server, RIGHT)
    assert_told_plainly(misled)


def assert_told_plainly(bridge: Bridge) -> None:
    told = bridge.log.read_text()
    assert "password authentication failed" in told
    assert WRONG not in told
    assert "Traceback" not in told


def change_password(server: Postgres, password: str) -> None:
    change = sql.SQL("ALTER ROLE {} PASSWORD {}")
    server.run(change.format(sql.Identifier(USER), sql.Literal(password)))
