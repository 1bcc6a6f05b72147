"""A Page's message reaches the person, and the apps hear of it: by echo and by receipt.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/message-echoes
"""

from inbox_simulator.platform import events, routing
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import Platform


def deliver_to_person(
    platform: Platform, thread: Thread, message: Message, content: JSON, metadata: str | None
) -> None:
    """Put a Page's message on the person's phone; tell the apps by echo and receipt."""
    thread.say(message)
    platform.changed.append(thread.psid)
    shown = _repeated(platform, content)
    if message.reply_to is not None:
        answered = thread.message(message.reply_to)
        own = answered is not None and answered.author != "person"
        shown["reply_to"] = {"mid": message.reply_to, "is_self_reply": own}
    if message.persona is not None and platform.switches["persona_echoes"] == "with_id":
        shown["persona_id"] = message.persona["id"]
    echo = events.echo(platform.page.id, thread.psid, message, shown, metadata)
    message.channels = routing.publish(platform, thread, "message_echoes", echo)
    receipt = events.delivered(platform.page.id, thread.psid, message.mid, message.at)
    routing.publish(platform, thread, "message_deliveries", receipt)


def _repeated(platform: Platform, content: JSON) -> JSON:
    """Return what an echo repeats: no quick replies, and no text of a button template."""
    shown = {key: value for key, value in content.items() if key != "quick_replies"}
    if "attachments" not in content or platform.switches["template_echoes"] == "with_text":
        return shown
    return {**shown, "attachments": [_without_text(each) for each in content["attachments"]]}


def _without_text(attachment: JSON) -> JSON:
    payload = attachment.get("payload") or {}
    if payload.get("template_type") != "button":
        return attachment
    kept = {key: value for key, value in payload.items() if key != "text"}
    return {**attachment, "payload": kept}


COVERS = (
    documented("events", "message_echoes", "webhooks/webhook-events/message-echoes"),
    assumed("events", "the echo of a button template has no text", switch="template_echoes"),
    assumed("events", "an echo doesn't name the persona", switch="persona_echoes"),
    assumed(
        "events",
        "an echo's keys in the order is_echo, app_id, metadata, mid",
        why="captures of 2022 have the mid first; an object of JSON has no order",
    ),
    assumed(
        "events",
        "the echo of a generic template repeats the request",
        why="captures have a title, url and sharable besides, which no page explains",
    ),
    documented("events", "message_deliveries", "webhooks/webhook-events/message-deliveries"),
)
