import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from messenger_app.errors import StoreRefused, StoreUnavailable
from messenger_app.store import inbox
from messenger_app.store.database import Database
from messenger_app.store.group_commit import LARGEST_GROUP, GroupCommit
from messenger_app.store.intake import Intake
from messenger_app.store.wakeup import SocketBell
from tests.support.waiting import wait_for
from tests.unit.payloads import NOW
from tests.unit.store.threads import event


class Writer:
    """Writes groups of numbers when it is let to, and may be told what goes wrong."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.errors: dict[int, Exception] = {}
        self.may_go_on = threading.Event()
        self.commit = GroupCommit[int, str](self.write)

    def write(self, items: Sequence[int]) -> list[str]:
        self.groups.append(list(items))
        self.may_go_on.wait(10)
        for item in items:
            if item in self.errors:
                raise self.errors[item]
        return [f"wrote {item}" for item in items]

    def has_waiting(self, most: int) -> bool:
        return len(self.commit._waiting) == most


@pytest.fixture
def writer() -> Writer:
    return Writer()


def submit_in_order(writer: Writer, pool: ThreadPoolExecutor, most: int) -> list["Future[str]"]:
    """Let 0 write, and 1, 2, … wait for it in this order; then let all of them go on."""
    futures = [pool.submit(writer.commit.submit, 0)]
    wait_for(lambda: writer.groups == [[0]], "the first write", every=0.001)
    for item in range(1, most + 1):
        futures.append(pool.submit(writer.commit.submit, item))
        wait_for(partial(writer.has_waiting, item), f"{item} to wait", every=0.001)
    writer.may_go_on.set()
    return futures


def test_who_comes_alone_waits_for_nobody(writer: Writer) -> None:
    writer.may_go_on.set()
    assert [writer.commit.submit(1), writer.commit.submit(2)] == ["wrote 1", "wrote 2"]
    assert writer.groups == [[1], [2]]


def test_who_comes_during_a_write_shares_the_next_one(writer: Writer) -> None:
    with ThreadPoolExecutor(6) as pool:
        futures = submit_in_order(writer, pool, 5)
        assert [future.result(10) for future in futures] == [f"wrote {n}" for n in range(6)]
    assert writer.groups == [[0], [1, 2, 3, 4, 5]]


def test_those_who_wait_longest_come_first_when_a_group_is_full(writer: Writer) -> None:
    with ThreadPoolExecutor(LARGEST_GROUP + 3) as pool:
        futures = submit_in_order(writer, pool, LARGEST_GROUP + 2)
        for future in futures:
            future.result(10)
    first = LARGEST_GROUP + 1
    assert writer.groups == [[0], list(range(1, first)), [first, first + 1]]


@pytest.mark.parametrize("error", [ValueError("odd"), StoreRefused("not this one")])
def test_a_failure_is_that_of_who_caused_it(writer: Writer, error: Exception) -> None:
    writer.errors[2] = error
    with ThreadPoolExecutor(4) as pool:
        futures = submit_in_order(writer, pool, 3)
        failed = [future.exception(10) for future in futures]
    assert failed == [None, None, error, None]
    assert futures[3].result() == "wrote 3"


def test_where_nothing_can_be_written_nobody_is_told_otherwise(writer: Writer) -> None:
    writer.errors[1] = StoreUnavailable("the disk is full")
    with ThreadPoolExecutor(4) as pool:
        futures = submit_in_order(writer, pool, 3)
        failed = [future.exception(10) for future in futures]
    assert failed == [None, *[writer.errors[1]] * 3]
    assert writer.groups == [[0], [1, 2, 3]]  # nobody waits for the others' failures too


def test_it_goes_on_after_a_failure(writer: Writer) -> None:
    writer.may_go_on.set()
    writer.errors[1] = StoreUnavailable()
    with pytest.raises(StoreUnavailable):
        writer.commit.submit(1)
    assert writer.commit.submit(2) == "wrote 2"


def test_who_is_ended_while_giving_way_leaves_the_lead_to_the_next_one(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(BaseException):
        """As gevent ends a greenlet."""

    def end() -> None:
        raise Ended

    writer.may_go_on.set()
    with monkeypatch.context() as ending:
        ending.setattr(writer.commit, "_give_way", end)
        with pytest.raises(Ended):
            writer.commit.submit(1)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(writer.commit.submit, 2).result(10) == "wrote 2"


def test_each_delivery_learns_how_much_of_it_was_new(database: Database) -> None:
    bell = SocketBell(None)
    intake = Intake(database, bell)
    deliveries = [[event("a"), event("b")], [event("b"), event("c")], [event("a")], []]
    assert intake._write([inbox.rows_of(events, NOW) for events in deliveries]) == [2, 1, 0, 0]
    assert intake.add([event("c"), event("d"), event("d")], NOW) == 1
    bell.close()


class Looking(SocketBell):
    """Looks, when it is rung, at what a worker would find then."""

    def __init__(self, database: Database) -> None:
        super().__init__(None)
        self._database = database
        self.found: list[dict[str, int]] = []

    def ring(self) -> None:
        with self._database.reading() as connection:
            self.found.append(inbox.counts(connection))


def test_the_worker_is_woken_when_what_came_in_can_be_seen(database: Database) -> None:
    bell = Looking(database)
    intake = Intake(database, bell)
    intake.add([event("m_1")], NOW)
    intake.add([event("m_2")], NOW)
    assert bell.found == [{"pending": 1}, {"pending": 2}]
    bell.close()
