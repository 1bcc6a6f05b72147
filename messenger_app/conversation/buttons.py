"""What the bridge puts into the payloads of its own buttons, and reads back from a tap.

A button in a template stays on the phone for ever, and may be tapped after a human has been there:
then it is no longer an answer to what the bot asked. So its payload carries the turn in which it
was sent. A quick reply is gone as soon as anybody writes, and goes without. The persistent menu and
Get Started belong to no message of ours: their payloads have no turn and are always intents.
"""

from collections.abc import Callable
from dataclasses import dataclass

#: The payload of the bridge's own "Chat with a person" button: it works with a dead bot too. The
#: name of a target may follow it.
CONNECT = "messenger-handover:connect"

#: What the Get Started button carries: an intent of the bot's, as the menu's items do.
GET_STARTED = "/get_started"

#: The longest payload that Messenger takes.
#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
LONGEST_PAYLOAD = 1000

_PREFIX = "mh"


@dataclass(frozen=True, slots=True)
class Kept:
    """The name of a payload that stayed at home: a message's key, and which of its buttons."""

    key: str
    button: int


@dataclass(frozen=True, slots=True)
class Tap:
    """What a tapped button's payload says."""

    #: None where it is kept, and where there was none.
    payload: str | None = None
    #: The turn in which the button was sent; None for one that stays good.
    sent_in: int | None = None
    #: Where the payload is kept that was too long to be sent.
    kept: Kept | None = None


def connect(target: str) -> str:
    """Return the payload of a button that connects with this target; the usual one for ""."""
    return f"{CONNECT}:{target}" if target else CONNECT


def connects_with(payload: str | None) -> str | None:
    """Return the target that such a button connects with, "" for the usual one; None for others."""
    if payload is None or not payload.startswith(CONNECT):
        return None
    return payload.removeprefix(CONNECT).removeprefix(":")


def is_get_started(payload: str | None) -> bool:
    """Say whether this is the tap with which a conversation begins, whatever it carries along."""
    return payload is not None and payload.partition("{")[0] == GET_STARTED


def dated(payload: str, turn: int, kept: Kept) -> str:
    """Return the payload for a button that stays, with the turn in which it is sent."""
    whole = f"{_PREFIX}:{turn}:{payload}"
    return whole if _fits(whole) else _by_reference(turn, kept)


def undated(payload: str, turn: int, kept: Kept) -> str:
    """Return the payload for a quick reply: as it is, where Messenger takes it."""
    return payload if _fits(payload) else _by_reference(turn, kept)


def read(payload: str | None) -> Tap:
    """Read what comes back in a tap."""
    if payload is None or not payload.startswith(_PREFIX + ":"):
        return Tap(payload)
    _, turn, *rest = payload.split(":", 2)
    if turn.isdecimal() and rest:
        return Tap(rest[0], int(turn))
    number, _, name = turn.partition("@")
    key, _, button = name.partition(".")
    if number.isdecimal() and button.isdecimal():
        return Tap(None, int(number), Kept(key, int(button)))
    return Tap(payload)


def _by_reference(turn: int, kept: Kept) -> str:
    return f"{_PREFIX}:{turn}@{kept.key}.{kept.button}"


def _fits(payload: str) -> bool:
    """Count as whoever counts most: it is not documented what Messenger takes for a character."""
    return len(payload.encode("utf-16-le")) // 2 <= LONGEST_PAYLOAD


def rewritten(value: object, name: Callable[[str, bool], str]) -> object:
    """Return a copy of a Messenger message with each of its buttons' payloads replaced.

    ``name`` is called with each payload, in order, and whether its button stays in the thread.
    """
    if isinstance(value, list):
        return [rewritten(each, name) for each in value]
    if not isinstance(value, dict):
        return value
    copy = {key: rewritten(each, name) for key, each in value.items()}
    payload, stays = value.get("payload"), value.get("type") == "postback"
    if isinstance(payload, str) and (stays or value.get("content_type") == "text"):
        copy["payload"] = name(payload, stays)
    return copy


def payloads(value: object) -> tuple[str, ...]:
    """Return the payloads of all buttons of a Messenger message, in order."""
    found: list[str] = []

    def note(payload: str, _stays: bool) -> str:
        found.append(payload)
        return payload

    rewritten(value, note)
    return tuple(found)
