"""The documented limits of a message, checked before it is sent.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies
https://developers.facebook.com/docs/messenger-platform/send-messages/templates
"""

from typing import Any

from inbox_simulator.platform.errors import (
    JSON,
    EmptyMessageError,
    InvalidParameterError,
    UnsupportedRequestError,
)

MEDIA = frozenset({"image", "video", "audio", "file"})
TEMPLATES = frozenset({"button", "generic"})
BUTTON_TYPES = frozenset({"web_url", "postback", "phone_number", "account_link", "account_unlink"})


def check_message(message: JSON) -> JSON:
    """Return the content of a message (text, quick replies, attachments), or refuse it."""
    text, attachment = message.get("text"), message.get("attachment")
    if bool(text) == bool(attachment):
        raise (
            EmptyMessageError
            if not text
            else InvalidParameterError(
                "(#100) Message must have either text or attachment, not both"
            )
        )
    _at_most(message.get("metadata") or "", 1000, "message[metadata]")
    content: JSON = {}
    if text:
        _at_most(text, 2000, "message[text]")
        content["text"] = text
    if attachment:
        content["attachments"] = [_check_attachment(_object(attachment, "message[attachment]"))]
    if message.get("quick_replies"):
        content["quick_replies"] = _check_quick_replies(message["quick_replies"])
    return content


def bubble(content: JSON) -> JSON:
    """Return how the content looks: ``text``, ``quick_replies``, ``buttons``, ``attachments``.

    A button template is a bubble with buttons; other templates stay attachments.
    """
    attachments = content.get("attachments", [])
    shown = {
        "text": content.get("text"),
        "quick_replies": content.get("quick_replies", []),
        "buttons": [],
        "attachments": attachments,
    }
    for attachment in attachments:
        payload = attachment["payload"]
        if payload.get("template_type") == "button":
            shown |= {"text": payload["text"], "buttons": payload["buttons"], "attachments": []}
    return shown


def _check_quick_replies(quick_replies: Any) -> list[JSON]:
    _list(quick_replies, "message[quick_replies]", most=13)
    checked = []
    for reply in quick_replies:
        kind = _object(reply, "message[quick_replies]").get("content_type", "text")
        if kind not in {"text", "user_phone_number", "user_email"}:
            raise InvalidParameterError(f"(#100) Unknown content_type {kind} of a quick reply")
        if kind != "text":
            title = {"user_phone_number": "Send phone number", "user_email": "Send email"}[kind]
            checked.append({"content_type": kind, "title": title, "payload": ""})
            continue
        title = _required(reply, "title", "message[quick_replies]")
        _at_most(title, 20, "message[quick_replies][title]")
        payload = str(reply.get("payload") or "")
        _at_most(payload, 1000, "message[quick_replies][payload]")
        checked.append({"title": title, "payload": payload})
    return checked


def _check_attachment(attachment: JSON) -> JSON:
    kind = attachment.get("type")
    payload = _object(attachment.get("payload") or {}, "message[attachment][payload]")
    if kind in MEDIA:
        return {"type": kind, "payload": {"url": _required(payload, "url", "payload")}}
    if kind != "template":
        raise InvalidParameterError(f"(#100) Unknown attachment type {kind}")
    template = payload.get("template_type")
    if template not in TEMPLATES:
        raise UnsupportedRequestError("post", f"template_type {template}")
    if template == "button":
        _at_most(_required(payload, "text", "payload"), 640, "payload[text]")
        _check_buttons(payload.get("buttons"), least=1)
    else:
        _check_elements(payload.get("elements"))
    return {"type": "template", "payload": payload}


def _check_elements(elements: Any) -> None:
    _list(elements, "payload[elements]", most=10, least=1)
    for element in elements:
        _at_most(_required(element, "title", "element"), 80, "element[title]")
        _at_most(element.get("subtitle") or "", 80, "element[subtitle]")
        if not any(
            element.get(key) for key in ("subtitle", "image_url", "default_action", "buttons")
        ):
            raise InvalidParameterError("(#100) An element needs one property besides its title")
        _check_buttons(element.get("buttons") or [], least=0)


def _check_buttons(buttons: Any, least: int) -> None:
    _list(buttons, "buttons", most=3, least=least)
    for button in buttons:
        kind = _object(button, "buttons").get("type")
        if kind not in BUTTON_TYPES:
            raise InvalidParameterError(f"(#100) Unknown button type {kind}")
        if kind in {"web_url", "postback", "phone_number"}:
            _at_most(_required(button, "title", "buttons"), 20, "buttons[title]")
            wanted = "url" if kind == "web_url" else "payload"
            _at_most(_required(button, wanted, "buttons"), 1000, f"buttons[{wanted}]")


def _object(value: Any, name: str) -> JSON:
    if not isinstance(value, dict):
        raise InvalidParameterError(f"(#100) Param {name} must be an object")
    return value


def _list(value: Any, name: str, most: int, least: int = 0) -> None:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise InvalidParameterError(f"(#100) Param {name} must have {least} to {most} elements")


def _required(owner: JSON, key: str, name: str) -> str:
    value = _object(owner, name).get(key)
    if not isinstance(value, str) or not value:
        raise InvalidParameterError(f"(#100) Param {name}[{key}] must be a non-empty string")
    return value


def _at_most(text: Any, most: int, name: str) -> None:
    if not isinstance(text, str):
        raise InvalidParameterError(f"(#100) Param {name} must be a string")
    if len(text) > most:
        raise InvalidParameterError(
            f"(#100) Length of param {name} must be less than or equal to {most}"
        )
