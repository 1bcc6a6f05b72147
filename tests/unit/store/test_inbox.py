from messenger_app.store import conversations, inbox
from messenger_app.store.database import Database
from messenger_app.store.tables import EventStatus
from tests.unit.payloads import NOW, PAGE_ID
from tests.unit.store.threads import add, event, finish, thread


def bodies(database: Database, psid: str = "1") -> list[bytes]:
    with database.reading() as connection:
        return [stored.body for stored in inbox.pending(connection, thread(psid))]


def test_what_is_stored_comes_back_as_it_was(database: Database) -> None:
    with database.writing() as connection:
        assert add(connection, event("m_1", at=NOW - 5, overtakes=True)) == 1
    with database.reading() as connection:
        (stored,) = inbox.pending(connection, thread("1"))
    assert (stored.body, stored.at, stored.received_at) == (b"m_1", NOW - 5, NOW)
    assert (stored.channel, stored.overtakes) == ("messaging", True)


def test_an_event_is_stored_once_however_often_it_comes(database: Database) -> None:
    with database.writing() as connection:
        assert add(connection, event("m_1"), event("m_1"), event("m_2")) == 2
    with database.writing() as connection:
        assert add(connection, event("m_2"), event("m_1")) == 0
    assert bodies(database) == [b"m_1", b"m_2"]


def test_an_event_that_is_done_is_still_known(database: Database) -> None:
    with database.writing() as connection:
        add(connection, event("m_1"))
        (stored,) = inbox.pending(connection, thread("1"))
        finish(connection, stored.id)
    with database.writing() as connection:
        assert add(connection, event("m_1")) == 0
    assert bodies(database) == []


def test_events_of_a_thread_wait_in_the_platforms_order(database: Database) -> None:
    with database.writing() as connection:
        add(connection, event("late", at=NOW + 2), event("first", at=NOW), event("same", at=NOW))
        add(connection, event("early", at=NOW - 1))
    assert bodies(database) == [b"early", b"first", b"same"]  # and more behind them
    with database.writing() as connection:
        finish(connection, inbox.pending(connection, thread("1"))[0].id)
    assert bodies(database) == [b"first", b"same", b"late"]


def test_what_overtakes_is_seen_behind_however_many_others(database: Database) -> None:
    with database.writing() as connection:
        add(connection, *(event(f"m_{n}", at=NOW + n) for n in range(10)))
        add(connection, event("echo", at=NOW + 20, overtakes=True))
        add(connection, event("pass", at=NOW - 1, overtakes=True))
    assert bodies(database) == [b"pass", b"m_0", b"m_1", b"echo"]


def test_each_person_has_a_thread_of_their_own_on_each_page(database: Database) -> None:
    with database.writing() as connection:
        add(connection, event("a", "1"), event("b", "2"), event("c", "1", page_id="9"))
    assert bodies(database, "1") == [b"a"]
    assert bodies(database, "2") == [b"b"]
    with database.reading() as connection:
        found = conversations.find(connection, "1")
    assert {conversation.page_id for conversation in found} == {PAGE_ID, "9"}


def test_what_is_unrecognised_is_kept_and_makes_no_thread_ready(database: Database) -> None:
    with database.writing() as connection:
        assert add(connection, event("odd", "")) == 1
    with database.reading() as connection:
        assert inbox.counts(connection) == {"unrecognised": 1}
        assert conversations.busy(connection) == 0
        assert conversations.with_work_first(connection, 10) == []


def test_events_are_counted_by_what_became_of_them(database: Database) -> None:
    with database.writing() as connection:
        add(connection, event("a"), event("b"), event("c"))
        first, second, _ = inbox.pending(connection, thread("1"))
        finish(connection, first.id)
        finish(connection, second.id, EventStatus.SET_ASIDE, "KeyError")
    with database.reading() as connection:
        assert inbox.counts(connection) == {"pending": 1, "done": 1, "set_aside": 1}
