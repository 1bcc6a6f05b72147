"""A thread as text, to be read or kept: who said what when, and who had control."""

from collections.abc import Iterator
from datetime import UTC, datetime

from inbox_simulator.platform.thread import Message, Ownership, Thread


def lines(thread: Thread) -> Iterator[str]:
    """Yield a line for each message and each change of control, in order of time (UTC)."""
    said = [(message.at, 1, _message(message)) for message in thread.messages]
    moved = [(each.since, 0, _ownership(each)) for each in thread.ownership]
    for at, _, words in sorted(said + moved, key=lambda line: line[:2]):
        time = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        yield f"{time}  {words}"


def _message(message: Message) -> str:
    parts = [message.text or ""]
    parts += [f"[{choice.get('title')}]" for choice in (*message.quick_replies, *message.buttons)]
    parts += [f"({attachment.get('type')})" for attachment in message.attachments]
    parts += [f"{emoji} by {by}" for by, emoji in message.reactions.items()]
    edited = f" (edited {message.edits} times)" if message.edits else ""
    return f"{message.name} ({message.author}): {' '.join(filter(None, parts))}{edited}"


def _ownership(stretch: Ownership) -> str:
    return f"-- control: {stretch.app_id or 'nobody'} ({stretch.cause})"
