"""Split a webhook body into events, each with its own bytes and its key. No meaning here.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from messenger_app.errors import EnvelopeError
from messenger_app.wire import read_json

#: What sets two events about the same message apart: which key, and what in it.
_ABOUT_A_MESSAGE = {
    "message": (),
    "postback": (),
    "message_edit": ("num_edit",),
    "reaction": ("action", "reaction", "emoji"),
}

_HANDOVERS = frozenset(
    {"pass_thread_control", "take_thread_control", "request_thread_control", "app_roles"}
)

#: Times below this are seconds: some events come so, others in milliseconds.
_SECONDS_BELOW = 100_000_000_000
#: No event is from after the year 9999, in milliseconds.
_LATEST = 253_402_300_800_000


#: Characters of a person's id. It is looked up by an index, which takes no long ones.
LONGEST_ID = 256


class Channel(StrEnum):
    """Where an event stood in its entry."""

    MESSAGING = "messaging"
    STANDBY = "standby"
    #: Anything else: kept, counted, never acted on.
    UNRECOGNISED = "unrecognised"
    #: Not from the platform: somebody ran a command.
    OPERATOR = "operator"


class ReceivedEvent(NamedTuple):
    """One event of a delivery, ready to be stored. A tuple: half of what a frozen class costs."""

    channel: Channel
    page_id: str
    #: Empty where the event is about no person's thread.
    psid: str
    dedupe_key: bytes
    #: The platform's milliseconds.
    at: int
    #: True for what may change the owner: it overtakes what is queued.
    overtakes: bool
    body: bytes


def split(body: bytes, known_pages: frozenset[str], received_at: int) -> list[ReceivedEvent]:
    """Split a signed body into its events, of every entry, in order.

    Raises EnvelopeError where the body is no JSON or has no list of entries. Whatever else is odd
    is kept as unrecognised, since a refusal would get the Page unsubscribed within the hour.
    """
    try:
        envelope = read_json(body, keep_nul=True)
    except ValueError as error:
        raise EnvelopeError("The body is no JSON.") from error
    if not isinstance(envelope, dict) or not isinstance(envelope.get("entry"), list):
        raise EnvelopeError('The body has no list "entry".')
    is_page = envelope.get("object") == "page"
    events: list[ReceivedEvent] = []
    for entry in envelope["entry"]:
        if not is_page or not isinstance(entry, dict) or str(entry.get("id")) not in known_pages:
            events.append(_unrecognised(entry, received_at))
        else:
            events.extend(_split_entry(entry, received_at))
    return events


def _split_entry(entry: dict[str, Any], received_at: int) -> Iterator[ReceivedEvent]:
    page_id = str(entry["id"])
    found = False
    for channel in (Channel.MESSAGING, Channel.STANDBY):
        events = entry.get(channel.value)
        if not isinstance(events, list):
            continue
        for event in events:
            found = True
            yield _received(event, channel, page_id, entry, received_at)
    if not found or "changes" in entry:
        listed = {Channel.MESSAGING.value, Channel.STANDBY.value} if found else set()
        rest = {key: value for key, value in entry.items() if key not in listed}
        yield _unrecognised(rest, received_at, page_id)


def _received(
    event: Any, channel: Channel, page_id: str, entry: dict[str, Any], received_at: int
) -> ReceivedEvent:
    psid = _psid(event, page_id) if isinstance(event, dict) else ""
    if not psid:
        return _unrecognised(event, received_at, page_id)
    body = _dump(event)
    return ReceivedEvent(
        channel=channel,
        page_id=page_id,
        psid=psid,
        dedupe_key=_dedupe_key(event, channel, page_id, body),
        at=milliseconds(event.get("timestamp")) or milliseconds(entry.get("time")) or received_at,
        overtakes=_overtakes(event),
        body=body,
    )


def _psid(event: dict[str, Any], page_id: str) -> str:
    """Return the person's id: whichever of sender and recipient is not the Page.

    What is about the Page alone goes to a thread of the Page's own, named like the Page: roles are
    told to no person, whatever stands there.
    """
    if isinstance(event.get("app_roles"), dict):
        return page_id
    for role in ("sender", "recipient"):
        party = event.get(role)
        party_id = party.get("id") if isinstance(party, dict) else None
        found = str(party_id) if isinstance(party_id, str | int) and party_id else page_id
        if found != page_id and "\0" not in found and len(found) <= LONGEST_ID:
            return found
    return ""


def _overtakes(event: dict[str, Any]) -> bool:
    message = event.get("message")
    is_echo = isinstance(message, dict) and bool(message.get("is_echo"))
    return is_echo or not _HANDOVERS.isdisjoint(event)


def _dedupe_key(event: dict[str, Any], channel: Channel, page_id: str, body: bytes) -> bytes:
    """Tell a second delivery from a second event.

    By the message's id where there is one, whichever channel it came on, but for taps; otherwise
    by all the event says.
    """
    for kind, telling in _ABOUT_A_MESSAGE.items():
        about = event.get(kind)
        if isinstance(about, dict) and about.get("mid"):
            parts = [page_id, kind, str(bool(about.get("is_echo"))), str(about["mid"])]
            parts += [str(about.get(name)) for name in telling]
            if kind == "postback" and channel is Channel.STANDBY:
                parts.append(channel.value)  # the app that sent the button may hear it live too
            if kind == "reaction":
                parts.append(str(event.get("timestamp")))
            return _digest("\x00".join(parts).encode())
    return _digest(page_id.encode() + b"\x00" + body)


def _unrecognised(raw: Any, received_at: int, page_id: str = "") -> ReceivedEvent:
    body = _dump(raw)
    return ReceivedEvent(
        channel=Channel.UNRECOGNISED,
        page_id=page_id,
        psid="",
        dedupe_key=_digest(b"unrecognised\x00" + body),
        at=received_at,
        overtakes=False,
        body=body,
    )


def _dump(value: Any) -> bytes:
    """Write JSON, also what is nested deeper than orjson writes, though it reads it."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        pass
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except RecursionError:
        raise EnvelopeError("The body is nested too deeply.") from None


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def milliseconds(value: Any) -> int:
    """Read a time of the platform's, in seconds or milliseconds, number or text; 0 for neither."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    if not 0 < number < _LATEST:
        return 0  # nothing that a database could not keep
    return number * 1000 if number < _SECONDS_BELOW else number
