"""Conversations: the core's state, and who works on a thread until when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from messenger_app.conversation.state import Conversation
from messenger_app.store.tables import conversation as table
from messenger_app.store.tables import inbox_event

_json = TypeAdapter(Conversation)

#: "Now", by whatever clock: a clock that steps back can't put it into the future.
READY = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """A thread that one worker has to itself."""

    thread: str
    token: int
    conversation: Conversation


def wake(connection: Connection, threads: Mapping[str, tuple[str, str]]) -> None:
    """Make threads ready that nobody leases, and create those that are new.

    Sorted, so that two transactions take the rows in the same order.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    for thread in sorted(threads):
        page_id, psid = threads[thread]
        statement = dialect.insert(table).values(
            thread=thread, page_id=page_id, psid=psid, owner="", state=b"", due=READY, token=0
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["thread"], set_={"due": READY}, where=table.c.worker.is_(None)
            )
        )


def claim(
    connection: Connection, worker: str, *, machine: int, now: int, lease_until: int, limit: int
) -> list[Lease]:
    """Lease up to ``limit`` threads: ready ones, those whose time has come, those left behind.

    ``machine`` is the machine's time, for leases and retries; ``now`` the bridge's, for timers.
    """
    ready = (
        select(table.c.thread)
        .where(
            or_(
                table.c.due <= machine,
                (table.c.timer_due <= now) & table.c.worker.is_(None),
            )
        )
        .order_by(table.c.due)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(
        update(table)
        .where(table.c.thread.in_(ready.scalar_subquery()))
        .values(worker=worker, token=table.c.token + 1, due=lease_until)
        .returning(table.c.thread, table.c.token, table.c.state, table.c.page_id, table.c.psid)
    )
    return [Lease(row.thread, row.token, _load(row.state, row.page_id, row.psid)) for row in rows]


def holds(connection: Connection, thread: str, token: int) -> bool:
    """Say whether this lease is still the newest, and keep the row from changing until commit."""
    row = connection.execute(
        select(table.c.token).where(table.c.thread == thread).with_for_update()
    ).one_or_none()
    return row is not None and row.token == token


def save(connection: Connection, thread: str, conversation: Conversation) -> None:
    """Write the core's state, with its timer."""
    connection.execute(
        update(table)
        .where(table.c.thread == thread)
        .values(
            owner=conversation.owner.value,
            state=_json.dump_json(conversation),
            timer_due=conversation.timer.due if conversation.timer else None,
        )
    )


def release(connection: Connection, thread: str, due: int | None) -> None:
    """End the lease; ``due`` is when to look again by the machine's clock, None for never."""
    connection.execute(update(table).where(table.c.thread == thread).values(worker=None, due=due))


def extend(connection: Connection, worker: str, lease_until: int) -> None:
    """Keep everything this worker leases for longer."""
    connection.execute(update(table).where(table.c.worker == worker).values(due=lease_until))


def release_all(connection: Connection, workers: Collection[str] | None = None) -> None:
    """Free what dead workers left, and make it ready. None means every worker."""
    left = table.c.worker.is_not(None) if workers is None else table.c.worker.in_(workers)
    connection.execute(update(table).where(left).values(worker=None, due=READY))


def overtaken(connection: Connection, worker: str) -> list[str]:
    """Return the threads of this worker for which something urgent came in."""
    mine = select(table.c.thread).where(table.c.worker == worker)
    rows = connection.execute(
        select(inbox_event.c.thread)
        .where(
            inbox_event.c.status == literal(0),
            inbox_event.c.overtakes,
            inbox_event.c.thread.in_(mine.scalar_subquery()),
        )
        .distinct()
    )
    return [row.thread for row in rows]


def find(connection: Connection, psid: str) -> list[Conversation]:
    """Return the conversations with this person, one for each Page they wrote to."""
    rows = connection.execute(select(table).where(table.c.psid == psid))
    return [_load(row.state, row.page_id, row.psid) for row in rows]


def newest(connection: Connection, limit: int) -> list[Conversation]:
    """Return conversations, those with something to do first."""
    rows = connection.execute(
        select(table).order_by(table.c.due.is_(None), table.c.thread).limit(limit)
    )
    return [_load(row.state, row.page_id, row.psid) for row in rows]


def busy(connection: Connection) -> int:
    """Return how many threads wait for a worker or are with one."""
    return connection.execute(
        select(func.count()).select_from(table).where(table.c.due.is_not(None))
    ).scalar_one()


def _load(state: bytes, page_id: str, psid: str) -> Conversation:
    return _json.validate_json(state) if state else Conversation(page_id=page_id, psid=psid)
