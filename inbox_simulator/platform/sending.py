"""The Send API: what an app says to a person.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from dataclasses import dataclass

from inbox_simulator.platform import (
    echoes,
    handovers,
    message_rules,
    routing,
    sender_actions,
    thread_control,
    window,
)
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.coverage import assumed, documented, observed
from inbox_simulator.platform.errors import (
    JSON,
    EmptyMessageError,
    IncorrectAppIdError,
    InvalidParameterError,
    MessageAndSenderActionError,
    PersonUnavailableAsPermissionError,
    PersonUnavailableError,
)
from inbox_simulator.platform.handovers import ControlCall
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import Platform

MESSAGING_TYPES = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG"})
NOTIFICATION_TYPES = frozenset({"REGULAR", "SILENT_PUSH", "NO_PUSH"})


@dataclass(frozen=True)
class Send:
    """The body of a call to ``/messages``."""

    psid: str
    message: JSON | None = None
    sender_action: str | None = None
    #: What a sender action says beside its name.
    payload: JSON | None = None
    messaging_type: str | None = None
    notification_type: str | None = None
    tag: str | None = None
    thread_control: JSON | None = None
    reply_to: JSON | None = None
    persona_id: str | None = None


def send(platform: Platform, caller: App, request: Send, at: int) -> Message | None:
    """Say something, or show a sender action. Returns the message, none for an action."""
    thread = platform.thread(request.psid, at)
    if request.message is not None and request.sender_action is not None:
        raise MessageAndSenderActionError
    _check_there(platform, thread)
    persona = None
    if request.persona_id is not None:
        persona = platform.personas.for_send(request.persona_id)
    if request.sender_action is not None:
        action = sender_actions.Action(caller, request.sender_action, request.payload or {}, at)
        sender_actions.show(platform, thread, action)
        return None
    if request.message is None:
        raise EmptyMessageError
    content = message_rules.Checker(platform.uploads, at).check(request.message)
    message = Message("", "app", caller.name, at, caller.app_id, **message_rules.bubble(content))
    message.quick_replies = [_offered(thread, reply) for reply in message.quick_replies]
    message.reply_to = _answered(thread, request.reply_to)
    if persona is not None:
        message.name, message.persona = persona.name, dict(vars(persona))
    _check_type(platform, request)
    control = _checked_control(platform, caller, request, at)
    _gain_control(platform, caller, thread, request, at)
    message.mid = platform.ids.new_mid()
    thread.typing.pop(caller.app_id, None)
    echoes.deliver_to_person(platform, thread, message, content, request.message.get("metadata"))
    if control is not None:
        _control(platform, control, request.thread_control or {})
    return message


def _check_there(platform: Platform, thread: Thread) -> None:
    """Refuse to reach a person who blocked the Page or left."""
    if thread.unavailable:
        as_permission = platform.switches["person_unavailable"] == "code_200"
        raise PersonUnavailableAsPermissionError if as_permission else PersonUnavailableError


def _gain_control(platform: Platform, caller: App, thread: Thread, request: Send, at: int) -> None:
    """Check that the app may speak now. On an idle thread the default app becomes the owner.

    Which owner an idle thread gets when the default app answers is not documented. Inferred. That
    a HUMAN_AGENT send takes control for an app with the toggle is so too, and a switch.
    """
    may_take = (
        request.tag == "HUMAN_AGENT"
        and caller.can_take
        and platform.routed_app_id is not None
        and platform.switches["human_agent_send"] == "takes_control"
    )
    if not may_take:
        thread_control.check_may_send(thread, caller.app_id, platform.routed_app_id)
    window.check(thread, request.tag, at)
    if may_take and thread.owner != caller.app_id:
        handovers.take(platform, thread, handovers.Move(caller.app_id, at, "take"))
    routing.route_to_default(platform, thread, at)


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


def _check_type(platform: Platform, request: Send) -> None:
    kind = request.messaging_type
    if kind is None and platform.switches["messaging_type"] == "required":
        raise InvalidParameterError("(#100) The parameter messaging_type is required")
    if kind is not None and kind not in MESSAGING_TYPES:
        raise InvalidParameterError(f"(#100) Param messaging_type can't be {kind}")
    if (kind == "MESSAGE_TAG") != (request.tag is not None) and kind is not None:
        raise InvalidParameterError("(#100) messaging_type MESSAGE_TAG and a tag belong together")
    if request.notification_type not in {None, *NOTIFICATION_TYPES}:
        raise InvalidParameterError(
            f"(#100) Param notification_type can't be {request.notification_type}"
        )


def _checked_control(platform: Platform, caller: App, request: Send, at: int) -> ControlCall | None:
    """Refuse a ``thread_control`` that can't be done before anything is said."""
    control = request.thread_control
    if control is None:
        return None
    if platform.routed_app_id is None or platform.has_roles:
        raise InvalidParameterError("(#100) thread_control needs Conversation Routing")
    kind = _control_type(control)
    if kind not in {"pass", "release"}:
        raise InvalidParameterError(f"(#100) Param control_type can't be {kind}")
    target = str(control.get("app_id") or platform.routed_app_id)
    if kind == "pass" and not platform.knows_app(target):
        raise IncorrectAppIdError
    if kind == "pass" and target == caller.app_id:
        raise InvalidParameterError("(#100) The target app already controls this thread")
    metadata = control.get("metadata")
    return ControlCall(caller, request.psid, at, None if metadata is None else str(metadata))


def _control_type(control: JSON) -> str:
    """Return pass or release; clients send either in capitals too."""
    return str(control.get("control_type", "release")).lower()


def _control(platform: Platform, call: ControlCall, control: JSON) -> None:
    """Pass or release right after the message; without ``control_type`` it is a release."""
    if _control_type(control) == "release":
        handovers.release_control(platform, call)
        return
    target = control.get("app_id")
    handovers.pass_control(platform, call, None if target is None else str(target))


COVERS = (
    documented("/messages", "messaging_type RESPONSE, UPDATE, MESSAGE_TAG", "send-messages"),
    documented("/messages", "messaging_type UTILITY", "send-messages", done=False),
    assumed("/messages", "messaging_type may be left out", switch="messaging_type"),
    documented("/messages", "notification_type", "send-messages"),
    documented("/messages", "reply_to.mid", "changelog"),
    documented("/messages", "thread_control, pass or release", "conversation-routing"),
    assumed(
        "/messages",
        "a thread_control that can't be done refuses the whole send",
        why="half a send would be worse for a test than none",
    ),
    assumed("/messages", "HUMAN_AGENT takes control with the toggle", switch="human_agent_send"),
    assumed(
        "/messages",
        "the default app that answers an idle thread becomes its owner",
        why="any other answer leaves a thread that nobody may go on with",
    ),
    observed(
        "/messages",
        "551 or 200 for a person who blocked the Page",
        "logs that developers published",
        switch="person_unavailable",
    ),
)
