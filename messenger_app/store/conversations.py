"""Conversations: the core's state, and who works on a thread until when."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import TypeAdapter
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
    true,
    update,
)

from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Conversation
from messenger_app.errors import RowUnreadable
from messenger_app.store.profiles import UNKNOWN, Profile
from messenger_app.store.statements import Insert, Inserts, Statement
from messenger_app.store.tables import conversation as table

log = structlog.get_logger(__name__)

_json = TypeAdapter(Conversation)

#: "Now", before everybody who waits: so long ago that a clock that steps back can't put even what
#: was counted from here into the future.
READY = -(2**62)
#: What releases before this one wrote for "now".
_READY_BEFORE = 0
#: Nothing is put off for longer, so what seems to be was written before the clock stepped back.
#: Milliseconds.
LONGEST_WAIT = 10 * 60_000


@dataclass(frozen=True, slots=True)
class Lease:
    """A thread that one worker has to itself."""

    thread: str
    token: int
    page_id: str
    psid: str
    state: bytes
    profile: Profile = UNKNOWN

    @property
    def conversation(self) -> Conversation:
        """The core's state. Raises RowUnreadable."""
        return _load(self.state, self.page_id, self.psid)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A conversation whose state this release can't read."""

    page_id: str
    psid: str
    why: str


def ready(since: int) -> int:
    """Return "now" for a thread that waits since then: who waits longest comes first."""
    return READY + since


def is_ready(due: int | None) -> bool:
    """Say whether this means "now", at whatever time."""
    return due is not None and due <= _READY_BEFORE


def wake(connection: Connection, threads: Collection[str], since: int) -> None:
    """Make threads ready that nobody leases, and create those that are new.

    Who waits already goes on to wait since then. Sorted, so that two transactions take the rows in
    the same order.
    """
    due = ready(since)
    rows = []
    for thread in sorted(threads):
        page_id, _, psid = thread.partition(":")
        rows.append((thread, page_id, psid, "", b"", due, 0))
    _WAKE.together(connection, rows)


def _wake(insert: type[Insert]) -> Insert:
    statement = insert(table)
    waits = table.c.due < literal_column(str(_READY_BEFORE))
    return statement.on_conflict_do_update(
        index_elements=["thread"],
        set_={"due": statement.excluded.due},
        where=table.c.worker.is_(None) & (table.c.due.is_(None) | ~waits),
    )


def claim(
    connection: Connection, worker: str, *, machine: int, now: int, lease_until: int, limit: int
) -> list[Lease]:
    """Lease up to ``limit`` threads: ready ones and those left behind, then those with a timer due.

    ``machine`` is the machine's time, for leases and retries; ``now`` the bridge's, for timers.
    """
    lease = {"worker": worker, "lease_until": lease_until}
    leases = _leases(_CLAIM.rows(connection, {**lease, "machine": machine, "most": limit}))
    if (left := limit - len(leases)) > 0:
        leases += _leases(_CLAIM_TIMERS.rows(connection, {**lease, "now": now, "most": left}))
    return leases


def claim_queued(
    connection: Connection, bot: str, worker: str, *, lease_until: int, limit: int
) -> list[Lease]:
    """Lease up to ``limit`` of the threads that wait for a place at this bot, in their order.

    Those for which something has come since are ready, and left to `claim`.
    """
    lease = {"worker": worker, "lease_until": lease_until, "bot": bot, "most": limit}
    return _leases(_CLAIM_QUEUED.rows(connection, lease))


def _leases(rows: Iterable[Any]) -> list[Lease]:
    return [
        Lease(
            row.thread,
            row.token,
            row.page_id,
            row.psid,
            row.state,
            Profile(row.locale, row.locale_told_at, row.locale_due),
        )
        for row in rows
    ]


def queues(connection: Connection) -> dict[str, int]:
    """Return how many threads wait for a place at each bot."""
    return {row.waits_for: row.number for row in connection.execute(_QUEUES)}


