"""Marks tell which question an answer answers, wherever the answer turns up.

A person's message carries a word of its own, such as ``#17.3``; a tap has no words, and is told by
its mid; an intent of the bridge's by the key of its request. Whatever the bot says ends in
``«mark/part»``, so one look at a thread shows what was answered, how often and in which order.
"""

import re
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"#\d+\.\d+")
#: The part that is a handoff: it comes last, and the REST channel counts it where trackers don't.
HANDOFF_PART = 99

_MARK = re.compile(r"«([^«»/]+)/(\d+)»")


def word(person: int, number: int) -> str:
    """Return the word that makes a person's message unlike any other."""
    return f"#{person}.{number}"


def of_message(text: str, mid: str) -> str:
    """Return the mark of what a person wrote or tapped."""
    found = _WORD.search(text)
    return found[0] if found else mid


def of_question(message: str, metadata: Mapping[str, Any]) -> str:
    """Return the mark of what the bot was asked, with the same result as `of_message`."""
    found = metadata.get("word") or _WORD.search(message)
    if found:
        return found if isinstance(found, str) else found[0]
    return str(metadata.get("mid") or metadata.get("request") or "nobody")


def without_word(message: str) -> tuple[str, str]:
    """Return the message as a bot that has to understand it should hear it, and its word."""
    found = _WORD.search(message)
    return (_WORD.sub("", message).strip(), found[0]) if found else (message, "")


def put_on(replies: list[dict[str, Any]], mark: str) -> list[dict[str, Any]]:
    """Mark a bot's replies, and the summary that a handoff brings along.

    A reply with nothing to read on it has no place for a mark.
    """
    return [_marked(reply, mark, part) for part, reply in enumerate(replies, 1)]


def found_in(text: str) -> list[tuple[str, int]]:
    """Return the marks in a message, each with its part."""
    return [(mark, int(part)) for mark, part in _MARK.findall(text)]


def in_reply(reply: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the marks that a bot's reply puts before the person."""
    return found_in(f"{reply.get('text') or ''} {_handoff(reply).get('summary') or ''}")


def _marked(reply: dict[str, Any], mark: str, part: int) -> dict[str, Any]:
    marked = dict(reply)
    if reply.get("text"):
        marked["text"] = f"{reply['text']} «{mark}/{part}»"
    if handoff := _handoff(reply):
        summary = f"{handoff.get('summary') or ''} «{mark}/{HANDOFF_PART}»".strip()
        marked["custom"] = {**reply["custom"], "handoff": {**handoff, "summary": summary}}
    return marked


def _handoff(reply: Mapping[str, Any]) -> dict[str, Any]:
    custom = reply.get("custom")
    handoff = custom.get("handoff") if isinstance(custom, dict) else None
    return handoff if isinstance(handoff, dict) else {}
