"""Who owns a thread, and how ownership moves.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing

The rules of who may call what are all here. These functions change a thread or refuse; they send
nothing. Owner "nobody" is what Meta calls idle.
"""

from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import (
    AnotherAppInControlError,
    InvalidParameterError,
    NotThreadOwnerError,
    TakeNotAllowedError,
)
from inbox_simulator.platform.thread import REMEMBERED, Cause, Ownership, Thread
from inbox_simulator.platform.window import HOUR

#: Ownership lapses this long after the last word of the person, or after control moved.
OWNERSHIP_LASTS = 24 * HOUR
LONGEST_EXTENSION = 7 * 24 * HOUR


def give(thread: Thread, app_id: str, at: int, cause: Cause, lasts: int | None) -> None:
    """Make an app the owner from now on, for so long without a word, or for good."""
    _move(thread, app_id, at, cause)
    thread.extended_until = 0
    thread.expires_at = None if lasts is None else at + lasts


def make_idle(thread: Thread, at: int, cause: Cause) -> None:
    """Leave the thread to nobody."""
    _move(thread, None, at, cause)
    thread.extended_until = 0
    thread.expires_at = None


def _move(thread: Thread, app_id: str | None, at: int, cause: Cause) -> None:
    if thread.ownership:
        thread.ownership[-1].until = at
    thread.owner = app_id
    thread.typing.clear()
    thread.ownership.append(Ownership(app_id, at, None, cause))
    del thread.ownership[:-REMEMBERED]


def expire(thread: Thread, at: int) -> bool:
    """Let ownership lapse if its time has come; Meta sends no event for it."""
    if thread.owner is None or thread.expires_at is None or at < thread.expires_at:
        return False
    make_idle(thread, thread.expires_at, "expired")
    return True


def keep_alive(thread: Thread, at: int, lasts: int | None) -> None:
    """Let a person's act keep the owner for another day."""
    if thread.owner is not None:
        thread.expires_at = None if lasts is None else max(at + lasts, thread.extended_until)


def check_may_send(thread: Thread, app_id: str, default_app_id: str | None) -> None:
    """Refuse a send by an app that is not the owner, nor, while idle, the default app."""
    allowed = {thread.owner} if thread.owner else {default_app_id or app_id}
    if app_id not in allowed:
        raise AnotherAppInControlError


def check_may_pass(thread: Thread, app_id: str, target_app_id: str) -> None:
    """Refuse a pass by an app that is not the owner, and a pass to oneself."""
    if thread.owner is not None and thread.owner != app_id:
        raise NotThreadOwnerError
    if thread.owner == target_app_id:
        raise InvalidParameterError("(#100) The target app already controls this thread")


def check_may_take(thread: Thread, app_id: str, *, can_take: bool, routed: bool) -> None:
    """Refuse a take without a default app, without the app's toggle, or by the present owner."""
    if not routed or not can_take:
        raise TakeNotAllowedError
    if thread.owner == app_id:
        raise InvalidParameterError("(#100) The app already controls this thread")


def check_takes_as_primary(thread: Thread, app_id: str, primary_app_id: str) -> None:
    """Refuse a take by a secondary receiver, or by the present owner."""
    if app_id != primary_app_id:
        raise TakeNotAllowedError
    if thread.owner == app_id:
        raise InvalidParameterError("(#100) The app already controls this thread")


def check_may_ask_primary(thread: Thread, app_id: str, primary_app_id: str) -> None:
    """Refuse a request by the primary receiver, which takes, and by the present owner."""
    if app_id == primary_app_id:
        raise InvalidParameterError("(#100) The primary receiver takes control, it does not ask")
    if thread.owner == app_id:
        raise InvalidParameterError("(#100) The app already controls this thread")


def check_is_owner(thread: Thread, app_id: str) -> None:
    """Refuse what only the owner may do."""
    if thread.owner != app_id:
        raise NotThreadOwnerError


def extend(thread: Thread, app_id: str, duration: int, at: int) -> None:
    """Let the owner keep the thread for ``duration`` seconds, up to seven days."""
    check_is_owner(thread, app_id)
    if not 0 < duration * 1000 <= LONGEST_EXTENSION:
        raise InvalidParameterError("(#100) Param duration must be from 1 to 604800 seconds")
    thread.extended_until = at + duration * 1000
    thread.expires_at = max(thread.expires_at or 0, thread.extended_until)


COVERS = (
    documented(
        "thread control", "who may send, pass, take, release, extend", "conversation-routing"
    ),
    documented(
        "thread control",
        "without a default app: everyone hears and may answer, and asks in place of taking",
        "conversation-routing",
    ),
    documented(
        "thread control", "ownership lapses after 24 h without an event", "conversation-routing"
    ),
    assumed(
        "thread control",
        "a pass, release or extend by another is 100/2534037",
        why="the published text fits, and there is no other",
    ),
    assumed(
        "thread control",
        "a take that is not allowed is a bare 10",
        why="a fault rule gives any other code",
    ),
)
