"""The events of a webhook, in the shape Meta publishes.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events

App ids are numbers in echoes and requests, and strings in the events of a pass or take, as in the
published samples: a receiver has to read both. Keys stand in the order of the samples.
"""

from typing import Any

from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON
from inbox_simulator.platform.thread import Message


def from_person(page_id: str, psid: str, at: int, **what: Any) -> JSON:
    """Return an event whose sender is the person."""
    return {"sender": {"id": psid}, "recipient": {"id": page_id}, "timestamp": at, **what}


def as_printed(event: JSON) -> JSON:
    """Return an event with its time as Meta prints it.

    A delivery receipt has none, and account linking counts seconds. Neither is a switch: a
    receiver has the entry's time, and must read seconds and milliseconds anyway.
    """
    if "delivery" in event:
        return {name: value for name, value in event.items() if name != "timestamp"}
    if "account_linking" in event:
        return {**event, "timestamp": event["timestamp"] // 1000}
    return event


def message(sent: Message, quick_reply_payload: str | None, extras: JSON) -> JSON:
    """Return the ``message`` object of what a person wrote.

    ``extras`` are what else may stand in it: ``reply_to``, ``referral``, ``commands``, ``nlp``.
    """
    body: JSON = {"mid": sent.mid}
    if sent.text is not None:
        body["text"] = sent.text
    if quick_reply_payload is not None:
        body["quick_reply"] = {"payload": quick_reply_payload}
    if sent.attachments:
        body["attachments"] = sent.attachments
    return {**body, **extras}


def postback(mid: str, title: str, payload: str | None, referral: JSON | None = None) -> JSON:
    """Return the ``postback`` object of a tapped button; standby copies have no payload."""
    body: JSON = {"mid": mid, "title": title}
    if payload is not None:
        body["payload"] = payload
    return body if referral is None else {**body, "referral": referral}


def echo(page_id: str, psid: str, sent: Message, content: JSON, metadata: str | None) -> JSON:
    """Return the echo of a message that the Page sent."""
    body: JSON = {"is_echo": True}
    if sent.app_id is not None:
        body["app_id"] = int(sent.app_id)
    if metadata is not None:
        body["metadata"] = metadata
    return {
        "sender": {"id": page_id},
        "recipient": {"id": psid},
        "timestamp": sent.at,
        "message": {**body, "mid": sent.mid, **content},
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


COVERS = (
    documented(
        "events",
        "messaging_handovers: pass, take, request, app_roles",
        "webhooks/webhook-events/messaging_handovers",
    ),
    documented(
        "events",
        "a delivery receipt has no timestamp",
        "webhooks/webhook-events/message-deliveries",
    ),
    documented(
        "events",
        "a postback's mid, which its table has and a sample has not",
        "webhooks/webhook-events/messaging_postbacks",
    ),
    assumed(
        "events",
        "the mid stands first in a message, also beside a quick reply",
        why="the samples disagree, and an object of JSON has no order",
    ),
    assumed(
        "events",
        "the echo of an agent's message has no metadata",
        why="it is what an app's send gives, and an agent gives none",
    ),
    documented(
        "events",
        "account linking counts seconds",
        "webhooks/webhook-events/messaging_account_linking",
    ),
    *(
        documented("events", name, "webhooks", done=False)
        for name in (
            "messaging_policy_enforcement",
            "messaging_feedback",
            "messaging_game_plays",
            "response_feedback",
            "send_cart",
            "messenger_template_status_update",
            "messaging_customer_information",
            "messaging_in_thread_lead_form_submit",
        )
    ),
)
