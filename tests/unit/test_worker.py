"""One worker on a real database, with rules and calls that go wrong in ways of ours."""

import queue
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from messenger_app.clock import Clock
from messenger_app.conversation.commands import TakeThreadControl
from messenger_app.conversation.state import Conversation, Owner
from messenger_app.conversation.transcript import Line
from messenger_app.errors import StoreRefused
from messenger_app.jobs.job import CALL_DEADLINE, Job, Result, Settled, TryAgain
from messenger_app.progress import MOST_FAULTS, Progress
from messenger_app.store import conversations, inbox, outbox, transcripts
from messenger_app.store.database import Database
from messenger_app.store.tables import CommandStatus, EventStatus
from messenger_app.store.wakeup import SocketBell
from messenger_app.worker import Worker
from tests.support.waiting import wait_for
from tests.unit.payloads import PAGE_ID
from tests.unit.working import POLICY, Silent, counts, is_quiet, refuse, running, say


def poisoned(progress: Progress, psid: str) -> Callable[..., Any]:
    """Return a parser of events that fails for one person."""
    genuine = progress._apply_stored

    def apply(connection: Any, hand: Any, stored: Any) -> bool:
        if hand.conversation.psid == psid:
            hand.applying = stored
            raise KeyError("poison")
        return genuine(connection, hand, stored)

    return apply


def test_an_event_that_fails_again_and_again_is_set_aside_and_the_others_go_on(
    worker: Worker, database: Database, executor: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker._progress, "_apply_stored", poisoned(worker._progress, "66"))
    say(database, "1", "66", "2")
    with running(worker):
        wait_for(lambda: counts(database).get("set_aside") == 1, "the event to be set aside")
        wait_for(lambda: is_quiet(database), "quiet")
    assert counts(database) == {"done": 2, "set_aside": 1}
    assert {job.psid for job in executor.jobs} == {"1", "2"}
    with database.reading() as connection:
        (dead,) = inbox.with_status(connection, EventStatus.SET_ASIDE, 10)
    assert (dead.error, dead.attempts) == ("KeyError", MOST_FAULTS)


def test_an_event_that_was_set_aside_is_applied_once_it_is_replayed(
    worker: Worker, database: Database, executor: Silent
) -> None:
    say(database, "1")
    with database.writing() as connection:
        (stored,) = inbox.pending(connection, f"{PAGE_ID}:1")
        reason = inbox.Finding(stored.id, EventStatus.SET_ASIDE, "KeyError", MOST_FAULTS)
        inbox.finish(connection, [reason], 1)
        found = inbox.find(connection, stored.id)
        assert found is not None
        inbox.replay(connection, found)
    with running(worker):
        wait_for(lambda: counts(database) == {"done": 1}, "the event")
        wait_for(lambda: is_quiet(database), "quiet")
    assert [job.psid for job in executor.jobs] == ["1"]


def test_what_the_database_refuses_of_one_thread_holds_back_no_other(
    worker: Worker, database: Database, executor: Silent
) -> None:
    refuse(database, "INSERT", "transcript", "NEW.thread LIKE '%:66'")
    with pytest.raises(StoreRefused), database.writing() as connection:
        transcripts.add(connection, "x:66", [Line("person", "Hi", 1)])
    say(database, "1", "66", "2")
    with running(worker):
        wait_for(lambda: counts(database).get("set_aside") == 1, "the event to be set aside")
        wait_for(lambda: is_quiet(database), "quiet")
    assert counts(database) == {"done": 2, "set_aside": 1}
    assert {job.psid for job in executor.jobs} == {"1", "2"}


def test_a_thread_with_very_much_to_do_is_worked_off_to_its_end_in_order(
    worker: Worker, database: Database, executor: Silent
) -> None:
    now = Clock.machine()
    for number in range(4 * inbox.MOST_AT_ONCE):
        say(database, "1", at=now + number)
    with running(worker):
        wait_for(lambda: is_quiet(database), "quiet")
    asked = [job.open.command for job in executor.jobs]
    assert [getattr(command, "mid", "") for command in asked] == [
        f"m_1_{now + number}" for number in range(4 * inbox.MOST_AT_ONCE)
    ]


def test_a_call_that_could_not_begin_in_time_is_decided_again(
    worker: Worker, database: Database, executor: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter([False, False])
    monkeypatch.setattr(worker, "_may_begin", lambda _call: next(refusals, True))
    say(database, "1")
    with running(worker):
        wait_for(lambda: len(executor.jobs) == 1 and is_quiet(database), "the call")
    assert executor.jobs[0].open.attempts == 1
    assert not executor.jobs[0].open.uncertain
    with database.reading() as connection:
        assert outbox.counts(connection) == {"done": 1}


def test_a_take_that_a_worker_died_over_is_looked_into_though_nobody_wants_it_any_more(
    worker: Worker, database: Database, executor: Silent
) -> None:
    thread, now = f"{PAGE_ID}:1", Clock.machine()
    begun = replace(outbox.new(0, TakeThreadControl()), status=CommandStatus.RUNNING)
    with database.writing() as connection:
        conversations.wake(connection, [thread], now)
        somebody_came = Conversation(PAGE_ID, "1", owner=Owner.OTHER_APP)
        conversations.save(connection, {thread: somebody_came})
        outbox.write(connection, {thread: [begun]}, [], now)
    with running(worker):
        wait_for(lambda: executor.jobs and is_quiet(database), "the call")
    (job,) = executor.jobs
    assert (job.open.uncertain, job.wanted) == (True, False)


def test_what_the_other_side_said_is_over_is_asked_again_at_once(
    worker: Worker, database: Database, executor: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = Clock.steady()
    results = iter([TryAgain(10, "500", uncertain=True, over=True)])

    def run(job: Job) -> Result:
        executor.jobs.append(job)
        return next(results, Settled())

    monkeypatch.setattr(executor, "run", run)
    say(database, "1")
    with running(worker):
        wait_for(lambda: len(executor.jobs) == 2 and is_quiet(database), "the second try")
    assert Clock.steady() - began < CALL_DEADLINE / 2
    assert [job.may_call for job in executor.jobs] == [True, True]
    assert executor.jobs[1].open.uncertain  # so the tracker is looked into first


class FailingBell(SocketBell):
    """Fails once while it is listened to, and rings afterwards when it is told to."""

    def __init__(self) -> None:
        super().__init__(None)
        self.faults = [RuntimeError("a fault of ours")]
        self.rung: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def listen(self) -> Iterator[None]:
        if self.faults:
            raise self.faults.pop()
        while self.rung.get():
            yield


def test_a_fault_of_the_bell_deafens_the_worker_no_longer_than_that(
    sqlite: Database, executor: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell = FailingBell()
    worker = Worker(sqlite, executor, POLICY, Clock(), bell, calls=4)
    woken: queue.SimpleQueue[None] = queue.SimpleQueue()
    monkeypatch.setattr(worker._calls, "interrupt", lambda: woken.put(None))
    with running(worker):
        bell.rung.put(True)
        woken.get(timeout=10)
        assert not bell.faults
        bell.rung.put(False)
    bell.close()
