"""Each kind of web worker takes what comes at once, stores it, and ends in good order."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from messenger_app.store import inbox
from tests.support.bridge import Bridge
from tests.support.meta import entry, message, signatures
from tests.support.waiting import wait_for

PEOPLE, WORDS = 16, 10
#: So few that of gunicorn's threads some are left.
AT_ONCE = 10


@pytest.fixture(params=["threads", "gevent"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def bridge(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Bridge]:
    server = request.param == "postgresql"
    yield from running(kind, tmp_path, request.getfixturevalue("postgres_url") if server else "")


@pytest.fixture
def on_sqlite(kind: str, tmp_path: Path) -> Iterator[Bridge]:
    yield from running(kind, tmp_path, "")


@pytest.fixture
def on_postgresql(kind: str, tmp_path: Path, postgres_url: str) -> Iterator[Bridge]:
    yield from running(kind, tmp_path, postgres_url)


def running(kind: str, folder: Path, database_url: str) -> Iterator[Bridge]:
    settings = {"WEB_WORKERS": kind, "RASA_URL": "http://127.0.0.1:9", "CLOCK_URL": ""}
    bridge = Bridge(folder, settings=settings, database_url=database_url)
    bridge.start_web()
    yield bridge
    bridge.stop()


def deliver(bridge: Bridge, psid: str) -> list[int]:
    """Deliver what one person says, each word twice; return how it was answered."""
    statuses = []
    with requests.Session() as session:
        for word in range(WORDS):
            said = entry(messaging=[message(psid, f"word {word}", f"m_{psid}_{word}")])
            body = json.dumps({"object": "page", "entry": [said]}).encode()
            for _ in range(2):
                answer = session.post(
                    bridge.webhook_url, data=body, headers=signatures(body), timeout=10
                )
                statuses.append(answer.status_code)
    return statuses


def test_everything_that_came_at_once_is_stored_once(bridge: Bridge) -> None:
    with ThreadPoolExecutor(PEOPLE) as people:
        answers = list(people.map(lambda psid: deliver(bridge, str(psid)), range(1, PEOPLE + 1)))
    assert answers == [[200] * 2 * WORDS] * PEOPLE
    with bridge.database.reading() as connection:
        assert inbox.counts(connection) == {"pending": PEOPLE * WORDS}


def test_while_somebody_else_writes_the_file_everybody_is_served_but_who_waits_for_it(
    on_sqlite: Bridge,
) -> None:
    with closing(HTTPConnection("127.0.0.1", on_sqlite.port, timeout=30)) as sender:
        with on_sqlite.database.writing():
            said = entry(messaging=[message("1", "Hi", "m_1")])
            body = json.dumps({"object": "page", "entry": [said]}).encode()
            sender.request("POST", "/webhook", body, signatures(body))
            time.sleep(0.5)  # by then it waits for the lock
            for _ in range(5):
                assert requests.get(f"{on_sqlite.url}/readyz", timeout=5).ok
        assert sender.getresponse().status == 200


def test_while_one_waits_for_the_database_others_are_served_and_then_stored_together(
    on_postgresql: Bridge,
) -> None:
    database = on_postgresql.database
    with ExitStack() as stack:
        senders = [
            stack.enter_context(closing(HTTPConnection("127.0.0.1", on_postgresql.port, 30)))
            for _ in range(AT_ONCE)
        ]
        with database.writing() as connection:
            connection.exec_driver_sql("LOCK TABLE conversation IN EXCLUSIVE MODE")
            for number, sender in enumerate(senders, 1):
                said = entry(messaging=[message(str(number), "Hi", f"m_{number}")])
                body = json.dumps({"object": "page", "entry": [said]}).encode()
                sender.request("POST", "/webhook", body, signatures(body))
            wait_for(lambda: waits_for_a_lock(on_postgresql), "the first to wait")
            for _ in range(5):  # by then the others have come as far
                ready = requests.get(f"{on_postgresql.url}/readyz", timeout=5)
                assert ready.json()["checks"]["database"] == "ok"
        assert [sender.getresponse().status for sender in senders] == [200] * AT_ONCE
    with database.reading() as connection:
        assert inbox.counts(connection) == {"pending": AT_ONCE}
        transactions = text("SELECT count(DISTINCT CAST(xmin AS text)) FROM inbox_event")
        assert connection.execute(transactions).scalar_one() <= AT_ONCE / 2


def waits_for_a_lock(bridge: Bridge) -> bool:
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted"
        " AND relation = CAST('conversation' AS regclass)"
    )
    with bridge.database.reading() as connection:
        return bool(connection.execute(waiting).scalar_one())


def test_a_kind_that_there_is_not_is_refused_with_what_there_is(tmp_path: Path) -> None:
    bridge = Bridge(tmp_path, settings={"WEB_WORKERS": "fibres"})
    with pytest.raises(AssertionError, match="WEB_WORKERS must be one of threads, gevent"):
        bridge.start_web()
    bridge.database.close()
