"""The durable inbox: what the platform sent, kept before it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from messenger_app.store.conversations import wake
from messenger_app.store.tables import EventStatus, inbox_event
from messenger_app.webhook.envelope import Channel, ReceivedEvent


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event of the inbox."""

    id: int
    channel: Channel
    at: int
    received_at: int
    overtakes: bool
    body: bytes


def add(connection: Connection, events: Sequence[ReceivedEvent], received_at: int) -> int:
    """Store a delivery's events and make their threads ready. Known ones are left out.

    Returns how many were new.
    """
    threads = {
        thread_of(event.page_id, event.psid): (event.page_id, event.psid)
        for event in events
        if event.psid
    }
    wake(connection, threads)  # before the events: the row's lock keeps a wake-up from being lost
    new = 0
    for event in events:
        new += _insert(connection, event, received_at)
    return new


def _insert(connection: Connection, event: ReceivedEvent, received_at: int) -> int:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    recognised = event.channel is not Channel.UNRECOGNISED
    statement = (
        dialect.insert(inbox_event)
        .values(
            thread=thread_of(event.page_id, event.psid) if event.psid else None,
            page_id=event.page_id,
            channel=event.channel.value,
            dedupe_key=event.dedupe_key,
            at=event.at,
            received_at=received_at,
            overtakes=event.overtakes,
            body=event.body,
            status=EventStatus.PENDING if recognised else EventStatus.UNRECOGNISED,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
    )
    return connection.execute(statement).rowcount


def pending(connection: Connection, thread: str) -> list[StoredEvent]:
    """Return what waits for this thread: by the platform's time among what is here together."""
    table = inbox_event.c
    rows = connection.execute(
        select(table.id, table.channel, table.at, table.received_at, table.overtakes, table.body)
        .where(table.thread == thread, table.status == EventStatus.PENDING.value)
        .order_by(table.at, table.id)
    )
    return [
        StoredEvent(row.id, Channel(row.channel), row.at, row.received_at, row.overtakes, row.body)
        for row in rows
    ]


def finish(
    connection: Connection, event_id: int, status: EventStatus, error: str | None = None
) -> None:
    """Say what became of an event."""
    connection.execute(
        update(inbox_event)
        .where(inbox_event.c.id == event_id)
        .values(status=status.value, error=error)
    )


def counts(connection: Connection) -> dict[str, int]:
    """Return how many events there are of each status, by its name."""
    rows = connection.execute(
        select(inbox_event.c.status, func.count()).group_by(inbox_event.c.status)
    )
    return {EventStatus(status).name.lower(): number for status, number in rows}


def thread_of(page_id: str, psid: str) -> str:
    """Return the key of a thread."""
    return f"{page_id}:{psid}"
