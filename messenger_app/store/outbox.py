"""The outbox: what the core decided and the shell still has to do, in order."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, insert, select, update

from messenger_app.conversation.commands import (
    AskBot,
    Command,
    NotifyAgents,
    PassThreadControl,
    ReleaseThreadControl,
    SendMessage,
    StopTyping,
    TakeThreadControl,
    TellBot,
)
from messenger_app.store.tables import CommandStatus, outbox

_kinds: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (
        AskBot,
        TellBot,
        SendMessage,
        StopTyping,
        PassThreadControl,
        TakeThreadControl,
        ReleaseThreadControl,
        NotifyAgents,
    )
}


@dataclass(frozen=True, slots=True)
class OpenCommand:
    """A command that is not settled."""

    id: int
    key: str
    turn: int
    command: Command
    status: CommandStatus
    not_before: int
    #: When it was last tried, by the machine's clock.
    started_at: int | None
    #: How often it was tried.
    attempts: int
    #: True where an earlier try may have worked.
    uncertain: bool

    @property
    def kind(self) -> str:
        """The command's name, for logs."""
        return type(self.command).__name__


def add(connection: Connection, thread: str, turn: int, command: Command) -> None:
    """Write down what is to be done."""
    kind = type(command).__name__
    connection.execute(
        insert(outbox).values(
            key=secrets.token_hex(8),
            thread=thread,
            turn=turn,
            kind=kind,
            body=_kinds[kind].dump_json(command),
            status=CommandStatus.QUEUED.value,
            not_before=0,
        )
    )


def first_open(connection: Connection, thread: str) -> OpenCommand | None:
    """Return the thread's oldest command that is not settled."""
    row = connection.execute(
        select(outbox)
        .where(outbox.c.thread == thread, outbox.c.status < CommandStatus.DONE.value)
        .order_by(outbox.c.id)
        .limit(1)
    ).one_or_none()
    return _open(row) if row else None


def by_key(connection: Connection, thread: str, key: str) -> OpenCommand | None:
    """Return this thread's open command with that key: an echo has come for it."""
    row = connection.execute(
        select(outbox).where(
            outbox.c.key == key,
            outbox.c.thread == thread,
            outbox.c.status < CommandStatus.DONE.value,
        )
    ).one_or_none()
    return _open(row) if row else None


def start(connection: Connection, command: OpenCommand, now: int, *, may_call: bool) -> OpenCommand:
    """Mark as being carried out. Commit before the call: a crash must find it marked.

    Without ``may_call`` an earlier try is only looked into, and keeps its time.
    """
    started = (
        replace(command, started_at=now, attempts=command.attempts + 1) if may_call else command
    )
    connection.execute(
        update(outbox)
        .where(outbox.c.id == command.id)
        .values(
            status=CommandStatus.RUNNING.value,
            started_at=started.started_at,
            attempts=started.attempts,
        )
    )
    return started


def finish(
    connection: Connection,
    command_id: int,
    status: CommandStatus,
    *,
    mid: str | None = None,
    error: str | None = None,
) -> None:
    """Settle a command."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == command_id)
        .values(status=status.value, mid=mid, error=error)
    )


def put_back(
    connection: Connection, command_id: int, *, not_before: int, uncertain: bool, error: str
) -> None:
    """Try again later; ``uncertain`` where the try may have worked."""
    values: dict[str, object] = {
        "status": CommandStatus.QUEUED.value,
        "not_before": not_before,
        "error": error,
    }
    if uncertain:
        values["uncertain"] = True
    connection.execute(update(outbox).where(outbox.c.id == command_id).values(**values))


def mids(connection: Connection, thread: str) -> frozenset[str]:
    """Return the mids of all that was sent on this thread."""
    rows = connection.execute(
        select(outbox.c.mid).where(outbox.c.thread == thread, outbox.c.mid.is_not(None))
    )
    return frozenset(row.mid for row in rows)


def token_is_refused(connection: Connection) -> bool:
    """Say whether a command waits because Graph refused the Page's token (code 190)."""
    waits = outbox.c.status == CommandStatus.QUEUED.value
    refused = outbox.c.error.like("190/%")
    return (
        connection.execute(select(outbox.c.id).where(waits, refused).limit(1)).first() is not None
    )


def counts(connection: Connection) -> dict[str, int]:
    """Return how many commands there are of each status, by its name."""
    rows = connection.execute(select(outbox.c.status, func.count()).group_by(outbox.c.status))
    return {CommandStatus(status).name.lower(): number for status, number in rows}


def _open(row: Any) -> OpenCommand:
    return OpenCommand(
        id=row.id,
        key=row.key,
        turn=row.turn,
        command=_kinds[row.kind].validate_json(row.body),
        status=CommandStatus(row.status),
        not_before=row.not_before,
        started_at=row.started_at,
        attempts=row.attempts,
        uncertain=row.uncertain,
    )
