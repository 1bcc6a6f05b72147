"""The events of a webhook, in the shape Meta publishes.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events

App ids are numbers in echoes and requests, and strings in the events of a pass or take, as in the
published samples: a receiver has to read both.
"""

from inbox_simulator.platform.errors import JSON
from inbox_simulator.platform.thread import Message


def from_person(page_id: str, psid: str, at: int, **what: JSON) -> JSON:
    """Return an event whose sender is the person."""
    return {"sender": {"id": psid}, "recipient": {"id": page_id}, "timestamp": at, **what}


def message(sent: Message, quick_reply_payload: str | None) -> JSON:
    """Return the ``message`` object of what a person wrote."""
    body: JSON = {"mid": sent.mid}
    if sent.text is not None:
        body["text"] = sent.text
    if quick_reply_payload is not None:
        body["quick_reply"] = {"payload": quick_reply_payload}
    if sent.attachments:
        body["attachments"] = sent.attachments
    return body


def postback(mid: str, title: str, payload: str | None) -> JSON:
    """Return the ``postback`` object of a tapped button; standby copies have no payload."""
    body = {"mid": mid, "title": title}
    return body if payload is None else {**body, "payload": payload}


def echo(page_id: str, psid: str, sent: Message, content: JSON, metadata: str | None) -> JSON:
    """Return the echo of a message that the Page sent."""
    body: JSON = {"mid": sent.mid, "is_echo": True, **content}
    if sent.app_id is not None:
        body["app_id"] = int(sent.app_id)
    if metadata is not None:
        body["metadata"] = metadata
    return {
        "sender": {"id": page_id},
        "recipient": {"id": psid},
        "timestamp": sent.at,
        "message": body,
    }


def delivered(page_id: str, psid: str, mid: str, at: int) -> JSON:
    """Return the receipt that the person's phone has the message."""
    return from_person(page_id, psid, at, delivery={"mids": [mid], "watermark": at})


def control_moved(previous: str | None, new: str, metadata: str | None) -> JSON:
    """Return the object of a ``pass_thread_control`` or ``take_thread_control`` event."""
    body: JSON = {"previous_owner_app_id": previous, "new_owner_app_id": new}
    return body if metadata is None else {**body, "metadata": metadata}


def roles_changed(page_id: str, app_id: str, role: str, at: int) -> JSON:
    """Return the event that tells an app its role; it is about the Page, so it has no sender.

    Meta's sample prints a person as the recipient, its table the Page.
    """
    return {"recipient": {"id": page_id}, "timestamp": at, "app_roles": {app_id: [role]}}


def control_requested(app_id: str, metadata: str | None) -> JSON:
    """Return the object of a ``request_thread_control`` event."""
    body: JSON = {"requested_owner_app_id": int(app_id)}
    return body if metadata is None else {**body, "metadata": metadata}
