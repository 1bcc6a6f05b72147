"""Thread control that moves: the change itself and the events that tell of it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_handovers

A pass is told to the new owner alone, a take to the app that lost the thread, a release and an
expiry to nobody.
"""

from inbox_simulator.platform import events, routing, thread_control
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.errors import IncorrectAppIdError, InvalidParameterError
from inbox_simulator.platform.thread import Cause, Thread
from inbox_simulator.platform.world import Platform


def pass_control(
    platform: Platform, caller: App, psid: str, target: str | None, metadata: str | None, at: int
) -> None:  # noqa: PLR0913 -- the parameters of the edge
    """Let the owner, or anyone while idle, pass the thread on; without a target to the default."""
    thread = platform.thread(psid, at)
    new_owner = target or platform.routed_app_id
    if new_owner is None or not platform.knows_app(new_owner):
        raise IncorrectAppIdError
    thread_control.check_may_pass(thread, caller.app_id, new_owner)
    move(platform, thread, new_owner, metadata, at, "pass")


def take_control(platform: Platform, caller: App, psid: str, metadata: str | None, at: int) -> None:
    """Let an app with the "take control" toggle take the thread."""
    thread = platform.thread(psid, at)
    routed = platform.routed_app_id is not None
    thread_control.check_may_take(thread, caller.app_id, can_take=caller.can_take, routed=routed)
    take(platform, thread, caller.app_id, metadata, at, "take")


def request_control(
    platform: Platform, caller: App, psid: str, metadata: str | None, at: int
) -> None:
    """Ask the owner for the thread; only on a Page without a default app."""
    if platform.routed_app_id is not None:
        raise InvalidParameterError(
            "(#100) request_thread_control is not available with Conversation Routing"
        )
    thread = platform.thread(psid, at)
    if thread.owner is None:
        move(platform, thread, caller.app_id, metadata, at, "pass")
        return
    if thread.owner == caller.app_id:
        raise InvalidParameterError("(#100) The app already controls this thread")
    body = events.control_requested(caller.app_id, metadata)
    event = events.from_person(platform.page.id, psid, at, request_thread_control=body)
    routing.notify(platform, thread, thread.owner, event)


def release_control(platform: Platform, caller: App, psid: str, at: int) -> None:
    """Let the owner give the thread up; it is idle, and nobody is told."""
    thread = platform.thread(psid, at)
    thread_control.check_is_owner(thread, caller.app_id)
    go_idle(platform, thread, at, "release")


def extend_control(platform: Platform, caller: App, psid: str, duration: int, at: int) -> None:
    """Let the owner keep the thread longer; ``duration`` in seconds."""
    thread = platform.thread(psid, at)
    thread_control.extend(thread, caller.app_id, duration, at)
    platform.changed.append(psid)


def move(  # noqa: PLR0913 -- one control change, told in full
    platform: Platform, thread: Thread, to: str, metadata: str | None, at: int, cause: Cause
) -> None:
    """Change the owner by a pass, and tell the new one."""
    previous = thread.owner
    _give(platform, thread, to, at, cause)
    body = events.control_moved(previous, to, metadata)
    event = events.from_person(platform.page.id, thread.psid, at, pass_thread_control=body)
    routing.notify(platform, thread, to, event)


def take(  # noqa: PLR0913 -- one control change, told in full
    platform: Platform, thread: Thread, to: str, metadata: str | None, at: int, cause: Cause
) -> None:
    """Change the owner by a take, and tell the one who lost the thread."""
    previous = thread.owner
    _give(platform, thread, to, at, cause)
    if previous is not None:
        body = events.control_moved(previous, to, metadata)
        event = events.from_person(platform.page.id, thread.psid, at, take_thread_control=body)
        routing.notify(platform, thread, previous, event)


def go_idle(platform: Platform, thread: Thread, at: int, cause: Cause) -> None:
    """Leave the thread to nobody. The next message goes to the default app."""
    thread_control.make_idle(thread, at, cause)
    thread.folder = "done"
    platform.changed.append(thread.psid)


def _give(platform: Platform, thread: Thread, to: str, at: int, cause: Cause) -> None:
    thread_control.give(thread, to, at, cause)
    to_inbox = to == platform.inbox_app_id
    thread.folder = "main" if to_inbox else "done"
    thread.unread = to_inbox
    platform.changed.append(thread.psid)
