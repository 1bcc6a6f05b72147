"""What a person on Messenger can say: write, tap, send a picture, answer one message."""

from dataclasses import dataclass, field

from inbox_simulator.platform import attachments, events, routing, thread_control, window
from inbox_simulator.platform.coverage import assumed, documented, observed
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import Platform


@dataclass(frozen=True)
class Words:
    """What a person's message is made of."""

    text: str = ""
    #: ``{title, payload}`` of the quick reply that was tapped, or ``{content_type}`` of one that
    #: offers something of the person's profile.
    quick_reply: JSON | None = None
    #: ``{type, url}`` and what else the kind needs; see ``attachments``.
    attachment: JSON | None = None
    #: The mid of the message that is answered.
    reply_to: str | None = None
    #: What may stand beside the words: ``referral``, ``commands``, ``nlp``.
    extras: JSON = field(default_factory=dict)


def write(
    platform: Platform, psid: str, text: str, at: int, quick_reply: JSON | None = None
) -> Message:
    """Let the person write, or tap a quick reply whose title then is the text."""
    return send(platform, psid, Words(text, quick_reply), at)


def send(platform: Platform, psid: str, words: Words, at: int) -> Message:
    """Let the person send a message of any kind.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages
    """
    thread = platform.thread(psid, at)
    text, payload = _tapped(thread, words)
    if not text and words.attachment is None:
        raise InvalidParameterError("A person's message needs text or an attachment")
    sent: list[JSON] = []
    if words.attachment is not None:
        sent = attachments.from_person(words.attachment, platform.switches)
    extras = {**_answered(thread, words.reply_to), **_came_by(thread), **words.extras}
    if payload is not None:
        thread.mark_quick_reply(text, payload)
    message = _say(platform, thread, at, text or None, sent)
    message.reply_to = words.reply_to
    thread.referral = None
    live, standby = (
        events.from_person(
            platform.page.id, psid, at, message=events.message(message, kept, extras)
        )
        for kept in (payload, payload if _standby_keeps_payload(platform) else None)
    )
    message.channels = routing.publish(platform, thread, "messages", live, standby)
    return message


def tap_button(
    platform: Platform, psid: str, title: str, payload: str, at: int, mid: str | None = None
) -> Message:
    """Let the person tap a postback button; Messenger shows its title as the person's words.

    ``mid`` is the message with the button; None is the newest that offers such a one. Where none
    does, and where ``mid`` is empty, it is Get Started, the menu or an ice breaker. A quick reply
    that says the same is none: a tap on one is a message.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_postbacks
    """
    if not title:
        raise InvalidParameterError("A postback needs a title")
    thread = platform.thread(psid, at)
    offered = thread.mark_button(title, payload, mid)
    if offered is None and mid:
        raise InvalidParameterError("That message has no such button")
    message = _say(platform, thread, at, title, [])
    referral, thread.referral = thread.referral, None
    full = events.postback(message.mid, title, payload, referral)
    bodies = {
        "empty": {},
        "without_payload": events.postback(message.mid, title, None, referral),
        "with_payload": full,
    }
    live, bare, standby = (
        events.from_person(platform.page.id, psid, at, postback=body)
        for body in (
            full, bodies["without_payload"], bodies[platform.switches["standby_postbacks"]],
        )
    )  # fmt: skip
    if offered is None or offered.app_id is None:
        channels = routing.publish(platform, thread, "messaging_postbacks", live, standby)
    else:
        channels = routing.publish_tap(platform, thread, offered.app_id, live, bare, standby)
    message.channels = channels
    return message


def come_alive(platform: Platform, thread: Thread, at: int) -> None:
    """Note an act that opens the messaging window and keeps the owner, or finds one."""
    _read(platform, thread, at)
    thread.last_person_at = at
    routing.route_to_default(platform, thread, at)
    thread_control.keep_alive(thread, at, platform.ownership_lasts)
    platform.changed.append(thread.psid)


def _say(
    platform: Platform, thread: Thread, at: int, text: str | None, sent: list[JSON]
) -> Message:
    """Add the person's bubble. Who writes has read what was there, and keeps the owner."""
    come_alive(platform, thread, at)
    if thread.came_by_ad and platform.switches["ad_window"] == "seven_days":
        window.open_by_ad(thread, at)
    thread.came_by_ad = False
    thread.unread = thread.owner == platform.inbox_app_id
    message = Message(
        platform.ids.new_mid(), "person", thread.person.name, at, text=text, attachments=sent
    )
    thread.say(message)
    return message


def _tapped(thread: Thread, words: Words) -> tuple[str, str | None]:
    """Return text and payload; what the profile offers is both."""
    if words.quick_reply is None:
        return words.text, None
    offered = thread.person.offers(words.quick_reply.get("content_type"))
    if offered is not None:
        return offered, offered
    title = words.text or str(words.quick_reply.get("title") or "")
    return title, str(words.quick_reply.get("payload", ""))


def _answered(thread: Thread, mid: str | None) -> JSON:
    if mid is None:
        return {}
    answered = thread.message(mid)
    if answered is None:
        raise InvalidParameterError("The message to reply to is not in this thread")
    return {"reply_to": {"mid": mid, "is_self_reply": answered.author == "person"}}


def _came_by(thread: Thread) -> JSON:
    return {} if thread.referral is None else {"referral": thread.referral}


def _read(platform: Platform, thread: Thread, at: int) -> None:
    """Send the read receipt for whatever the Page said since the last one."""
    last = next((sent.at for sent in reversed(thread.messages) if sent.author != "person"), 0)
    if last > thread.read_until:
        thread.read_until = last
        event = events.from_person(platform.page.id, thread.psid, at, read={"watermark": last})
        routing.publish(platform, thread, "message_reads", event)


def _standby_keeps_payload(platform: Platform) -> bool:
    return platform.switches["standby_postbacks"] == "with_payload"


COVERS = (
    documented("events", "messages", "webhooks/webhook-events/messages"),
    documented(
        "events",
        "messages: quick_reply, reply_to, referral, commands",
        "webhooks/webhook-events/messages",
    ),
    documented("events", "messages: nlp, where a test gives it", "built-in-nlp"),
    documented("events", "messaging_postbacks", "webhooks/webhook-events/messaging_postbacks"),
    documented("events", "message_reads", "webhooks/webhook-events/message-reads"),
    documented("events", "postbacks in standby have no payload", "webhooks/webhook-events/standby"),
    observed(
        "events",
        "postbacks in standby have no mid either, as developers saw in 2017",
        "ker0x/messenger#72; conbus/fbmq#28",
        switch="standby_postbacks",
    ),
    assumed("events", "quick replies in standby have none either", switch="standby_postbacks"),
    assumed("people", "who writes has read what was there", why="a person sees what they answer"),
)
