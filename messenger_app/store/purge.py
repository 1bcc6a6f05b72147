"""Let go of what is past its time, a little at a time, so that nobody waits for it.

An event's body goes before its key: a delivery that comes once more must still be known. What was
set aside keeps its body for as long as its key, so that it can be replayed.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, select, update

from messenger_app.conversation.state import Owner
from messenger_app.store import conversations, profiles, transcripts
from messenger_app.store.tables import (
    CommandStatus,
    EventStatus,
    conversation,
    inbox_event,
    outbox,
)

#: Milliseconds.
DAY = 24 * 60 * 60 * 1000
#: Days after which an event's body goes, and its key.
BODY_DAYS = 7
KEY_DAYS = 30
#: Days after which a settled command goes, with the long payloads of its buttons.
COMMAND_DAYS = 30
#: Days after which a line of a transcript goes, and a person's language, unless told otherwise.
TRANSCRIPT_DAYS = 90

#: Rows in one go.
BATCH = 500
#: How often the worker looks, in milliseconds; at once where a batch was full.
EVERY = 60_000

_NO_LONGER_READ = (EventStatus.DONE.value, EventStatus.UNRECOGNISED.value)


class Purge:
    """The worker's purge. Of two workers each does a part."""

    def __init__(self, transcript_days: int = TRANSCRIPT_DAYS) -> None:
        self._transcript_days = transcript_days
        self._next = 0
        #: Bodies of events that were over before this are gone already.
        self._bodies_gone = 0

    def is_due(self, steady: int) -> bool:
        """Say whether it is time to look; ``steady`` is a time that never steps."""
        return steady >= self._next

    def run(self, connection: Connection, *, steady: int, machine: int, now: int) -> int:
        """Delete a batch of each kind; return how many rows.

        ``machine`` is the machine's time, ``now`` the bridge's, by which transcripts are kept.
        """
        kept_since = now - self._transcript_days * DAY
        gone = [
            self._empty_bodies(connection, machine - BODY_DAYS * DAY),
            _delete(connection, inbox_event, inbox_event.c.finished_at, machine - KEY_DAYS * DAY),
            _delete(connection, outbox, outbox.c.settled_at, machine - COMMAND_DAYS * DAY),
            transcripts.purge(connection, before=kept_since, most=BATCH),
            profiles.purge(connection, before=kept_since, most=BATCH),
        ]
        self._next = steady if max(gone) >= BATCH else steady + EVERY
        return sum(gone)

    def _empty_bodies(self, connection: Connection, before: int) -> int:
        finished_at = inbox_event.c.finished_at
        old = (
            select(inbox_event.c.id)
            .where(
                finished_at.between(self._bodies_gone, before),
                inbox_event.c.status.in_(_NO_LONGER_READ),
                inbox_event.c.body != b"",
            )
            .order_by(finished_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
            .cte()
        )
        emptied = connection.execute(
            update(inbox_event)
            .where(inbox_event.c.id.in_(select(old.c.id)))
            .values(body=b"")
            .returning(finished_at)
        )
        times = list(emptied.scalars())
        self._bodies_gone = max(times) if len(times) >= BATCH else max(before, self._bodies_gone)
        return len(times)


def _delete(connection: Connection, table: Table, time: Column[int], before: int) -> int:
    expired: ColumnElement[bool] = time <= before
    old = select(table.c.id).where(expired).order_by(time).limit(BATCH)
    found = old.with_for_update(skip_locked=True).cte()
    return connection.execute(delete(table).where(table.c.id.in_(select(found.c.id)))).rowcount


def bodies_of(connection: Connection, thread: str) -> dict[Table, list[int]]:
    """Return which events and commands of a thread are over and still say something, by their ids.

    It looks at every row: ask on a connection that only reads, which holds nobody up.
    """
    over = {
        inbox_event: inbox_event.c.status != EventStatus.PENDING.value,
        outbox: outbox.c.status >= CommandStatus.DONE.value,
    }
    return {
        table: list(
            connection.execute(
                select(table.c.id).where(table.c.thread == thread, is_over, table.c.body != b"")
            ).scalars()
        )
        for table, is_over in over.items()
    }


def empty(connection: Connection, table: Table, ids: Sequence[int]) -> None:
    """Empty the bodies of these rows; their keys stay, so that a second delivery is known."""
    connection.execute(update(table).where(table.c.id.in_(ids)).values(body=b""))


def forget_answers(connection: Connection, thread: str) -> bool | None:
    """Forget what the person said before the handoff that is under way, once agents have it.

    Say whether there was anything; None where a worker has the thread, so that it can't be told.
    Call it in a transaction that writes.
    """
    row = connection.execute(
        select(conversation.c.worker, conversation.c.psid, conversation.c.page_id)
        .where(conversation.c.thread == thread)
        .with_for_update()
    ).one()
    if row.worker is not None:
        return None
    found = conversations.find(connection, row.psid)
    state = next(each for each in found if each.page_id == row.page_id)
    handoff = state.handoff
    if handoff is None or state.owner is Owner.HANDING_OFF:
        return False
    if not (handoff.answers or handoff.summary):
        return False
    handoff = replace(handoff, summary="", answers={})
    conversations.save(connection, {thread: replace(state, handoff=handoff)})
    return True
