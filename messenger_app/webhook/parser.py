"""Give a stored event its meaning.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
"""

from typing import Any

from messenger_app.conversation import buttons
from messenger_app.conversation.events import (
    UNNAMED_TAP,
    ControlPassed,
    ControlRequested,
    ControlTaken,
    Event,
    Noticed,
    OperatorPassed,
    OperatorReleased,
    OperatorTook,
    OtherAppEchoed,
    OwnAppEchoed,
    PersonEdited,
    PersonMessaged,
    PersonReacted,
    PersonReferred,
    PersonTapped,
    RolesChanged,
)
from messenger_app.conversation.messages import Referral
from messenger_app.webhook import attachments
from messenger_app.webhook.envelope import Channel
from messenger_app.wire import read_json

#: What leads the metadata of each message that this bridge sends; the outbox key follows.
METADATA_PREFIX = "mh:"

_NOTICED = (
    "delivery",
    "read",
    "optin",
    "account_linking",
    "policy_enforcement",
)


def parse(
    body: bytes, channel: Channel, at: int, received_at: int, *, own_app_id: str
) -> tuple[Event, str]:
    """Turn one stored event into what the core understands.

    Returns the event and, for an echo of a message that this bridge sent, the key of its row in
    the outbox (otherwise ""). What is not understood becomes ``Noticed("unrecognised")``: never
    an error, never dropped.
    """
    raw: dict[str, Any] = read_json(body)
    when = {"at": at, "received_at": received_at}
    if channel is Channel.OPERATOR:
        return _operator(raw, when), ""
    standby = channel is Channel.STANDBY
    message = raw.get("message")
    if isinstance(message, dict):
        if message.get("is_echo"):
            return _echo(message, when, own_app_id)
        return _message(message, when, standby=standby), ""
    if isinstance(raw.get("postback"), dict):
        return _postback(raw["postback"], when, standby=standby, body=body), ""
    sign = _handover(raw, when) or _roles(raw, when) or _sign(raw, when, standby=standby)
    return sign or _noticed(raw, when), ""


def _message(message: dict[str, Any], when: dict[str, int], *, standby: bool) -> Event:
    if message.get("is_deleted"):
        return Noticed(**when, kind="message_deleted")
    quick_reply = message.get("quick_reply")
    payload = quick_reply.get("payload") if isinstance(quick_reply, dict) else None
    tap = buttons.read(str(payload) if payload is not None else None)
    return PersonMessaged(
        **when,
        mid=str(message.get("mid", "")),
        text=str(message.get("text") or ""),
        standby=standby,
        payload=tap.payload,
        sent_in=tap.sent_in,
        kept=tap.kept,
        attachments=attachments.read(message.get("attachments")),
        referral=_referral(message.get("referral")),
    )


def _postback(
    postback: dict[str, Any], when: dict[str, int], *, standby: bool, body: bytes
) -> PersonTapped:
    payload = postback.get("payload")
    tap = buttons.read(str(payload) if payload is not None else None)
    return PersonTapped(
        **when,
        mid=str(postback.get("mid") or f"{UNNAMED_TAP}{when['at']}:{len(body)}"),
        title=str(postback.get("title") or ""),
        standby=standby,
        payload=tap.payload,
        sent_in=tap.sent_in,
        kept=tap.kept,
        referral=_referral(postback.get("referral")),
    )


def _sign(raw: dict[str, Any], when: dict[str, int], *, standby: bool) -> Event | None:
    """Read what the person does that is no message: an edit, a reaction, a link followed."""
    if isinstance(edit := raw.get("message_edit"), dict):
        return PersonEdited(
            **when,
            mid=str(edit.get("mid") or ""),
            text=str(edit.get("text") or ""),
            number=_whole(edit.get("num_edit")),
            standby=standby,
        )
    if isinstance(reaction := raw.get("reaction"), dict):
        return PersonReacted(
            **when,
            mid=str(reaction.get("mid") or ""),
            reaction=str(reaction.get("reaction") or ""),
            emoji=str(reaction.get("emoji") or ""),
            given=reaction.get("action") != "unreact",
            standby=standby,
        )
    if isinstance(raw.get("referral"), dict):
        return PersonReferred(
            **when,
            mid=f"referral:{when['at']}",
            referral=_referral(raw["referral"]) or Referral(),
            standby=standby,
        )
    return None


def _referral(raw: Any) -> Referral | None:
    """Read what brought the person; None where nothing is said that could be told further."""
    if not isinstance(raw, dict):
        return None
    product = raw.get("product")
    found = Referral(
        ref=str(raw.get("ref") or ""),
        source=str(raw.get("source") or ""),
        type=str(raw.get("type") or ""),
        ad_id=str(raw.get("ad_id") or ""),
        product_id=str(product.get("id") or "") if isinstance(product, dict) else "",
    )
    return found if found != Referral() else None


def _whole(value: Any) -> int:
    """Read a count that comes as a number or as text; 0 for neither."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def _echo(
    message: dict[str, Any], when: dict[str, int], own_app_id: str
) -> tuple[OwnAppEchoed | OtherAppEchoed, str]:
    """Tell our own words from others'. The app id decides, whatever channel the echo came on."""
    mid, text = str(message.get("mid", "")), str(message.get("text") or "")
    app_id = _app_id(message.get("app_id"))
    if app_id != own_app_id:
        return OtherAppEchoed(**when, mid=mid, text=text, app_id=app_id), ""
    metadata = str(message.get("metadata") or "")
    key = metadata.removeprefix(METADATA_PREFIX) if metadata.startswith(METADATA_PREFIX) else ""
    return OwnAppEchoed(**when, mid=mid, text=text, ours=bool(key)), key


def _handover(raw: dict[str, Any], when: dict[str, int]) -> Event | None:
    for name, kind in (
        ("pass_thread_control", ControlPassed),
        ("take_thread_control", ControlTaken),
    ):
        moved = raw.get(name)
        if isinstance(moved, dict):
            return kind(
                **when,
                previous_app_id=_app_id(moved.get("previous_owner_app_id")),
                new_app_id=_app_id(moved.get("new_owner_app_id")),
                metadata=str(moved.get("metadata") or ""),
            )
    asked = raw.get("request_thread_control")
    if isinstance(asked, dict) and (app_id := _app_id(asked.get("requested_owner_app_id"))):
        return ControlRequested(**when, app_id=app_id, metadata=str(asked.get("metadata") or ""))
    return None


def _roles(raw: dict[str, Any], when: dict[str, int]) -> RolesChanged | None:
    assigned = raw.get("app_roles")
    if not isinstance(assigned, dict):
        return None
    roles = {
        str(app_id): tuple(map(str, names)) if isinstance(names, list) else (str(names),)
        for app_id, names in assigned.items()
    }
    return RolesChanged(**when, roles=roles)


def _noticed(raw: dict[str, Any], when: dict[str, int]) -> Noticed:
    kind = next((name for name in _NOTICED if name in raw), "unrecognised")
    return Noticed(**when, kind=kind)


def _operator(raw: dict[str, Any], when: dict[str, int]) -> Event:
    match raw.get("action"):
        case "take":
            return OperatorTook(**when)
        case "pass":
            target = raw.get("target")
            return OperatorPassed(**when, target=str(target) if target else None)
        case "release":
            return OperatorReleased(**when)
        case _:
            return Noticed(**when, kind="unrecognised")


def _app_id(value: Any) -> str | None:
    """App ids come as numbers and as text, for the same app."""
    return str(value) if value not in (None, "") else None