def held(connection: Connection, tokens: Mapping[str, int]) -> set[str]:
    """Return those of the threads whose lease is still the newest; keep them so until commit."""
    if not tokens:
        return set()
    rows = connection.execute(
        select(table.c.thread, table.c.token)
        .where(table.c.thread.in_(sorted(tokens)))
        .order_by(table.c.thread)
        .with_for_update()
    )
    return {row.thread for row in rows if row.token == tokens[row.thread]}


def save(connection: Connection, states: Mapping[str, Conversation]) -> None:
    """Write the core's states, with their timers."""
    rows = [
        {
            "_thread": thread,
            "owner": conversation.owner.value,
            "state": _json.dump_json(conversation),
            "timer_due": conversation.timer.due if conversation.timer else None,
        }
        for thread, conversation in states.items()
    ]
    _SAVE.each(connection, rows)


def release(connection: Connection, due: Mapping[str, int | None]) -> None:
    """End leases; each with when to look again by the machine's clock, None for never."""
    _RELEASE.each(connection, [{"_thread": thread, "due": when} for thread, when in due.items()])


def queue(connection: Connection, queues: Mapping[str, tuple[str, int]]) -> None:
    """Let released threads wait for a place at a bot, each since a time by the machine's clock."""
    rows = [
        {"_thread": thread, "waits_for": bot, "waits_since": since}
        for thread, (bot, since) in queues.items()
    ]
    _QUEUE.each(connection, rows)


def extend(connection: Connection, worker: str, threads: Collection[str], lease_until: int) -> None:
    """Keep these threads of this worker's for longer.

    Only what it knows that it has: what it has let go of without writing so must run out.
    """
    own = (table.c.worker == worker) & table.c.thread.in_(sorted(threads))
    connection.execute(update(table).where(own).values(due=lease_until))


def mend(connection: Connection, machine: int, lease: int) -> None:
    """Bring back what a clock that has stepped back would hide for long.

    Leased threads not to this moment: a living worker is to make its leases longer first. And bring
    to the front what an older release made ready.
    """
    hidden = (table.c.due > machine + LONGEST_WAIT) | (table.c.due == _READY_BEFORE)
    found = select(table.c.thread).where(hidden).with_for_update(skip_locked=True).cte()
    soon = case((table.c.worker.is_(None), READY), else_=machine + lease)
    connection.execute(
        update(table).where(table.c.thread.in_(select(found.c.thread))).values(due=soon)
    )


def free(connection: Connection, worker: str, tokens: Mapping[str, int]) -> None:
    """Make these threads ready where the worker still has them under that token."""
    rows = [
        {"_thread": thread, "_worker": worker, "_token": tokens[thread]}
        for thread in sorted(tokens)
    ]
    _FREE.each(connection, rows)


def release_all(connection: Connection, workers: Collection[str] | None = None) -> None:
    """Free what dead workers left, and make it ready. None means every worker."""
    left = table.c.worker.is_not(None) if workers is None else table.c.worker.in_(workers)
    found = select(table.c.thread).where(left).order_by(table.c.thread).with_for_update()
    threads = connection.execute(found).scalars().all()
    _RELEASE.each(connection, [{"_thread": thread, "due": READY} for thread in threads])


def roles(connection: Connection, page_ids: Collection[str]) -> dict[str, Routing]:
    """Return our app's role on each of these Pages that told it, from the Page's own row.

    What can't be read is left out: then the settings say which role it is.
    """
    if not page_ids:
        return {}
    own = [f"{page_id}:{page_id}" for page_id in sorted(page_ids)]
    rows = connection.execute(select(table.c.page_id, table.c.state).where(table.c.thread.in_(own)))
    told: dict[str, Routing] = {}
    for row in rows:
        try:
            role = _load(row.state, row.page_id, row.page_id).role
        except RowUnreadable as error:
            log.error("thread.failed", thread=f"{row.page_id}:{row.page_id}", reason=str(error))
        else:
            told.update({row.page_id: role} if role is not None else {})
    return told


