"""What a person on Messenger can do: write, tap, send a picture."""

from inbox_simulator.platform import events, routing, thread_control
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import Platform


def write(
    platform: Platform, psid: str, text: str, at: int, quick_reply: JSON | None = None
) -> Message:
    """Let the person write, or tap a quick reply whose title then is the text.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages
    """
    if not text:
        raise InvalidParameterError("A person's message needs text")
    thread = platform.thread(psid, at)
    payload = None
    if quick_reply is not None:
        payload = str(quick_reply.get("payload", ""))
        thread.mark_tapped(text, payload)
    message = _say(platform, thread, at, text=text)
    live = _message_event(platform, thread, message, payload)
    standby = (
        live if _standby_keeps_payload(platform) else _message_event(platform, thread, message)
    )
    message.channels = routing.publish(platform, thread, "messages", live, standby)
    return message


def send_attachment(platform: Platform, psid: str, kind: str, url: str, at: int) -> Message:
    """Let the person send a picture, video, voice message or file."""
    if kind not in {"image", "video", "audio", "file"} or not url:
        raise InvalidParameterError("An attachment is {type: image|video|audio|file, url: …}")
    thread = platform.thread(psid, at)
    attachment = {"type": kind, "payload": {"url": url}}
    message = _say(platform, thread, at, attachments=[attachment])
    event = _message_event(platform, thread, message)
    message.channels = routing.publish(platform, thread, "messages", event)
    return message


def tap_button(platform: Platform, psid: str, title: str, payload: str, at: int) -> Message:
    """Let the person tap a postback button; Messenger shows its title as the person's words.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_postbacks
    """
    if not title:
        raise InvalidParameterError("A postback needs a title")
    thread = platform.thread(psid, at)
    thread.mark_tapped(title, payload)
    message = _say(platform, thread, at, text=title)
    kept = payload if _standby_keeps_payload(platform) else None
    live, standby = (
        events.from_person(
            platform.page.id, psid, at, postback=events.postback(message.mid, title, what)
        )
        for what in (payload, kept)
    )
    message.channels = routing.publish(platform, thread, "messaging_postbacks", live, standby)
    return message


def _say(
    platform: Platform,
    thread: Thread,
    at: int,
    text: str | None = None,
    attachments: list[JSON] | None = None,
) -> Message:
    """Add the person's bubble. Who writes has read what was there, and keeps the owner."""
    _read(platform, thread, at)
    thread.last_person_at = at
    routing.route_to_default(platform, thread, at)
    thread_control.keep_alive(thread, at, platform.ownership_lasts)
    thread.unread = thread.owner == platform.inbox_app_id
    message = Message(
        platform.ids.new_mid(), "person", thread.person.name, at, text=text,
        attachments=attachments or [],
    )  # fmt: skip
    thread.messages.append(message)
    platform.changed.append(thread.psid)
    return message


def _read(platform: Platform, thread: Thread, at: int) -> None:
    """Send the read receipt for whatever the Page said since the last one."""
    last = next((sent.at for sent in reversed(thread.messages) if sent.author != "person"), 0)
    if last > thread.read_until:
        thread.read_until = last
        event = events.from_person(platform.page.id, thread.psid, at, read={"watermark": last})
        routing.publish(platform, thread, "message_reads", event)


def _message_event(
    platform: Platform, thread: Thread, message: Message, payload: str | None = None
) -> JSON:
    body = events.message(message, payload)
    return events.from_person(platform.page.id, thread.psid, message.at, message=body)


def _standby_keeps_payload(platform: Platform) -> bool:
    return platform.switches["standby_postbacks"] == "with_payload"
