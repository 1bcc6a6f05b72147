"""Events and threads for the store's tests."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from messenger_app.conversation.state import Conversation, Timer, TimerKind
from messenger_app.store import conversations, inbox
from messenger_app.store.conversations import Lease
from messenger_app.store.database import Database
from messenger_app.store.inbox import Finding
from messenger_app.store.tables import EventStatus
from messenger_app.webhook.envelope import Channel, ReceivedEvent
from tests.unit.payloads import NOW, PAGE_ID

LEASE = 20_000


def thread(psid: str) -> str:
    return f"{PAGE_ID}:{psid}"


def event(
    mid: str, psid: str = "1", *, at: int = NOW, overtakes: bool = False, page_id: str = PAGE_ID
) -> ReceivedEvent:
    return ReceivedEvent(
        channel=Channel.MESSAGING if psid else Channel.UNRECOGNISED,
        page_id=page_id,
        psid=psid,
        dedupe_key=hashlib.blake2b(mid.encode(), digest_size=16).digest(),
        at=at,
        overtakes=overtakes,
        body=mid.encode(),
    )


def add(connection: Connection, *events: ReceivedEvent) -> int:
    return inbox.add(connection, events, NOW)


def claim(
    connection: Connection,
    worker: str = "A",
    *,
    machine: int = NOW,
    now: int | None = None,
    limit: int = 10,
) -> list[Lease]:
    """Claim at a time of the machine's; the bridge's own clock shows the same unless said."""
    return conversations.claim(
        connection,
        worker,
        machine=machine,
        now=machine if now is None else now,
        lease_until=machine + LEASE,
        limit=limit,
    )


def names(leases: Sequence[Lease]) -> list[str]:
    return sorted(lease.conversation.psid for lease in leases)


def wake(database: Database, *psids: str, since: int = NOW) -> None:
    with database.writing() as connection:
        conversations.wake(connection, [thread(psid) for psid in psids], since)


def finish(
    connection: Connection, event_id: int, status: EventStatus = EventStatus.DONE, error: str = ""
) -> None:
    inbox.finish(connection, [Finding(event_id, status, error or None)], NOW)


def set_timer(database: Database, psid: str, due: int | None) -> None:
    timer = Timer(TimerKind.WAITING_TIMEOUT, due) if due is not None else None
    with database.writing() as connection:
        conversations.save(connection, {thread(psid): Conversation(PAGE_ID, psid, timer=timer)})


def release(database: Database, psid: str, due: int | None = None) -> None:
    with database.writing() as connection:
        conversations.release(connection, {thread(psid): due})
