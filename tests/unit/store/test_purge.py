from dataclasses import replace

from sqlalchemy import func, select, update

from messenger_app.conversation.commands import StopTyping
from messenger_app.conversation.transcript import Line
from messenger_app.store import inbox, outbox, transcripts
from messenger_app.store.database import Database
from messenger_app.store.purge import (
    BATCH,
    BODY_DAYS,
    COMMAND_DAYS,
    DAY,
    EVERY,
    KEY_DAYS,
    TRANSCRIPT_DAYS,
    Purge,
)
from messenger_app.store.tables import CommandStatus, EventStatus, inbox_event, transcript
from tests.unit.payloads import NOW
from tests.unit.store.threads import add, event, finish, thread


def run(database: Database, days: float, purge: Purge | None = None, steady: int = 0) -> int:
    at = NOW + int(days * DAY) + 1
    with database.writing() as connection:
        return (purge or Purge()).run(connection, steady=steady, machine=at, now=at)


def store(database: Database, status: EventStatus) -> int:
    with database.writing() as connection:
        add(connection, event("m_1"))
        (stored,) = inbox.pending(connection, thread("1"))
        if status is not EventStatus.PENDING:
            finish(connection, stored.id, status)
    return stored.id


def body(database: Database, event_id: int) -> bytes | None:
    with database.reading() as connection:
        found = inbox.find(connection, event_id)
    return found.body if found else None


def is_known(database: Database) -> bool:
    with database.writing() as connection:
        return add(connection, event("m_1")) == 0


def test_a_finished_events_body_goes_and_its_key_stays(database: Database) -> None:
    stored = store(database, EventStatus.DONE)
    assert run(database, BODY_DAYS - 1) == 0
    assert body(database, stored) == b"m_1"
    assert run(database, BODY_DAYS) == 1
    assert body(database, stored) == b""
    assert is_known(database)


def test_a_key_goes_when_no_second_delivery_can_come(database: Database) -> None:
    stored = store(database, EventStatus.DONE)
    run(database, KEY_DAYS)
    assert body(database, stored) is None


def test_what_waits_is_never_purged(database: Database) -> None:
    stored = store(database, EventStatus.PENDING)
    assert run(database, 10 * KEY_DAYS) == 0
    assert body(database, stored) == b"m_1"


def test_what_was_set_aside_can_be_replayed_for_as_long_as_its_key_is_kept(
    database: Database,
) -> None:
    stored = store(database, EventStatus.SET_ASIDE)
    run(database, KEY_DAYS - 1)
    assert body(database, stored) == b"m_1"
    run(database, KEY_DAYS)
    assert body(database, stored) is None


def test_settled_commands_go_and_open_ones_stay(database: Database) -> None:
    with database.writing() as connection:
        settled, waiting = outbox.new(1, StopTyping()), outbox.new(1, StopTyping())
        done = replace(settled, status=CommandStatus.DONE)
        outbox.write(connection, {thread("1"): [done, waiting]}, [], NOW)
    run(database, COMMAND_DAYS - 1)
    with database.reading() as connection:
        assert outbox.counts(connection) == {"queued": 1, "done": 1}
    run(database, COMMAND_DAYS)
    with database.reading() as connection:
        assert outbox.counts(connection) == {"queued": 1}


def test_transcripts_go_when_the_operator_says(database: Database) -> None:
    with database.writing() as connection:
        transcripts.add(connection, thread("1"), [Line("person", "Hi", NOW)])
    run(database, 9, Purge(transcript_days=10))
    run(database, TRANSCRIPT_DAYS - 1)
    with database.reading() as connection:
        assert len(transcripts.read(connection, thread("1"))) == 1
    run(database, 11, Purge(transcript_days=10))
    with database.reading() as connection:
        assert transcripts.read(connection, thread("1")) == []


def test_much_goes_in_batches_with_nothing_left_out(database: Database) -> None:
    most = 2 * BATCH + 1
    with database.writing() as connection:
        add(connection, *(event(f"m_{number}", str(number)) for number in range(1, most + 1)))
        done = {"status": EventStatus.DONE.value, "finished_at": NOW}
        connection.execute(update(inbox_event).values(done))
    purge = Purge()
    assert [run(database, BODY_DAYS, purge) for _ in range(4)] == [BATCH, BATCH, 1, 0]
    with database.reading() as connection:
        kept = select(func.count()).select_from(inbox_event).where(inbox_event.c.body != b"")
        assert connection.execute(kept).scalar_one() == 0


def test_it_looks_again_at_once_while_there_is_much(database: Database) -> None:
    with database.writing() as connection:
        rows = [Line("person", "Hi", NOW)] * BATCH
        transcripts.add(connection, thread("1"), rows)
        assert connection.execute(select(func.count()).select_from(transcript)).scalar_one()
    purge = Purge()
    run(database, TRANSCRIPT_DAYS, purge, steady=5)
    assert purge.is_due(5)
    run(database, TRANSCRIPT_DAYS, purge, steady=5)
    assert not purge.is_due(5 + EVERY - 1)
    assert purge.is_due(5 + EVERY)
