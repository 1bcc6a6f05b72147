"""Transcripts: who said what on a thread, and what of it the bot heard."""

from sqlalchemy import Connection, insert, select

from messenger_app.conversation.transitions import Line
from messenger_app.store.tables import transcript


def add(connection: Connection, thread: str, lines: tuple[Line, ...]) -> None:
    """Write lines at the thread's end."""
    if not lines:
        return
    connection.execute(
        insert(transcript),
        [
            {
                "thread": thread,
                "at": line.at,
                "author": line.author,
                "mid": line.mid,
                "text": line.text,
                "heard_by_bot": line.heard_by_bot,
                "note": line.note,
            }
            for line in lines
        ],
    )


def read(connection: Connection, thread: str) -> list[Line]:
    """Return the thread's lines in the order in which they became known."""
    rows = connection.execute(
        select(transcript).where(transcript.c.thread == thread).order_by(transcript.c.id)
    )
    return [
        Line(row.author, row.text, row.at, row.mid, heard_by_bot=row.heard_by_bot, note=row.note)
        for row in rows
    ]
