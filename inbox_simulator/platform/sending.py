"""The Send API: what an app says to a person, and the echoes of it.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from dataclasses import dataclass

from inbox_simulator.platform import (
    events,
    handovers,
    message_rules,
    routing,
    thread_control,
    window,
)
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.errors import (
    JSON,
    EmptyMessageError,
    InvalidParameterError,
    MessageAndSenderActionError,
)
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import Platform

MESSAGING_TYPES = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG"})


@dataclass(frozen=True)
class Send:
    """The body of a call to ``/messages``."""

    psid: str
    message: JSON | None = None
    sender_action: str | None = None
    messaging_type: str | None = None
    tag: str | None = None
    thread_control: JSON | None = None
    reply_to: JSON | None = None


def send(platform: Platform, caller: App, request: Send, at: int) -> Message | None:
    """Say something, or show a sender action. Returns the message, none for an action."""
    thread = platform.thread(request.psid, at)
    if request.message is not None and request.sender_action is not None:
        raise MessageAndSenderActionError
    if request.sender_action is not None:
        _show(platform, caller, thread, request.sender_action, at)
        return None
    if request.message is None:
        raise EmptyMessageError
    content = message_rules.check_message(request.message)
    reply_to = _answered(thread, request.reply_to)
    _check_type(request)
    thread_control.check_may_send(thread, caller.app_id, platform.routed_app_id)
    window.check(thread, request.tag, at)
    # Which owner an idle thread gets when the default app answers is not documented. Inferred.
    routing.route_to_default(platform, thread, at)
    message = Message(
        platform.ids.new_mid(), "app", caller.name, at, caller.app_id,
        reply_to=reply_to, **message_rules.bubble(content),
    )  # fmt: skip
    message.quick_replies = [_offered(thread, reply) for reply in message.quick_replies]
    thread.typing.pop(caller.app_id, None)
    deliver_to_person(platform, thread, message, content, request.message.get("metadata"))
    if request.thread_control is not None:
        _control(platform, caller, thread, request.thread_control, at)
    return message


def deliver_to_person(
    platform: Platform, thread: Thread, message: Message, content: JSON, metadata: str | None
) -> None:
    """Put a Page's message on the person's phone; tell the apps by echo and receipt."""
    thread.messages.append(message)
    platform.changed.append(thread.psid)
    shown = _echoed(platform, content)
    if message.reply_to is not None:
        answered = thread.message(message.reply_to)
        own = answered is not None and answered.author != "person"
        shown["reply_to"] = {"mid": message.reply_to, "is_self_reply": own}
    echo = events.echo(platform.page.id, thread.psid, message, shown, metadata)
    message.channels = routing.publish(platform, thread, "message_echoes", echo)
    receipt = events.delivered(platform.page.id, thread.psid, message.mid, message.at)
    routing.publish(platform, thread, "message_deliveries", receipt)


def _answered(thread: Thread, reply_to: JSON | None) -> str | None:
    """Return the mid of the message that is answered; it must stand in the same thread."""
    if reply_to is None:
        return None
    mid = reply_to.get("mid")
    if not isinstance(mid, str) or thread.message(mid) is None:
        raise InvalidParameterError("(#100) Param reply_to[mid] must be a message of this thread")
    return mid


def _offered(thread: Thread, reply: JSON) -> JSON:
    """Show a person their own number or address on a quick reply that asks for it."""
    value = thread.person.offers(reply.get("content_type"))
    return reply if value is None else {**reply, "title": value, "payload": value}


def _echoed(platform: Platform, content: JSON) -> JSON:
    """Return what an echo repeats: quick replies are not part of it, nor a button template's text.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/message-echoes
    """
    shown = {key: value for key, value in content.items() if key != "quick_replies"}
    if platform.switches["template_echoes"] == "with_text" or "attachments" not in content:
        return shown
    return {**shown, "attachments": [_without_text(each) for each in content["attachments"]]}


def _without_text(attachment: JSON) -> JSON:
    payload = attachment.get("payload") or {}
    if payload.get("template_type") != "button":
        return attachment
    kept = {key: value for key, value in payload.items() if key != "text"}
    return {**attachment, "payload": kept}


def _check_type(request: Send) -> None:
    kind = request.messaging_type
    if kind is not None and kind not in MESSAGING_TYPES:
        raise InvalidParameterError(f"(#100) Param messaging_type can't be {kind}")
    if (kind == "MESSAGE_TAG") != (request.tag is not None) and kind is not None:
        raise InvalidParameterError("(#100) messaging_type MESSAGE_TAG and a tag belong together")


def _show(platform: Platform, caller: App, thread: Thread, action: str, at: int) -> None:
    """https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions."""
    if action not in {"typing_on", "typing_off", "mark_seen"}:
        raise InvalidParameterError(f"(#100) Param sender_action can't be {action}")
    thread_control.check_may_send(thread, caller.app_id, platform.routed_app_id)
    if action == "typing_on":
        thread.typing[caller.app_id] = at
    elif action == "typing_off":
        thread.typing.pop(caller.app_id, None)
    else:
        thread.seen_at = at
    platform.changed.append(thread.psid)


def _control(platform: Platform, caller: App, thread: Thread, control: JSON, at: int) -> None:
    """Pass or release right after the message; without ``control_type`` it is a release."""
    if platform.routed_app_id is None or platform.has_roles:
        raise InvalidParameterError("(#100) thread_control needs Conversation Routing")
    kind = control.get("control_type", "release")
    call = handovers.ControlCall(caller, thread.psid, at, control.get("metadata"))
    if kind == "release":
        handovers.release_control(platform, call)
        return
    if kind != "pass":
        raise InvalidParameterError(f"(#100) Param control_type can't be {kind}")
    target = control.get("app_id")
    handovers.pass_control(platform, call, None if target is None else str(target))
