"""Read what Rasa answered, from the REST channel or from its tracker.

https://rasa.com/docs/rasa/responses
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import structlog

from messenger_app.conversation.events import HandoffAsked
from messenger_app.conversation.messages import BotMessage, TemplateButton

log = structlog.get_logger(__name__)

Reply = tuple[tuple[BotMessage, ...], HandoffAsked | None]

#: What makes a ``custom`` object a Messenger message that is passed on as it is.
_MESSENGER_KEYS = ("text", "attachment", "attachments", "sticker_id")
#: What makes it a handoff: ours, and that of Rasa's starter packs.
_HANDOFF_KEYS = frozenset({"handoff", "handoff_host"})

_KINDS = {
    "image": ("jpg", "jpeg", "png", "gif", "webp"),
    "video": ("mp4", "mov", "webm"),
    "audio": ("mp3", "ogg", "wav", "m4a", "aac"),
}


def from_rest(replies: list[Any]) -> Reply:
    """Read the list that the REST channel answers with."""
    messages: list[BotMessage] = []
    handoff: HandoffAsked | None = None
    for reply in replies:
        if not isinstance(reply, dict):
            continue
        handoff = handoff or _handoff(reply.get("custom"))
        message = _message(reply)
        if message is not None:
            messages.append(message)
    return tuple(messages), handoff


def from_tracker(events: list[Any], request_key: str) -> Reply | None:
    """Read the bot's words after the question with this key; None where it was never asked."""
    replies: list[dict[str, Any]] = []
    asked = False
    for event in events:
        if not isinstance(event, dict):
            continue
        if event.get("event") == "user":
            metadata = event.get("metadata")
            is_it = isinstance(metadata, dict) and metadata.get("request") == request_key
            if asked and not is_it:  # Rasa writes a question that it understood late down twice
                break
            asked = is_it
        elif asked and event.get("event") == "bot":
            replies.extend(_as_rest(event))
    return from_rest(replies) if asked else None


def _as_rest(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Take one of the tracker's events apart as the REST channel does when it answers."""
    given = event.get("data")
    data: dict[str, Any] = given if isinstance(given, dict) else {}
    text, image, attachment = event.get("text"), data.get("image"), data.get("attachment")
    if buttons := data.get("quick_replies") or data.get("buttons"):
        yield {"text": text, "buttons": buttons}
    elif isinstance(text, str):
        yield from ({"text": paragraph} for paragraph in text.strip().split("\n\n"))
    if custom := data.get("custom"):
        yield {"custom": custom}
    if image:
        yield {"image": image}
    if attachment and attachment != image:  # the tracker names a picture twice
        yield {"attachment": attachment}
    elements = data.get("elements")
    for element in elements if isinstance(elements, list) else []:
        if isinstance(element, dict):
            words = f"{element.get('title', '')} : {element.get('subtitle', '')}"
            yield {"text": words, "buttons": element.get("buttons", [])}


def _message(reply: dict[str, Any]) -> BotMessage | None:
    custom = reply.get("custom")
    if isinstance(custom, dict) and custom:
        if any(_says(custom.get(key)) for key in _MESSENGER_KEYS):
            said = {key: value for key, value in custom.items() if key not in _HANDOFF_KEYS}
            return BotMessage(text=_said(custom), custom=said)
        if not _HANDOFF_KEYS & custom.keys():
            log.warning("bot.custom_ignored", keys=sorted(map(str, custom)))
    image = reply.get("image")
    quick, template = _buttons(reply)
    text = str(reply.get("text") or "")
    message = BotMessage(
        text=text if _says(text) else "",
        image=str(image) if image else None,
        attachment=_attachment(reply.get("attachment")),
        buttons=quick,
        template=template,
    )
    return message if message != BotMessage() else None


def _says(value: Any) -> bool:
    """Say whether there is anything in it: Graph refuses a message of spaces."""
    return bool(value.strip() if isinstance(value, str) else value)


def _said(custom: dict[str, Any]) -> str:
    """Return the words of a message of the bot's own making, also those of a template."""
    if custom.get("text"):
        return str(custom["text"])
    attachment = custom.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    return str(payload.get("text") or "") if isinstance(payload, dict) else ""


def _attachment(given: Any) -> dict[str, object] | None:
    """Read an attachment: one of the Send API's, or the address of a file, however it is told."""
    told: dict[str, Any] = given if isinstance(given, dict) else {"url": given}
    payload = told.get("payload")
    if told.get("type") and isinstance(payload, dict) and payload:
        return {"type": told["type"], "payload": payload}
    url = told.get("url") or (payload.get("url") if isinstance(payload, dict) else payload)
    if not isinstance(url, str) or not url:
        return None
    ending = urlsplit(url).path.rpartition(".")[2].lower()
    kind = next((kind for kind, endings in _KINDS.items() if ending in endings), "file")
    return {"type": told.get("type") or kind, "payload": {"url": url}}


def _buttons(
    reply: dict[str, Any],
) -> tuple[tuple[tuple[str, str], ...], tuple[TemplateButton, ...]]:
    """Tell quick replies from buttons that need a template.

    A quick reply is what most buttons of a bot are: an answer for now, gone when anybody writes.
    A template is needed for what a quick reply can't do: open an address, call a number, or stay
    (``type: postback`` on the button, or ``button_type: vertical`` on the reply, as in Rasa).
    """
    listed = reply.get("buttons")
    quick: list[tuple[str, str]] = []
    template: list[TemplateButton] = []
    for button in listed if isinstance(listed, list) else []:
        if not isinstance(button, dict) or not button.get("title"):
            continue
        title, payload = str(button["title"]), str(button.get("payload") or button["title"])
        if button.get("url"):
            template.append(TemplateButton(title=title, url=str(button["url"])))
        elif button.get("type") == "phone_number":
            template.append(TemplateButton(title=title, phone_number=payload))
        elif button.get("type") == "postback" or reply.get("button_type") == "vertical":
            template.append(TemplateButton(title=title, payload=payload))
        else:
            quick.append((title, payload))
    return tuple(quick), tuple(template)


def _handoff(custom: Any) -> HandoffAsked | None:
    if not isinstance(custom, dict):
        return None
    asked = custom.get("handoff")
    if not isinstance(asked, dict):
        host = custom.get("handoff_host")
        return HandoffAsked(host=host) if isinstance(host, str) and host else None
    answers = asked.get("answers")
    return HandoffAsked(
        target=str(asked["target"]) if asked.get("target") else None,
        reason=_text(asked.get("reason")),
        summary=_text(asked.get("summary")),
        answers={str(name): _text(value) for name, value in answers.items() if _text(value)}
        if isinstance(answers, dict)
        else {},
    )


def _text(value: Any) -> str:
    """An empty slot comes as None, or as the word "None" where a response template filled it in."""
    return "" if value is None or value == "None" else str(value)
