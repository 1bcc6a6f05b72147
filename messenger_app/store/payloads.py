"""Payloads that were too long to be sent: they stay in the outbox, in the message's own row.

A row that was purged has none any more; then the button's title stands for what the person wants.
"""

from dataclasses import replace

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from messenger_app.conversation.commands import SendMessage
from messenger_app.conversation.events import Event, PersonMessaged, PersonTapped
from messenger_app.store.tables import outbox

_sent = TypeAdapter(SendMessage)


def fetched(connection: Connection, thread: str, event: Event) -> Event:
    """Give a tap the payload that its button stands for. Other events stay as they are."""
    if not isinstance(event, PersonMessaged | PersonTapped) or event.kept is None:
        return event
    body = connection.execute(
        select(outbox.c.body).where(
            outbox.c.key == event.kept.key,
            outbox.c.thread == thread,
            outbox.c.kind == SendMessage.__name__,
        )
    ).scalar_one_or_none()
    payloads = _sent.validate_json(body).message.payloads if body else ()
    known = event.kept.button < len(payloads)
    return replace(event, payload=payloads[event.kept.button] if known else None)