def find(connection: Connection, psid: str, page_id: str | None = None) -> list[Conversation]:
    """Return the conversations with this person, one for each Page they wrote to, or on one Page.

    Raises RowUnreadable.
    """
    rows = connection.execute(
        select(table)
        .where(table.c.psid == psid)
        .where(true() if page_id is None else table.c.page_id == page_id)
    )
    return [_load(row.state, row.page_id, row.psid) for row in rows]


def with_work_first(connection: Connection, limit: int) -> list[Conversation | Unreadable]:
    """Return conversations with people: those with something to do, who waits longest first.

    The others follow by Page and person: no time is kept of them.
    """
    rows = connection.execute(
        select(table)
        .where(table.c.psid != table.c.page_id)
        .order_by(table.c.due.is_(None), table.c.due, table.c.thread)
        .limit(limit)
    )
    return [_load_or_tell(row.state, row.page_id, row.psid) for row in rows]


def busy(connection: Connection) -> int:
    """Return how many threads wait for a worker or are with one."""
    return connection.execute(
        select(func.count()).select_from(table).where(table.c.due.is_not(None))
    ).scalar_one()


def _load(state: bytes, page_id: str, psid: str) -> Conversation:
    try:
        return _json.validate_json(state) if state else Conversation(page_id=page_id, psid=psid)
    except ValueError as error:  # its text quotes what people wrote
        why = f"{type(error).__name__}; another release may have written it"
        raise RowUnreadable(f"The state of {page_id}:{psid} can't be read: {why}.") from None


def _load_or_tell(state: bytes, page_id: str, psid: str) -> Conversation | Unreadable:
    try:
        return _load(state, page_id, psid)
    except RowUnreadable as error:
        return Unreadable(page_id, psid, str(error))


def _claim(condition: ColumnElement[bool], order: Column[int]) -> Statement:
    """Return what leases the first threads for which this is true."""
    first = select(table.c.thread).where(condition).order_by(order).limit(bindparam("most"))
    first = first.offset(literal_column("0"))  # else SQLite's dialect would bind it
    found = first.with_for_update(skip_locked=True).cte()
    return Statement(
        update(table)
        .where(table.c.thread.in_(select(found.c.thread)))  # looked for once
        .values(
            worker=bindparam("worker"),
            token=table.c.token + literal_column("1"),
            due=bindparam("lease_until"),
            waits_for=null(),
            waits_since=null(),
        )
        .returning(table)
    )


_FREE_NOW = table.c.worker.is_(None)
_CLAIM = _claim(table.c.due <= bindparam("machine"), table.c.due)
_CLAIM_TIMERS = _claim((table.c.timer_due <= bindparam("now")) & _FREE_NOW, table.c.timer_due)
_CLAIM_QUEUED = _claim(
    (table.c.waits_for == bindparam("bot"))
    & (table.c.due > literal_column(str(_READY_BEFORE)))
    & _FREE_NOW,
    table.c.waits_since,
)
_WAKE = Inserts(_wake, "thread", "page_id", "psid", "owner", "state", "due", "token")
_THIS = update(table).where(table.c.thread == bindparam("_thread"))
_SAVE = Statement(_THIS.values({name: bindparam(name) for name in ("owner", "state", "timer_due")}))
_FREE = Statement(
    _THIS.where(
        table.c.worker == bindparam("_worker"), table.c.token == bindparam("_token")
    ).values(worker=null(), due=literal_column(str(READY)))
)
_QUEUES = (
    select(table.c.waits_for, func.count().label("number"))
    .where(table.c.waits_for.is_not(None))
    .group_by(table.c.waits_for)
)
_QUEUE = Statement(_THIS.values({name: bindparam(name) for name in ("waits_for", "waits_since")}))
_RELEASE = Statement(_THIS.values(worker=null(), due=bindparam("due")))
