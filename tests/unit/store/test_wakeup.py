import queue
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from messenger_app.store.database import Database
from messenger_app.store.wakeup import Bell, NotifyBell, SocketBell, bell_of
from tests.support.postgres import Postgres
from tests.support.waiting import wait_for


@pytest.fixture
def bell(database: Database) -> Iterator[Bell]:
    built = bell_of(database)
    yield built
    built.close()


def listen(bell: Bell, times: int) -> tuple[threading.Thread, "queue.Queue[int]"]:
    """Listen in a thread until it has rung so many times."""
    rings: queue.Queue[int] = queue.Queue()

    def hear() -> None:
        heard = bell.listen()
        if isinstance(bell, NotifyBell):
            next(heard)  # at its start: it may have missed one
        for number in range(times):
            next(heard)
            rings.put(number)
        heard.close()  # type: ignore[attr-defined]  # it is a generator: closes its socket

    thread = threading.Thread(target=hear)
    thread.start()
    return thread, rings


def test_a_ring_is_heard_by_who_listens(bell: Bell) -> None:
    thread, rings = listen(bell, 1)
    wait_for(bell.is_heard, "somebody who listens", every=0.005)
    bell.ring()
    thread.join(5)
    assert rings.get(timeout=5) == 0


def test_rings_while_the_listener_is_busy_are_not_lost(bell: Bell) -> None:
    thread, rings = listen(bell, 3)
    wait_for(bell.is_heard, "somebody who listens", every=0.005)
    for _ in range(3):
        bell.ring()
        time.sleep(0.05)  # longer than the least time between two
    thread.join(5)
    assert rings.qsize() == 3


def test_nobody_listens_before_there_is_a_worker(bell: Bell) -> None:
    assert not bell.is_heard()
    bell.ring()


def test_what_a_dead_worker_left_is_no_listener(bell: Bell) -> None:
    thread, _ = listen(bell, 1)
    wait_for(bell.is_heard, "somebody who listens", every=0.005)
    bell.ring()
    thread.join(5)
    wait_for(lambda: not bell.is_heard(), "its connection to be over")


def test_a_new_worker_takes_the_place_of_a_dead_one(bell: Bell) -> None:
    for _ in range(2):
        thread, _ = listen(bell, 1)
        wait_for(bell.is_heard, "somebody who listens", every=0.005)
        bell.ring()
        thread.join(5)
        assert not thread.is_alive()
        wait_for(lambda: not bell.is_heard(), "its connection to be over")


def test_a_ring_wakes_who_listens_in_another_process_on_the_same_server(
    postgresql: Database,
) -> None:
    listens, rings = NotifyBell(postgresql), NotifyBell(postgresql)
    heard = listens.listen()
    next(heard)  # at its start: it may have missed one
    rings.ring()
    next(heard)
    heard.close()  # type: ignore[attr-defined]  # it is a generator: closes its connection
    wait_for(lambda: not rings.is_heard(), "the end of it")
    for bell in (listens, rings):
        bell.close()


def test_who_listens_hears_again_when_the_server_is_back() -> None:
    with Postgres(durable=False) as server:
        database = Database(server.url())
        bell = NotifyBell(database)
        heard = bell.listen()
        next(heard)
        server.kill()
        bell.ring()
        assert not bell.is_heard()
        server.start()
        next(heard)  # it may have missed one
        bell.ring()
        next(heard)
        assert bell.is_heard()
        heard.close()  # type: ignore[attr-defined]  # it is a generator: closes its connection
        bell.close()
        database.close()


def test_a_fault_while_it_rings_silences_it_no_longer_than_that(
    postgresql: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearby, far = postgresql, Database(postgres_url)
    listens, rings = NotifyBell(far), NotifyBell(nearby)
    heard = listens.listen()
    next(heard)  # at its start: it may have missed one
    genuine, faults = nearby.reading, [RuntimeError("a fault of ours")]

    def reading() -> AbstractContextManager[Connection]:
        if faults:
            raise faults.pop()
        return genuine()

    monkeypatch.setattr(nearby, "reading", reading)
    rings.ring()
    wait_for(lambda: not faults, "the fault")
    rings.ring()
    next(heard)
    heard.close()  # type: ignore[attr-defined]  # it is a generator: closes its connection
    for bell in (listens, rings):
        bell.close()
    far.close()


def test_many_rings_block_nobody(bell: Bell) -> None:
    listener = bell.listen()
    thread = threading.Thread(target=lambda: next(listener))
    thread.start()
    wait_for(bell.is_heard, "somebody who listens", every=0.005)
    thread.join(5)
    for _ in range(5_000):
        bell.ring()
    assert bell.is_heard()  # it has enough to do
    listener.close()  # type: ignore[attr-defined]  # it is a generator: closes its socket


@pytest.mark.parametrize("path", [None, Path("/tmp") / ("x" * 200)])
def test_without_a_place_for_it_the_bell_rings_for_nobody(path: Path | None) -> None:
    bell = SocketBell(path)
    bell.ring()
    assert not bell.is_heard()
    assert list(bell.listen()) == []
    bell.close()
