"""Several processes on one PostgreSQL server: each waits for the right ones, and for no others."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import Connection, text

from messenger_app import logs
from messenger_app.clock import Clock
from messenger_app.errors import StoreRefused, StoreUnavailable
from messenger_app.store import conversations, inbox, outbox, profiles
from messenger_app.store.database import Database
from messenger_app.store.intake import Intake
from messenger_app.store.profiles import Profile
from messenger_app.store.purge import BATCH, DAY, Purge
from messenger_app.store.wakeup import NotifyBell
from messenger_app.webhook.envelope import ReceivedEvent
from messenger_app.worker import Worker
from tests.support.waiting import wait_for
from tests.unit.payloads import NOW
from tests.unit.store.threads import add, claim, event, names, thread, wake
from tests.unit.working import POLICY, Silent, counts, is_quiet, running, say

Connect = Callable[[], Database]


@pytest.fixture
def another(postgres_url: str) -> Iterator[Connect]:
    """Makes a further process's connections."""
    with ExitStack() as made:

        def build() -> Database:
            database = Database(postgres_url)
            made.callback(database.close)
            return database

        yield build


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """Does something beside the test."""
    with ThreadPoolExecutor(8) as pool:
        yield pool


def waits_for_a_lock(database: Database) -> bool:
    with database.reading() as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(connection.execute(waiting).scalar_one())


def in_a_transaction(database: Database, act: Callable[[Connection], object]) -> object:
    with database.writing() as connection:
        return act(connection)


# Claiming


def test_workers_that_claim_at_once_share_no_thread(
    another: Connect, aside: ThreadPoolExecutor, postgresql: Database
) -> None:
    wake(postgresql, *map(str, range(200)))
    together = threading.Barrier(4)

    def claim_all(worker: str) -> list[str]:
        database, mine = another(), list[str]()
        together.wait(10)
        while True:
            with database.writing() as connection:
                some = names(claim(connection, worker, limit=7))
            mine += some
            if not some:
                return mine

    claimed = list(aside.map(claim_all, "ABCD"))
    # Whoever saw only rows that others had locked has stopped early; nothing is left all the same.
    with postgresql.writing() as connection:
        claimed.append(names(claim(connection, "E", limit=200)))
    assert sorted(psid for mine in claimed for psid in mine) == sorted(map(str, range(200)))


def test_a_claim_waits_for_nobody(another: Connect, postgresql: Database) -> None:
    wake(postgresql, "1", "2")
    other = another()
    with postgresql.writing() as first, other.writing() as second:
        assert names(claim(first, "A", limit=1)) == ["1"]
        assert names(claim(second, "B", limit=2)) == ["2"]


