"""The documented limits of a message, checked before it is sent.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies
"""

from dataclasses import dataclass
from typing import Any

from inbox_simulator.platform import templates
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import (
    JSON,
    EmptyMessageError,
    InvalidParameterError,
)
from inbox_simulator.platform.limits import a_list, an_object, at_most, is_one_of, required
from inbox_simulator.platform.uploads import KINDS, Uploads, an_address

MOST_IMAGES = 30
LONGEST_ID = 20
PARTS = ("text", "attachment", "attachments", "sticker_id")


@dataclass(frozen=True)
class Checker:
    """Checks messages of one Page at one moment (milliseconds)."""

    uploads: Uploads
    at: int

    def check(self, message: JSON) -> JSON:
        """Return the content of a message (text, quick replies, attachments), or refuse it."""
        if message.get("template"):
            raise InvalidParameterError("(#100) The simulator has no utility templates")
        parts = [name for name in PARTS if message.get(name)]
        if not parts:
            raise EmptyMessageError
        if len(parts) > 1:
            raise InvalidParameterError(
                f"(#100) Message must have only one of {', '.join(PARTS)}, not {len(parts)}"
            )
        at_most(message.get("metadata") or "", 1000, "message[metadata]")
        content = self._content(parts[0], message[parts[0]])
        if message.get("quick_replies") is not None:
            content["quick_replies"] = _quick_replies(message["quick_replies"])
        return content

    def _content(self, part: str, value: Any) -> JSON:
        if part == "text":
            at_most(value, 2000, "message[text]")
            return {"text": value}
        if part == "sticker_id":
            return {"attachments": [_sticker(value)]}
        if part == "attachment":
            return {"attachments": [self._attachment(an_object(value, "message[attachment]"))]}
        images = a_list(value, "message[attachments]", most=MOST_IMAGES, least=1)
        if any(an_object(each, "message[attachments]").get("type") != "image" for each in images):
            raise InvalidParameterError("(#100) message[attachments] may have images alone")
        return {"attachments": [self._attachment(image) for image in images]}

    def _attachment(self, attachment: JSON) -> JSON:
        kind = attachment.get("type")
        payload = an_object(attachment.get("payload") or {}, "message[attachment][payload]")
        if kind == "template":
            return {"type": kind, "payload": templates.check(payload, self.uploads, self.at)}
        if not is_one_of(kind, KINDS):
            raise InvalidParameterError(f"(#100) Unknown attachment type {kind}")
        if payload.get("attachment_id"):
            # A string in the request, and a number in the echo.
            upload = self.uploads.find(str(payload["attachment_id"]), kind, self.at)
            shown = {"url": upload.url, "attachment_id": int(upload.id)}
            return {"type": kind, "payload": shown}
        return {"type": kind, "payload": {"url": an_address(required(payload, "url", "payload"))}}


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


def _quick_replies(quick_replies: Any) -> list[JSON]:
    checked = []
    for reply in a_list(quick_replies, "message[quick_replies]", most=13, least=1):
        kind = an_object(reply, "message[quick_replies]").get("content_type", "text")
        if not is_one_of(kind, {"text", "user_phone_number", "user_email"}):
            raise InvalidParameterError(f"(#100) Unknown content_type {kind} of a quick reply")
        if kind != "text":
            title = {"user_phone_number": "Send phone number", "user_email": "Send email"}[kind]
            checked.append({"content_type": kind, "title": title, "payload": ""})
            continue
        title = required(reply, "title", "message[quick_replies]")
        at_most(title, 20, "message[quick_replies][title]")
        payload = str(reply.get("payload") or "")
        at_most(payload, 1000, "message[quick_replies][payload]")
        checked.append({"title": title, "payload": payload})
        if reply.get("image_url"):
            checked[-1]["image_url"] = required(reply, "image_url", "message[quick_replies]")
    return checked


def _sticker(value: Any) -> JSON:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        raise InvalidParameterError("(#100) Param message[sticker_id] must be a sticker's id")
    number = int(text)
    url = f"https://scontent.xx.fbcdn.net/v/sticker/{number}.png"
    return {"type": "sticker", "payload": {"url": url, "sticker_id": number}}


COVERS = (
    documented("message", "text, up to 2000 characters", "send-messages"),
    assumed(
        "message", "text is counted in code points", why="a test with emoji near 2000 shows it"
    ),
    documented("message", "metadata, up to 1000 characters", "send-messages"),
    documented("message", "attachment by url or attachment_id", "send-messages/saving-assets"),
    documented("message", "attachments, up to 30 images", "send-messages"),
    documented("message", "sticker_id", "changelog"),
    documented("message", "utility template", "send-messages", done=False),
    documented("message", "quick_replies, up to 13", "send-messages/quick-replies"),
    documented("message", "quick replies for phone and email", "send-messages/quick-replies"),
)
