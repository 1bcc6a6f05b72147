"""The outbox: what the core decided and the shell still has to do, in order."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Select, bindparam, func, insert, select, text, update

from messenger_app.conversation.commands import (
    AskBot,
    Command,
    FindOwner,
    NotifyAgents,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    SendMessage,
    StopTyping,
    TakeThreadControl,
    TellBot,
)
from messenger_app.errors import RowUnreadable
from messenger_app.store.statements import Statement, storable
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
        RequestThreadControl,
        ReleaseThreadControl,
        FindOwner,
        NotifyAgents,
    )
}


#: Written out, not bound: so a partial index is found whatever the database knows of the value.
_OPEN = text("outbox.status < 2")


@dataclass(frozen=True, kw_only=True)  # without slots it is cheap to replace
class OpenCommand:
    """A command and how far it has come."""

    key: str
    turn: int
    command: Command
    status: CommandStatus = CommandStatus.QUEUED
    not_before: int = 0
    #: When it was last tried, by the machine's clock.
    started_at: int | None = None
    #: How often it was tried.
    attempts: int = 0
    #: True where an earlier try may have worked.
    uncertain: bool = False
    mid: str | None = None
    error: str | None = None

    @property
    def kind(self) -> str:
        """The command's name, for logs."""
        return type(self.command).__name__

    @property
    def is_open(self) -> bool:
        """Whether it still has to be carried out, or its outcome is not known."""
        return self.status < CommandStatus.DONE


def new(turn: int, command: Command) -> OpenCommand:
    """Return what is to be done, with a key that its echo will bring back."""
    return OpenCommand(key=secrets.token_hex(8), turn=turn, command=command)


def open_commands(connection: Connection, threads: Collection[str]) -> dict[str, list[OpenCommand]]:
    """Return each thread's commands that are not settled, oldest first. Raises RowUnreadable."""
    found: dict[str, list[OpenCommand]] = defaultdict(list)
    if threads:
        rows = connection.execute(
            select(outbox).where(outbox.c.thread.in_(sorted(threads)), _OPEN).order_by(outbox.c.id)
        )
        for row in rows:
            found[row.thread].append(_read(row))
    return found


def write(
    connection: Connection,
    added: Mapping[str, Iterable[OpenCommand]],
    changed: Iterable[OpenCommand],
    now: int,
) -> None:
    """Write down new commands, by thread and in their order, and what became of others.

    Commit before a call begins: a crash must find its command marked as running.
    """
    _CHANGE.each(
        connection, [{"_key": command.key, **_how_far(command, now)} for command in changed]
    )
    rows = [
        {**_what(thread, command), **_how_far(command, now)}
        for thread, commands in added.items()
        for command in commands
    ]
    _ADD.each(connection, rows)


def _how_far(command: OpenCommand, now: int) -> dict[str, object]:
    return {
        "status": command.status.value,
        "not_before": command.not_before,
        "started_at": command.started_at,
        "attempts": command.attempts,
        "uncertain": command.uncertain,
        "mid": storable(command.mid),
        "error": storable(command.error),
        "settled_at": None if command.is_open else now,
    }


def _what(thread: str, command: OpenCommand) -> dict[str, object]:
    return {
        "key": command.key,
        "thread": thread,
        "turn": command.turn,
        "kind": command.kind,
        "body": _kinds[command.kind].dump_json(command.command),
    }


def mids(connection: Connection, thread: str, since: int) -> frozenset[str]:
    """Return the mids of what was known to be sent on this thread from then on."""
    rows = connection.execute(
        select(outbox.c.mid).where(
            outbox.c.settled_at >= since, outbox.c.thread == thread, outbox.c.mid.is_not(None)
        )
    )
    return frozenset(row.mid for row in rows)


def token_is_refused(connection: Connection) -> bool:
    """Say whether a command waits because Graph refused the Page's token (code 190)."""
    refused = outbox.c.error.like("190%")
    found = connection.execute(select(outbox.c.id).where(_OPEN, refused).limit(1))
    return found.first() is not None


def open_counts(connection: Connection) -> dict[str, int]:
    """Return `counts` of what is open alone. Cheap, however much is settled."""
    return _by_status(connection, _COUNTS.where(_OPEN))


def counts(connection: Connection) -> dict[str, int]:
    """Return how many commands there are of each status, by its name. Reads the whole table."""
    return _by_status(connection, _COUNTS)


def _by_status(connection: Connection, statement: Select[int, int]) -> dict[str, int]:
    rows = connection.execute(statement)
    return {CommandStatus(status).name.lower(): number for status, number in rows}


def _read(row: Any) -> OpenCommand:
    try:
        command, status = _kinds[row.kind].validate_json(row.body), CommandStatus(row.status)
    except (KeyError, ValueError) as error:  # its text quotes what people wrote
        raise RowUnreadable(f"a command can't be read: {type(error).__name__}") from None
    return OpenCommand(
        key=row.key,
        turn=row.turn,
        command=command,
        status=status,
        not_before=row.not_before,
        started_at=row.started_at,
        attempts=row.attempts,
        uncertain=row.uncertain,
        mid=row.mid,
        error=row.error,
    )


_COUNTS = select(outbox.c.status, func.count()).group_by(outbox.c.status)
_WHAT = ("key", "thread", "turn", "kind", "body")
_HOW_FAR = (
    "status",
    "not_before",
    "started_at",
    "attempts",
    "uncertain",
    "mid",
    "error",
    "settled_at",
)
_ADD = Statement(insert(outbox), *_WHAT, *_HOW_FAR)
_CHANGE = Statement(
    update(outbox)
    .where(outbox.c.key == bindparam("_key"))
    .values({name: bindparam(name) for name in _HOW_FAR})
)
