"""Read what Rasa answered, from the REST channel or from its tracker."""

from typing import Any

import structlog

from messenger_app.conversation.events import BotMessage, HandoffAsked

log = structlog.get_logger(__name__)

Reply = tuple[tuple[BotMessage, ...], HandoffAsked | None]

#: What makes a ``custom`` object a Messenger message that is passed on as it is.
_MESSENGER_KEYS = frozenset({"text", "attachment", "attachments"})


def from_rest(replies: list[Any]) -> Reply:
    """Read the list that the REST channel answers with."""
    messages: list[BotMessage] = []
    handoff: HandoffAsked | None = None
    for reply in replies:
        if not isinstance(reply, dict):
            continue
        custom = reply.get("custom")
        handoff = handoff or _handoff(custom)
        message = _message(reply, custom)
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
            if asked:
                break
            metadata = event.get("metadata")
            asked = isinstance(metadata, dict) and metadata.get("request") == request_key
        elif asked and event.get("event") == "bot":
            data = event.get("data")
            replies.append({**(data if isinstance(data, dict) else {}), "text": event.get("text")})
    return from_rest(replies) if asked else None


def _message(reply: dict[str, Any], custom: Any) -> BotMessage | None:
    if isinstance(custom, dict) and custom:
        if _MESSENGER_KEYS & custom.keys():
            said = {key: value for key, value in custom.items() if key != "handoff"}
            return BotMessage(text=str(custom.get("text") or ""), custom=said)
        if "handoff" not in custom:
            log.warning("bot.custom_ignored", keys=sorted(custom))
    text = str(reply.get("text") or "")
    image = reply.get("image")
    buttons = _buttons(reply.get("buttons"))
    if not text and not image:
        return None
    return BotMessage(text=text, image=str(image) if image else None, buttons=buttons)


def _buttons(listed: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(listed, list):
        return ()
    return tuple(
        (str(button["title"]), str(button.get("payload") or button["title"]))
        for button in listed
        if isinstance(button, dict) and button.get("title")
    )


def _handoff(custom: Any) -> HandoffAsked | None:
    asked = custom.get("handoff") if isinstance(custom, dict) else None
    if not isinstance(asked, dict):
        return None
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
