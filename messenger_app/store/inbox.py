"""The durable inbox: what the platform sent, kept before it is answered."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Executable,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    select,
    text,
    update,
)

from messenger_app.errors import RowUnreadable
from messenger_app.store.conversations import wake
from messenger_app.store.statements import Insert, Inserts, Statement, storable
from messenger_app.store.tables import EventStatus, conversation, inbox_event
from messenger_app.webhook.envelope import Channel, ReceivedEvent

#: How many of a thread's events are looked at together; more wait in the database. Most often the
#: first needs a call, and what was read beside it is read again: 10 µs each.
MOST_AT_ONCE = 3

_CHANNELS = {channel.value: channel for channel in Channel}

#: Read once: an enumeration's value is looked for anew each time, 0.3 µs.
_PENDING_STATUS, _UNRECOGNISED_STATUS = EventStatus.PENDING.value, EventStatus.UNRECOGNISED.value

#: Written out, not bound: so a partial index is found whatever the database knows of the value.
_PENDING = text("inbox_event.status = 0")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event of the inbox."""

    id: int
    channel: Channel
    at: int
    received_at: int
    overtakes: bool
    body: bytes
    #: How often it could not be applied.
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent(StoredEvent):
    """An event of any status, for whoever wants to know what became of it."""

    thread: str | None
    status: EventStatus
    error: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of an event; still pending where it is to be tried again."""

    id: int
    status: EventStatus
    error: str | None = None
    attempts: int = 0


class NewRow(NamedTuple):
    """What is written of an event when it comes in, in the order of the table's columns."""

    thread: str | None
    page_id: str
    channel: str
    dedupe_key: bytes
    at: int
    received_at: int
    overtakes: bool
    body: bytes
    status: int
    finished_at: int | None


def add(connection: Connection, events: Sequence[ReceivedEvent], received_at: int) -> int:
    """Store a delivery's events and make their threads ready. Return how many were new."""
    return add_all(connection, [rows_of(events, received_at)])[0]


def rows_of(events: Iterable[ReceivedEvent], received_at: int) -> list[NewRow]:
    """Return the rows that are to be stored for a delivery's events."""
    rows = []
    for event in events:
        recognised = event.channel is not Channel.UNRECOGNISED
        row = NewRow(
            thread_of(event.page_id, event.psid) if event.psid else None,
            event.page_id,
            str(event.channel),
            event.dedupe_key,
            event.at,
            received_at,
            event.overtakes,
            event.body,
            _PENDING_STATUS if recognised else _UNRECOGNISED_STATUS,
            None if recognised else received_at,
        )
        rows.append(row)
    return rows


def add_all(connection: Connection, deliveries: Sequence[Sequence[NewRow]]) -> list[int]:
    """Store the rows of several deliveries and make their threads ready; leave out known events.

    Returns how many of each were new.
    """
    rows: dict[bytes, NewRow] = {}
    for delivery in deliveries:
        for row in delivery:
            rows.setdefault(row.dedupe_key, row)
    threads = {row.thread for row in rows.values() if row.thread}
    since = min((row.received_at for row in rows.values()), default=0)
    wake(connection, threads, since)  # before the events: the row's lock keeps it from being lost
    new = set(_INSERT.together(connection, _guarded_first(rows.values())))
    if len(new) == sum(map(len, deliveries)):
        return list(map(len, deliveries))
    counted = []
    for delivery in deliveries:
        keys = {row.dedupe_key for row in delivery} & new
        new -= keys
        counted.append(len(keys))
    return counted


def _guarded_first(rows: Collection[NewRow]) -> list[NewRow]:
    """Sort by key what no thread's row guards, behind what one does, which keeps its order.

    Of two transactions with the same rows one waits for the other, and not each for the other.
    """
    guarded = [row for row in rows if row.thread]
    others = [row for row in rows if not row.thread]
    return guarded + sorted(others, key=attrgetter("dedupe_key"))


def waiting(connection: Connection, threads: Collection[str]) -> dict[str, list[StoredEvent]]:
    """Return what waits for each thread: by the platform's time among what is here together.

    Of a thread with very much to do the oldest, and all that overtakes.
    """
    if not threads:
        return {}
    found = overtaking(connection, threads)
    known = {event.id for events in found.values() for event in events}
    first = connection.execute(_FIRST, {"threads": sorted(threads)}).all()
    others = {event_id for row in first for event_id in row if event_id} - known
    for thread, events in _by_thread(connection, _THESE, {"ids": sorted(others)}).items():
        found[thread] = sorted(found[thread] + events, key=_platforms_order)
    return found


def overtaken(connection: Connection, worker: str) -> set[str]:
    """Return those of a worker's threads for which there is something that overtakes."""
    return set(connection.execute(_OVERTAKEN, {"worker": worker}).scalars())


def overtaking(connection: Connection, threads: Collection[str]) -> dict[str, list[StoredEvent]]:
    """Return what overtakes the rest, for each thread, by the platform's time."""
    return _by_thread(connection, _OVERTAKING, {"threads": sorted(threads)})


