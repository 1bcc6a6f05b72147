"""Thread control that moves: the change itself and the events that tell of it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_handovers

A pass is told to the new owner alone, a take to the app that lost the thread or to every app (a
switch: two pages disagree), a release and an expiry to nobody; a request to the owner, or to the
primary receiver where there are roles.
"""

from dataclasses import dataclass

from inbox_simulator.platform import events, routing, thread_control
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import IncorrectAppIdError, InvalidParameterError
from inbox_simulator.platform.thread import Cause, Thread
from inbox_simulator.platform.world import Platform


@dataclass(frozen=True)
class ControlCall:
    """A call to one of the edges: which app, about whom, when (milliseconds), with what words."""

    app: App
    psid: str
    at: int
    metadata: str | None = None


@dataclass(frozen=True)
class Request:
    """An app would like to have a thread."""

    of: str
    by: str
    at: int
    metadata: str | None = None


@dataclass(frozen=True)
class Move:
    """Control goes to an app."""

    to: str
    at: int
    cause: Cause
    metadata: str | None = None


def pass_control(platform: Platform, call: ControlCall, target: str | None) -> None:
    """Let the owner, or anyone while idle, pass the thread on; without a target to the default."""
    thread = platform.thread(call.psid, call.at)
    new_owner = target or platform.routed_app_id
    if new_owner is None or not platform.knows_app(new_owner):
        raise IncorrectAppIdError
    thread_control.check_may_pass(thread, call.app.app_id, new_owner)
    give(platform, thread, Move(new_owner, call.at, "pass", call.metadata))


def take_control(platform: Platform, call: ControlCall) -> None:
    """Let an app with the "take control" toggle take the thread."""
    thread = platform.thread(call.psid, call.at)
    routed = platform.routed_app_id is not None
    app = call.app
    if platform.has_roles:
        thread_control.check_takes_as_primary(thread, app.app_id, platform.default_app_id)
    else:
        thread_control.check_may_take(thread, app.app_id, can_take=app.can_take, routed=routed)
    take(platform, thread, Move(app.app_id, call.at, "take", call.metadata))


def request_control(platform: Platform, call: ControlCall) -> None:
    """Ask the owner for the thread, or the primary receiver; not where a default app routes."""
    if platform.has_roles:
        thread = platform.thread(call.psid, call.at)
        thread_control.check_may_ask_primary(thread, call.app.app_id, platform.default_app_id)
        request = Request(platform.default_app_id, call.app.app_id, call.at, call.metadata)
        ask(platform, thread, request)
        return
    if platform.routed_app_id is not None:
        raise InvalidParameterError(
            "(#100) request_thread_control is not available with Conversation Routing"
        )
    thread, app_id = platform.thread(call.psid, call.at), call.app.app_id
    if thread.owner is None:
        give(platform, thread, Move(app_id, call.at, "pass", call.metadata))
        return
    if thread.owner == app_id:
        raise InvalidParameterError("(#100) The app already controls this thread")
    ask(platform, thread, Request(thread.owner, app_id, call.at, call.metadata))


def release_control(platform: Platform, call: ControlCall) -> None:
    """Let the owner give the thread up; it is idle, and nobody is told."""
    _refuse_with_roles(platform, "release_thread_control")
    thread = platform.thread(call.psid, call.at)
    thread_control.check_is_owner(thread, call.app.app_id)
    go_idle(platform, thread, call.at, "release")


def extend_control(platform: Platform, call: ControlCall, duration: int) -> None:
    """Let the owner keep the thread longer; ``duration`` in seconds."""
    _refuse_with_roles(platform, "extend_thread_control")
    thread = platform.thread(call.psid, call.at)
    thread_control.extend(thread, call.app.app_id, duration, call.at)
    platform.changed.append(call.psid)


def give(platform: Platform, thread: Thread, move: Move) -> None:
    """Change the owner by a pass, and tell the new one."""
    body = events.control_moved(thread.owner, move.to, move.metadata)
    _change_owner(platform, thread, move)
    event = events.from_person(platform.page.id, thread.psid, move.at, pass_thread_control=body)
    routing.notify(platform, thread, move.to, event)


def take(platform: Platform, thread: Thread, move: Move) -> None:
    """Change the owner by a take, and tell the one who lost the thread, or everyone."""
    previous = thread.owner
    _change_owner(platform, thread, move)
    body = events.control_moved(previous, move.to, move.metadata)
    event = events.from_person(platform.page.id, thread.psid, move.at, take_thread_control=body)
    told = [previous] if previous is not None else []
    if platform.switches["take_events"] == "to_everyone":
        told = list(platform.apps)
    for app_id in told:
        routing.notify(platform, thread, app_id, event)


def ask(platform: Platform, thread: Thread, request: Request) -> None:
    """Tell whoever can grant it that an app wants the thread. Control stays where it is."""
    body = events.control_requested(request.by, request.metadata)
    event = events.from_person(
        platform.page.id, thread.psid, request.at, request_thread_control=body
    )
    routing.notify(platform, thread, request.of, event)


def go_idle(platform: Platform, thread: Thread, at: int, cause: Cause) -> None:
    """Leave the thread to nobody. The next message goes to the default app."""
    thread_control.make_idle(thread, at, cause)
    thread.folder = "done"
    platform.changed.append(thread.psid)


def _refuse_with_roles(platform: Platform, edge: str) -> None:
    """Refuse what came to the platform after the roles."""
    if platform.has_roles:
        raise InvalidParameterError(f"(#100) {edge} is not available with receiver roles")


def _change_owner(platform: Platform, thread: Thread, move: Move) -> None:
    thread_control.give(thread, move.to, move.at, move.cause, platform.ownership_lasts)
    to_inbox = move.to == platform.inbox_app_id
    thread.folder = "main" if to_inbox else "done"
    thread.unread = to_inbox
    platform.changed.append(thread.psid)


COVERS = (
    documented(
        "events",
        "take_thread_control: to the app that lost the thread, or to every app",
        "conversation-routing",
        switch="take_events",
    ),
)
