"""Transcripts: who said what on a thread, and what of it the bot heard."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, insert, select

from messenger_app.conversation.transcript import Line
from messenger_app.store.statements import Statement, storable
from messenger_app.store.tables import transcript


def add_all(connection: Connection, threads: Mapping[str, Iterable[Line]]) -> None:
    """Write lines at each thread's end."""
    rows = [
        {
            "thread": thread,
            "at": line.at,
            "author": line.author,
            "mid": storable(line.mid),
            "text": storable(line.text),
            "heard_by_bot": line.heard_by_bot,
            "note": line.note,
        }
        for thread, lines in threads.items()
        for line in lines
    ]
    _ADD.each(connection, rows)


def add(connection: Connection, thread: str, lines: Iterable[Line]) -> None:
    """Write lines at one thread's end."""
    add_all(connection, {thread: lines})


def read(connection: Connection, thread: str) -> list[Line]:
    """Return the thread's lines in the order in which they became known."""
    rows = connection.execute(
        select(transcript).where(transcript.c.thread == thread).order_by(transcript.c.id)
    )
    return [
        Line(row.author, row.text, row.at, row.mid, heard_by_bot=row.heard_by_bot, note=row.note)
        for row in rows
    ]


def purge(
    connection: Connection, *, thread: str | None = None, before: int | None = None, most: int = 500
) -> int:
    """Delete up to ``most`` lines of a thread, or said before a time; return how many."""
    old = select(transcript.c.id).order_by(transcript.c.at).limit(most)
    if thread is not None:
        old = old.where(transcript.c.thread == thread)
    if before is not None:
        old = old.where(transcript.c.at < before)
    found = old.with_for_update(skip_locked=thread is None).cte()
    gone = delete(transcript).where(transcript.c.id.in_(select(found.c.id)))
    return connection.execute(gone).rowcount


_ADD = Statement(
    insert(transcript), "thread", "at", "author", "mid", "text", "heard_by_bot", "note"
)