def test_a_claim_takes_no_more_than_it_was_asked_for_however_the_server_looks_for_them(
    postgresql: Database,
) -> None:
    wake(postgresql, *"12345")
    with postgresql.writing() as connection:
        for way in ("hashagg", "hashjoin", "material", "mergejoin", "sort", "tidscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        assert names(claim(connection, limit=2)) == ["1", "2"]


def test_what_a_clock_that_stepped_back_hides_is_mended_without_waiting_for_anybody(
    another: Connect, postgresql: Database
) -> None:
    wake(postgresql, "1", "2")
    with postgresql.writing() as connection:
        claim(connection)
        hidden = NOW + 2 * conversations.LONGEST_WAIT
        conversations.release(connection, {thread("1"): hidden, thread("2"): hidden})
    other = another()
    with other.writing() as holding:
        assert names(claim(holding, "B", machine=hidden, limit=1)) == ["1"]
        with postgresql.writing() as connection:
            conversations.mend(connection, NOW, 20_000)
        with postgresql.writing() as connection:
            assert names(claim(connection, "C")) == ["2"]


# No wake-up is lost


def test_an_event_that_comes_while_its_thread_is_let_go_of_wakes_it(
    another: Connect, aside: ThreadPoolExecutor, postgresql: Database
) -> None:
    wake(postgresql, "1")
    web = another()
    with postgresql.writing() as connection:
        (lease,) = claim(connection)
        assert inbox.pending(connection, thread("1")) == []
        stored = aside.submit(in_a_transaction, web, lambda it: add(it, event("late")))
        wait_for(lambda: waits_for_a_lock(postgresql), "the event to wait for the row")
        conversations.release(connection, {lease.thread: None})
    stored.result(10)
    with postgresql.writing() as connection:
        assert names(claim(connection)) == ["1"]


def test_a_turn_reads_the_event_that_was_stored_right_before_it(
    another: Connect, aside: ThreadPoolExecutor, postgresql: Database
) -> None:
    wake(postgresql, "1")
    with postgresql.writing() as connection:
        (lease,) = claim(connection)
    web = another()

    def turn(connection: Connection) -> list[bytes]:
        assert conversations.held(connection, {lease.thread: lease.token})
        return [each.body for each in inbox.pending(connection, lease.thread)]

    with web.writing() as connection:
        add(connection, event("early"))
        read: Future[object] = aside.submit(in_a_transaction, postgresql, turn)
        wait_for(lambda: waits_for_a_lock(web), "the turn to wait for the row")
    assert read.result(10) == [b"early"]


def test_a_worker_whose_lease_was_taken_over_meanwhile_does_not_hold_it(
    another: Connect, aside: ThreadPoolExecutor, postgresql: Database
) -> None:
    wake(postgresql, "1")
    with postgresql.writing() as connection:
        (old,) = claim(connection, "A")
    other = another()
    with other.writing() as connection:
        claim(connection, "B", machine=NOW + 10**6)
        mine = {old.thread: old.token}
        held = aside.submit(in_a_transaction, postgresql, lambda it: conversations.held(it, mine))
        wait_for(lambda: waits_for_a_lock(other), "A to wait for B")
    assert held.result(10) == set()


# Nobody waits in a ring


@pytest.mark.parametrize("psid", ["7", ""])
def test_deliveries_with_the_same_events_in_another_order_wait_for_each_other_and_no_more(
    another: Connect, aside: ThreadPoolExecutor, psid: str
) -> None:
    together = threading.Barrier(4)

    def store(order: int) -> int:
        database, new = another(), 0
        for round_ in range(10):
            events = [event(f"m_{round_}_{n}", psid and f"{n}{psid}") for n in range(100)]
            together.wait(10)
            with database.writing() as connection:
                new += add(connection, *(events if order % 2 else events[::-1]))
        return new

    assert sum(aside.map(store, range(4))) == 1_000


def test_what_a_worker_left_is_freed_and_mended_while_people_write(
    another: Connect, aside: ThreadPoolExecutor, postgresql: Database
) -> None:
    people = sorted(map(str, range(50)))
    for psid in reversed(people):  # so that they lie in another order than they are locked in
        wake(postgresql, psid)

    def write() -> None:
        database = another()
        for _ in range(40):
            wake(database, *people)

    writing = [aside.submit(write) for _ in range(2)]
    for _ in range(20):
        with postgresql.writing() as connection:
            claim(connection, "A", machine=NOW + 10**9, limit=50)
        with postgresql.writing() as connection:
            conversations.mend(connection, NOW, 20_000)
        with postgresql.writing() as connection:
            conversations.release_all(connection, ["A"])
    for each in writing:
        each.result(20)


def test_two_workers_purge_at_once_and_each_does_a_part(
    another: Connect, postgresql: Database
) -> None:
    with postgresql.writing() as connection:
        add(connection, *(event(f"m_{n}") for n in range(BATCH + 10)))
        connection.exec_driver_sql("UPDATE inbox_event SET status = 1, finished_at = id")
        for psid in "123":
            wake_and_learn(connection, psid)
    other = another()
    old = {"steady": 0, "machine": 40 * DAY, "now": 400 * DAY}
    with postgresql.writing() as first, other.writing() as second:
        assert Purge().run(first, **old) >= BATCH
        assert Purge().run(second, **old) < BATCH
    with postgresql.reading() as connection:
        assert inbox.counts(connection) == {}
        assert profiles.counts(connection) == (0, 0)


def wake_and_learn(connection: Connection, psid: str) -> None:
    conversations.wake(connection, [thread(psid)], NOW)
    profiles.save(connection, {thread(psid): Profile("de_DE", 1, 2)})


def test_three_workers_and_four_webs_act_on_everything_once(
    another: Connect, aside: ThreadPoolExecutor, postgresql: Database
) -> None:
    logs.configure(as_json=True, level="CRITICAL")
    people, words = 12, 6
    executors = [Silent() for _ in range(3)]

    def write(web: int) -> None:
        database = another()
        bell = NotifyBell(database)
        intake = Intake(database, bell)
        for word in range(words):
            for person in range(people):
                mine: list[ReceivedEvent] = [event_of(person, web, word)]
                mine += [event_of((person + 1) % people, web, word)]  # known by the next round
                intake.add(mine, Clock.machine())
        bell.close()

    with ExitStack() as workers:
        for executor in executors:
            database = another()
            bell = NotifyBell(database)
            workers.callback(bell.close)
            workers.enter_context(
                running(Worker(database, executor, POLICY, Clock(), bell, calls=4))
            )
        list(aside.map(write, range(4)))
        wait_for(lambda: counts(postgresql).get("pending", 0) == 0, "all events", within=60)
        wait_for(lambda: is_quiet(postgresql), "quiet")
    jobs = [job for executor in executors for job in executor.jobs]
    assert len(jobs) == len({job.open.key for job in jobs}) == 4 * people * words
    assert all(executor.jobs for executor in executors)
    with postgresql.reading() as connection:
        assert outbox.counts(connection) == {"done": 4 * people * words}


def event_of(person: int, web: int, word: int) -> ReceivedEvent:
    said = event(f"m_{web}_{person}_{word}", psid=str(person + 1), at=NOW + word)
    body = f'{{"message": {{"mid": "{said.body.decode()}", "text": "Hi"}}}}'.encode()
    return ReceivedEvent(
        said.channel, said.page_id, said.psid, said.dedupe_key, said.at, overtakes=False, body=body
    )


# What PostgreSQL can't keep, and what it tells


def test_a_refusal_does_not_repeat_the_row(postgresql: Database) -> None:
    insert = text(
        "INSERT INTO transcript (thread, at, author, text, heard_by_bot, note)"
        " VALUES ('t', NULL, 'bot', :words, false, '')"
    )
    with pytest.raises(StoreRefused, match="null value") as raised:
        in_a_transaction(postgresql, lambda it: it.execute(insert, {"words": "Nobody's business"}))
    assert "Nobody's business" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_process_that_stands_still_in_a_transaction_is_cut_off(
    another: Connect, postgresql: Database
) -> None:
    wake(postgresql, "1")

    def stand_still(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
        claim(connection, "A")
        time.sleep(1)
        connection.exec_driver_sql("SELECT 1")

    with pytest.raises(StoreUnavailable, match="idle-in-transaction"):
        in_a_transaction(another(), stand_still)
    with postgresql.writing() as connection:
        assert names(claim(connection, "B")) == ["1"]


def test_words_that_it_can_not_keep_are_kept_without_what_it_can_not(
    postgresql: Database, another: Connect
) -> None:
    logs.configure(as_json=True, level="CRITICAL")
    executor = Silent()
    say(postgresql, "1")
    with postgresql.writing() as connection:
        connection.execute(
            text("UPDATE inbox_event SET body = :body"),
            {"body": rb'{"message": {"mid": "m\u0000", "text": "a\u0000b \ud83d"}}'},
        )
    bell = NotifyBell(postgresql)
    with running(Worker(postgresql, executor, POLICY, Clock(), bell, calls=1)):
        wait_for(lambda: counts(postgresql) == {"done": 1}, "the words")
        wait_for(lambda: is_quiet(postgresql), "quiet")
    bell.close()
    assert len(executor.jobs) == 1
