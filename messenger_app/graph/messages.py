"""Fit the bot's messages to Messenger's limits, and write them as the Send API wants them.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
https://developers.facebook.com/docs/messenger-platform/send-messages/template/button
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from messenger_app.conversation import buttons
from messenger_app.conversation.buttons import Kept
from messenger_app.conversation.messages import BotMessage, TemplateButton
from messenger_app.graph.texts import shorten, split_text

LONGEST_TEMPLATE_TEXT = 640
MOST_QUICK_REPLIES = 13
MOST_TEMPLATE_BUTTONS = 3

#: Joins titles to a sentence where the bot gave buttons none.
_BETWEEN = " · "


def split(message: BotMessage) -> list[BotMessage]:
    """Split what does not fit into one Messenger message; the buttons stay with the last part.

    Of too many quick replies the last one stays: that is where a menu has the way to a person.
    """
    if message.custom is not None:
        return _split_custom(message, message.custom)
    message = _sorted(message)
    parts: list[BotMessage] = []
    if message.image:
        parts.append(BotMessage(image=message.image))
    if message.attachment:
        parts.append(BotMessage(attachment=message.attachment))
    parts += [BotMessage(text=text) for text in split_text(message.text)]
    if message.template:
        parts = _with_template(parts, message.template)
    if message.buttons:
        quick = message.buttons
        if len(quick) > MOST_QUICK_REPLIES:
            quick = (*quick[: MOST_QUICK_REPLIES - 1], quick[-1])
        last = parts.pop() if parts else BotMessage(text=_titles(title for title, _ in quick))
        parts.append(replace(last, buttons=quick))
    return parts


def _split_custom(message: BotMessage, custom: dict[str, object]) -> list[BotMessage]:
    """Split a text that the bot wrote too long; all else that it wrote stays with the last part."""
    parts = split_text(text) if isinstance(text := custom.get("text"), str) else []
    if len(parts) < 2:
        return [message]
    *first, last = parts
    rest = replace(message, text=last, custom={**custom, "text": last})
    return [*(BotMessage(text=part) for part in first), rest]


def _sorted(message: BotMessage) -> BotMessage:
    """Where a template can't hold all, let it have what no quick reply can do: open something."""
    if len(message.template) <= MOST_TEMPLATE_BUTTONS:
        return message
    opening = tuple(button for button in message.template if button.url or button.phone_number)
    others = [(b.title, b.payload) for b in message.template if b not in opening]
    return replace(message, template=opening, buttons=(*others, *message.buttons))


def _with_template(
    parts: list[BotMessage], template: tuple[TemplateButton, ...]
) -> list[BotMessage]:
    """Put the buttons below the end of the text; further ones below their own titles."""
    text = ""
    if parts and parts[-1].text:
        whole = parts.pop().text
        text = split_text(whole, LONGEST_TEMPLATE_TEXT)[-1]
        if head := whole.removesuffix(text).rstrip():
            parts.append(BotMessage(text=head))
    for start in range(0, len(template), MOST_TEMPLATE_BUTTONS):
        some = template[start : start + MOST_TEMPLATE_BUTTONS]
        parts.append(BotMessage(text=text or _titles(b.title for b in some), template=some))
        text = ""
    return parts


def _titles(titles: Iterator[str]) -> str:
    return split_text(_BETWEEN.join(titles), LONGEST_TEMPLATE_TEXT)[0]


def render(message: BotMessage, metadata: str, *, key: str, turn: int) -> dict[str, Any]:
    """Return the ``message`` object of the Send API.

    ``key`` is the message's name in the outbox, for payloads that are too long to be sent;
    ``turn`` is the thread's, for buttons that stay.
    """
    naming = _Naming(key, turn)
    if message.custom is not None:
        own: Any = buttons.rewritten(message.custom, naming.of_custom)
        return {**own, "metadata": metadata}
    rendered: dict[str, Any] = {"metadata": metadata}
    quick = [
        {"content_type": "text", "title": shorten(title), "payload": naming.of_quick_reply(payload)}
        for title, payload in message.buttons
    ]
    if message.template:
        below = [_template_button(button, naming) for button in message.template]
        payload = {"template_type": "button", "text": message.text, "buttons": below}
        rendered["attachment"] = {"type": "template", "payload": payload}
    elif message.attachment:
        rendered["attachment"] = message.attachment
    elif message.image:
        rendered["attachment"] = {"type": "image", "payload": {"url": message.image}}
    else:
        rendered["text"] = message.text
    return {**rendered, "quick_replies": quick} if quick else rendered


class _Naming:
    """Gives the buttons of one message their payloads, in the order of `BotMessage.payloads`."""

    def __init__(self, key: str, turn: int) -> None:
        self._key = key
        self._turn = turn
        self._next = 0

    def of_quick_reply(self, payload: str) -> str:
        return buttons.undated(payload, self._turn, self._kept())

    def of_staying(self, payload: str) -> str:
        return buttons.dated(payload, self._turn, self._kept())

    def of_custom(self, payload: str, stays: bool) -> str:
        return self.of_staying(payload) if stays else self.of_quick_reply(payload)

    def _kept(self) -> Kept:
        kept = Kept(self._key, self._next)
        self._next += 1
        return kept


def _template_button(button: TemplateButton, naming: _Naming) -> dict[str, str]:
    title = shorten(button.title)
    payload = naming.of_staying(button.payload)
    if button.url:
        return {"type": "web_url", "title": title, "url": button.url}
    if button.phone_number:
        return {"type": "phone_number", "title": title, "payload": button.phone_number}
    return {"type": "postback", "title": title, "payload": payload}
