"""Fit the bot's messages to Messenger's limits.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
"""

import re
from dataclasses import replace
from typing import Any

from messenger_app.conversation.events import BotMessage

LONGEST_TEXT = 2000
LONGEST_TITLE = 20
MOST_QUICK_REPLIES = 13

#: Where a long text may be cut, best first: between paragraphs, lines, sentences, words.
_BREAKS = (r"\n\s*\n", r"\n", r"(?<=[.!?…。])\s+", r"\s+")


def split(message: BotMessage) -> list[BotMessage]:
    """Split what does not fit into one Messenger message; the buttons stay with the last part.

    Of too many buttons the last one stays: that is where a menu has the way to a person.
    """
    if message.custom is not None:
        return [message]
    parts: list[BotMessage] = []
    if message.image:
        parts.append(BotMessage(image=message.image))
    texts = split_text(message.text)
    parts += [BotMessage(text=text) for text in texts]
    if message.buttons and parts:
        buttons = message.buttons
        if len(buttons) > MOST_QUICK_REPLIES:
            buttons = (*buttons[: MOST_QUICK_REPLIES - 1], buttons[-1])
        parts[-1] = replace(parts[-1], buttons=buttons)
    return parts


def split_text(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """Split at the best place before the limit: the end of a sentence rather than of a word."""
    parts = []
    rest = text.strip()
    while len(rest) > longest:
        cut = _last_break(rest, longest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _last_break(text: str, longest: int) -> int:
    for pattern in _BREAKS:
        breaks = [found.start() for found in re.finditer(pattern, text[: longest + 1])]
        good = [place for place in breaks if longest // 2 < place <= longest]
        if good:
            return good[-1]
    return longest


def render(message: BotMessage, metadata: str) -> dict[str, Any]:
    """Return the ``message`` object of the Send API."""
    if message.custom is not None:
        return {**message.custom, "metadata": metadata}
    rendered: dict[str, Any] = {"metadata": metadata}
    if message.image:
        payload = {"url": message.image}
        rendered["attachment"] = {"type": "image", "payload": payload}
    else:
        rendered["text"] = message.text
    if message.buttons:
        rendered["quick_replies"] = [
            {"content_type": "text", "title": shorten(title), "payload": payload}
            for title, payload in message.buttons
        ]
    return rendered


def shorten(title: str) -> str:
    """Cut a title to what a quick reply can show, at a word's end where there is one."""
    if len(title) <= LONGEST_TITLE:
        return title
    head = title[: LONGEST_TITLE - 1]
    words = head.rsplit(" ", 1)[0]
    return (words if len(words) > LONGEST_TITLE // 2 else head).rstrip() + "…"
