"""The edges of thread control.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.fields import pick_each
from inbox_simulator.platform import handovers
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import (
    JSON,
    InvalidParameterError,
    NoReceiverError,
    SecondaryMayNotSeeError,
)
from inbox_simulator.platform.thread import Thread

#: Digits of a number that may be a duration.
LONGEST = 10
DONE: JSON = {"success": True}


def pass_thread_control(caller: Caller) -> JSON:
    """https://developers.facebook.com/docs/messenger-platform/handover-protocol/pass-thread-control."""
    target = caller.call.text("target_app_id")
    handovers.pass_control(caller.platform, _control_call(caller), target)
    return DONE


def take_thread_control(caller: Caller) -> JSON:
    """https://developers.facebook.com/docs/messenger-platform/handover-protocol/take-thread-control."""
    call = _control_call(caller)
    handovers.take_control(caller.platform, call)
    if caller.platform.switches["take_answer"] == "success":
        return DONE
    return _owner(caller, caller.platform.thread(call.psid, call.at))


def request_thread_control(caller: Caller) -> JSON:
    """https://developers.facebook.com/docs/messenger-platform/handover-protocol/request-thread-control."""
    handovers.request_control(caller.platform, _control_call(caller))
    return DONE


def release_thread_control(caller: Caller) -> JSON:
    """Make the thread idle; no webhook tells of it."""
    handovers.release_control(caller.platform, _control_call(caller))
    return DONE


def extend_thread_control(caller: Caller) -> JSON:
    """Keep the thread for ``duration`` seconds, up to seven days."""
    duration = caller.call.text("duration") or ""
    if not (duration.isascii() and duration.isdigit() and len(duration) < LONGEST):
        raise InvalidParameterError("(#100) Param duration must be an integer")
    handovers.extend_control(caller.platform, _control_call(caller), int(duration))
    return DONE


def thread_owner(caller: Caller) -> JSON:
    """Tell the owner to itself and to the default app, the expiry alone to any other.

    The answer for an idle thread is not documented; an empty list is our assumption. Where there
    are receiver roles every app is told the owner, and nothing expires.
    """
    psid = caller.call.text("recipient")
    if not psid:
        raise InvalidParameterError("(#100) The parameter recipient is required")
    recipient = caller.call.parameters["recipient"]
    if isinstance(recipient, dict):
        raise InvalidParameterError("(#100) Param recipient must be a PSID, not an object")
    thread = caller.platform.thread(psid, caller.now)
    return _owner(caller, thread)


def secondary_receivers(caller: Caller) -> JSON:
    """List the other apps, where there are roles for the primary receiver alone.

    What Conversation Routing leaves of this edge is not documented.

    https://developers.facebook.com/docs/messenger-platform/handover-protocol/secondary-receivers
    """
    platform = caller.platform
    if platform.has_roles and not caller.app.subscribed:
        raise NoReceiverError
    if platform.has_roles and caller.app.app_id != platform.default_app_id:
        raise SecondaryMayNotSeeError
    ids = [platform.inbox_app_id, *platform.apps]
    found = [
        {"id": app_id, "name": platform.app_name(app_id)}
        for app_id in ids
        if app_id != caller.app.app_id
    ]
    return {"data": pick_each(found, caller.call.text("fields"))}


def _owner(caller: Caller, thread: Thread) -> JSON:
    if thread.owner is None:
        return {"data": []}
    if caller.platform.has_roles:
        return {"data": [{"thread_owner": {"app_id": thread.owner}}]}
    owner: JSON = {"expiration": (thread.expires_at or 0) // 1000}
    if caller.app.app_id in {thread.owner, caller.platform.routed_app_id}:
        owner = {"app_id": thread.owner, **owner}
    return {"data": [{"thread_owner": owner}]}


def _control_call(caller: Caller) -> handovers.ControlCall:
    call = caller.call
    return handovers.ControlCall(caller.app, call.psid(), caller.now, call.text("metadata"))


COVERS = (
    documented(
        "/take_thread_control",
        "success, or the new owner as an older page prints it",
        "https://developers.facebook.com/docs/messenger-platform/handover-protocol/conversation-control",
        switch="take_answer",
    ),
    documented("/thread_owner", "to whom it tells what", "conversation-routing"),
    assumed(
        "/thread_owner",
        "an idle thread is an empty list",
        why="the pages say that it is empty, and print no sample",
    ),
    assumed(
        "/secondary_receivers",
        "lists the others under Conversation Routing too",
        why="the edge is published for roles alone, where its refusals are as published",
    ),
)
