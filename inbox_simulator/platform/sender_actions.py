"""What an app shows without a message: typing, seen, a reaction.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sender-actions
"""

from collections.abc import Callable
from dataclasses import dataclass

from inbox_simulator.platform import reactions, thread_control
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import Platform


@dataclass(frozen=True)
class Action:
    """A sender action: whose, which, and what else it says; ``at`` in milliseconds."""

    app: App
    name: str
    payload: JSON
    at: int


def show(platform: Platform, thread: Thread, action: Action) -> None:
    """Show an action to the person. No webhook tells anybody of it."""
    act = ACTIONS.get(action.name)
    if act is None:
        raise InvalidParameterError(f"(#100) Param sender_action can't be {action.name}")
    thread_control.check_may_send(thread, action.app.app_id, platform.routed_app_id)
    act(thread, action)
    platform.changed.append(thread.psid)


def _typing_on(thread: Thread, action: Action) -> None:
    thread.typing[action.app.app_id] = action.at


def _typing_off(thread: Thread, action: Action) -> None:
    thread.typing.pop(action.app.app_id, None)


def _mark_seen(thread: Thread, action: Action) -> None:
    thread.seen_at = action.at


def _react(thread: Thread, action: Action) -> None:
    """React as the Page; another emoji replaces the first."""
    message = _meant(thread, action)
    reaction = action.payload.get("reaction")
    if not isinstance(reaction, str):
        raise InvalidParameterError("(#100) Param payload[reaction] must be an emoji")
    message.reactions[action.app.app_id] = reactions.as_emoji(reaction)


def _unreact(thread: Thread, action: Action) -> None:
    _meant(thread, action).reactions.pop(action.app.app_id, None)


def _meant(thread: Thread, action: Action) -> Message:
    message = thread.message(str(action.payload.get("message_id") or ""))
    if message is None:
        raise InvalidParameterError(
            "(#100) Param payload[message_id] must be a message of this thread"
        )
    return message


ACTIONS: dict[str, Callable[[Thread, Action], None]] = {
    "typing_on": _typing_on,
    "typing_off": _typing_off,
    "mark_seen": _mark_seen,
    "react": _react,
    "unreact": _unreact,
}


COVERS = (
    documented(
        "/messages",
        "sender_action typing_on, typing_off, mark_seen",
        "send-messages/sender-actions",
    ),
    documented("/messages", "sender_action react, unreact", "send-messages/sender-actions"),
)
