"""One worker whose turn the database refuses, so that each thread is written by itself."""

from typing import Any

import pytest
from sqlalchemy import select

from messenger_app import leases
from messenger_app import worker as worker_module
from messenger_app.calls import Done
from messenger_app.errors import StoreRefused, StoreUnavailable
from messenger_app.store import conversations
from messenger_app.store.database import Database
from messenger_app.store.tables import inbox_event
from messenger_app.worker import Worker
from tests.support.waiting import wait_for
from tests.unit.payloads import PAGE_ID
from tests.unit.working import Silent, allow, counts, is_quiet, refuse, running, say


def execute(database: Database, statement: str) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql(statement)


def test_nobody_else_is_blamed_for_what_is_refused_of_one_thread(
    worker: Worker, database: Database, executor: Silent
) -> None:
    refuse(database, "INSERT", "outbox", "NEW.thread LIKE '%:66'")
    say(database, *(str(psid) for psid in range(1, 10)), "66")
    execute(database, "UPDATE conversation SET due = -1 WHERE psid <> '1' AND psid <> '2'")
    with running(worker):
        wait_for(lambda: counts(database) == {"done": 9, "set_aside": 1}, "all events")
        wait_for(lambda: is_quiet(database), "quiet")
    with database.reading() as connection:
        blamed = connection.execute(
            select(inbox_event.c.thread).where(inbox_event.c.attempts > 0)
        ).scalars()
        assert set(blamed) == {f"{PAGE_ID}:66"}
    assert {job.psid for job in executor.jobs} == {str(psid) for psid in range(1, 10)}


def test_only_the_thread_that_is_taken_forward_by_itself_is_touched(
    worker: Worker, database: Database
) -> None:
    say(database, "1", "2")
    worker._work([], step=())
    say(database, "3")
    worker._work([], step=(f"{PAGE_ID}:1",))
    hands = worker._leases.in_hand
    assert {thread: bool(hand.running) for thread, hand in hands.items()} == {
        f"{PAGE_ID}:1": True,
        f"{PAGE_ID}:2": False,
    }


def test_a_result_that_is_written_is_not_taken_again_where_a_later_one_cant_be(
    worker: Worker, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(database, "1", "2")
    worker._turn([])
    done: list[Done] = []
    while len(done) < 2:
        done += worker._calls.wait(5)
    genuine = worker._work

    def work(some: list[Done], step: Any = None) -> None:
        if step is None:
            raise StoreRefused("the whole turn")
        if step == (f"{PAGE_ID}:2",):
            raise StoreUnavailable("the disk is full")
        genuine(some, step)

    monkeypatch.setattr(worker, "_work", work)
    with pytest.raises(StoreUnavailable):
        worker._turn(done)
    assert [item.call.job.psid for item in done] == ["2"]
    monkeypatch.undo()
    worker._turn(done)
    assert done == []
    worker._calls.close()


def test_a_thread_that_could_not_even_be_let_go_of_is_free_once_its_lease_has_run_out(
    worker: Worker, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE", 1_000)
    monkeypatch.setattr(leases, "HEARTBEAT", 200)
    monkeypatch.setattr(worker_module, "LEASE", 60_000)  # calls may begin all the same
    refuse(database, "UPDATE", "inbox_event", "OLD.status = 0")
    say(database, "66")

    def is_let_go_of() -> bool:
        with database.reading() as connection:
            leased = connection.exec_driver_sql("SELECT worker FROM conversation").scalar_one()
        return leased is not None and worker._leases.in_hand == {}

    with running(worker):
        wait_for(is_let_go_of, "the refusal")
        allow(database, "inbox_event")
        wait_for(lambda: counts(database) == {"done": 1}, "the event")


def test_a_heartbeat_that_was_rolled_back_is_made_again(
    worker: Worker, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[bool] = []
    genuine = conversations.extend

    def extend(*given: Any) -> None:
        beats.append(True)
        genuine(*given)

    def fail(*_: Any) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(conversations, "extend", extend)
    with monkeypatch.context() as broken:
        broken.setattr(worker, "_write_changes", fail)
        with pytest.raises(KeyError):
            worker._work([])
    assert len(beats) == 1
    worker._work([])
    worker._work([])
    assert len(beats) == 2