def _by_thread(
    connection: Connection, statement: Executable, asked: dict[str, list[Any]]
) -> dict[str, list[StoredEvent]]:
    found: dict[str, list[StoredEvent]] = defaultdict(list)
    if any(asked.values()):
        for row in connection.execute(statement, asked).all():
            found[row.thread].append(_stored(row))
    return found


def _platforms_order(event: StoredEvent) -> tuple[int, int]:
    return event.at, event.id


def pending(connection: Connection, thread: str) -> list[StoredEvent]:
    """Return what waits for this thread."""
    return waiting(connection, [thread]).get(thread, [])


def finish(connection: Connection, findings: Iterable[Finding], now: int) -> None:
    """Say what became of events."""
    rows = [
        {
            "_id": finding.id,
            "status": finding.status.value,
            "error": storable(finding.error),
            "attempts": finding.attempts,
            "finished_at": now if finding.status is not EventStatus.PENDING else None,
        }
        for finding in findings
    ]
    _FINISH.each(connection, rows)


def find(connection: Connection, event_id: int) -> KeptEvent | None:
    """Return one event, whatever became of it."""
    row = connection.execute(select(inbox_event).where(inbox_event.c.id == event_id)).one_or_none()
    return _kept(row) if row else None


def with_status(connection: Connection, status: EventStatus, limit: int) -> list[KeptEvent]:
    """Return events of that status, the newest first."""
    rows = connection.execute(
        select(inbox_event)
        .where(inbox_event.c.status == status.value)
        .order_by(inbox_event.c.id.desc())
        .limit(limit)
    )
    return [_kept(row) for row in rows]


def replay(connection: Connection, event: KeptEvent) -> None:
    """Make an event pending again, with all its attempts before it, and its thread ready."""
    wake(connection, [event.thread or ":"], event.received_at)
    finish(connection, [Finding(event.id, EventStatus.PENDING)], event.received_at)


def number_pending(connection: Connection) -> int:
    """Return how many events wait. Cheap, however many there are of others."""
    return connection.execute(_NUMBER_PENDING).scalar_one()


def counts(connection: Connection) -> dict[str, int]:
    """Return how many events there are of each status, by its name. Reads the whole table."""
    rows = connection.execute(
        select(inbox_event.c.status, func.count()).group_by(inbox_event.c.status)
    )
    return {EventStatus(status).name.lower(): number for status, number in rows}


def thread_of(page_id: str, psid: str) -> str:
    """Return the key of a thread."""
    return f"{page_id}:{psid}"


def _stored(row: Any) -> StoredEvent:
    if row.channel not in _CHANNELS:
        raise RowUnreadable(f"an event's channel is not known: event {row.id}")
    return StoredEvent(
        row.id,
        _CHANNELS[row.channel],
        row.at,
        row.received_at,
        row.overtakes,
        row.body,
        row.attempts,
    )


def _kept(row: Any) -> KeptEvent:
    status = EventStatus(row.status)
    stored = _stored(row)
    fields = {name: getattr(stored, name) for name in StoredEvent.__slots__}
    return KeptEvent(**fields, thread=row.thread, status=status, error=row.error)


def _insert(insert: type[Insert]) -> Any:
    statement = insert(inbox_event).on_conflict_do_nothing(index_elements=["dedupe_key"])
    return statement.returning(inbox_event.c.dedupe_key)


def _nth(number: int) -> ScalarSelect[int]:
    """Find the event in that place of a conversation's, without a look at those behind it."""
    order = (inbox_event.c.at, inbox_event.c.id)
    own = inbox_event.c.thread == conversation.c.thread
    nth = select(inbox_event.c.id).where(own, _PENDING).order_by(*order).limit(1).offset(number)
    return nth.correlate(conversation).scalar_subquery()


def _stored_where(condition: ColumnElement[bool]) -> Select[Any]:
    columns = [inbox_event.c[name] for name in ("thread", *StoredEvent.__slots__)]
    return select(*columns).where(condition).order_by(inbox_event.c.at, inbox_event.c.id)


# Built once: to build one costs as much as SQLite needs for fifty threads.
_THREADS: BindParameter[list[str]] = bindparam("threads", expanding=True)
_NUMBER_PENDING = select(func.count()).select_from(inbox_event).where(_PENDING)
_OVERTAKES = and_(_PENDING, inbox_event.c.overtakes)
_FIRST = select(*map(_nth, range(MOST_AT_ONCE))).where(conversation.c.thread.in_(_THREADS))
_OVERTAKING = _stored_where(inbox_event.c.thread.in_(_THREADS) & _OVERTAKES)
_THESE = _stored_where(inbox_event.c.id.in_(bindparam("ids", expanding=True)))
_OVERTAKEN = (
    select(inbox_event.c.thread)
    .distinct()
    .join(conversation, conversation.c.thread == inbox_event.c.thread)
    .where(conversation.c.worker == bindparam("worker"), _OVERTAKES)
)
_INSERT = Inserts(_insert, *NewRow._fields)
_FINISH = Statement(
    update(inbox_event)
    .where(inbox_event.c.id == bindparam("_id"))
    .values({name: bindparam(name) for name in ("status", "error", "attempts", "finished_at")})
)
