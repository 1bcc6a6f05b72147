"""Calls on a machine that doesn't always give a thread."""

import threading
from collections.abc import Callable

import pytest

from messenger_app.calls import Call, Calls
from messenger_app.conversation.commands import StopTyping
from messenger_app.jobs.job import Job, Result, Settled
from messenger_app.store import outbox
from messenger_app.store.database import Database
from messenger_app.worker import Worker
from tests.support.waiting import wait_for
from tests.unit.working import Silent, counts, is_quiet, running, say

Refuse = Callable[[int], None]


@pytest.fixture
def give_threads(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Let that many threads for calls be started from now on."""
    genuine = threading.Thread.start
    left = 0

    def start(thread: threading.Thread) -> None:
        nonlocal left
        if thread.name.startswith("call-"):
            if not left:
                raise RuntimeError("can't start new thread")
            left -= 1
        genuine(thread)

    def give(most: int) -> None:
        nonlocal left
        left = most

    monkeypatch.setattr(threading.Thread, "start", start)
    return give


def call(number: int) -> Call:
    command = outbox.new(0, StopTyping())
    return Call(Job(f"1:{number}", "1", str(number), command, may_call=True), 0, 0, 0)


def carry_out(_: Call) -> Result | None:
    return Settled()


def test_calls_without_a_thread_of_their_own_are_carried_out_by_those_that_there_are(
    give_threads: Refuse,
) -> None:
    give_threads(1)
    calls = Calls(carry_out, 4)
    begun = [call(number) for number in range(3)]
    for one in begun:
        calls.begin(one)
    done = []
    while calls.under_way:
        done += calls.wait(5)
    assert [(one.call, one.result) for one in done] == [(one, Settled()) for one in begun]
    calls.close()


def test_calls_come_back_unbegun_where_there_is_no_thread_at_all(give_threads: Refuse) -> None:
    calls = Calls(carry_out, 4)
    begun = [call(number) for number in range(3)]
    for one in begun:
        calls.begin(one)
    done = calls.wait(0.01)
    assert [(one.call, one.result) for one in done] == [(one, None) for one in begun]
    assert calls.under_way == 0
    calls.close()


def test_a_worker_without_threads_goes_on_as_soon_as_there_are_some(
    worker: Worker, database: Database, executor: Silent, give_threads: Refuse
) -> None:
    say(database, "1", "2")
    with running(worker):
        wait_for(lambda: counts(database) == {"done": 2}, "the events")
        assert executor.jobs == []
        give_threads(4)
        wait_for(lambda: is_quiet(database), "quiet")
    assert {job.psid for job in executor.jobs} == {"1", "2"}
    assert all(job.open.attempts == 1 for job in executor.jobs)


def test_a_worker_without_threads_stops_when_it_is_told_to(
    worker: Worker, database: Database, give_threads: Refuse
) -> None:
    say(database, "1")
    with running(worker):
        wait_for(lambda: counts(database) == {"done": 1}, "the event")
    with database.reading() as connection:
        assert outbox.counts(connection) == {"queued": 1}
