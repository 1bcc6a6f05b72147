"""Read what a person attached to a message.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages
"""

from typing import Any

from messenger_app.conversation.messages import Attachment

#: The thumbs-up that Messenger shows beside its text field: the documented one, and the two that
#: come from a longer press on it.
_THUMBS_UP = frozenset({"369239263222822", "369239343222814", "369239383222810"})


def read(listed: Any) -> tuple[Attachment, ...]:
    """Return the attachments in order, each sticker once.

    Since June 2026 a sticker comes as ``sticker``; before that, and for a while beside it, as an
    ``image`` with a ``sticker_id``.
    """
    found = [
        _attachment(each)
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
    ]
    stickers: set[str] = set()
    kept = []
    for attachment in found:
        if attachment.sticker_id and attachment.sticker_id in stickers:
            continue
        stickers.add(attachment.sticker_id)
        kept.append(attachment)
    return tuple(kept)


def _attachment(raw: dict[str, Any]) -> Attachment:
    given = raw.get("payload")
    payload = given if isinstance(given, dict) else {}
    sticker = _text(payload.get("sticker_id"))
    place = payload.get("coordinates")
    place = place if isinstance(place, dict) else {}
    return Attachment(
        kind=_kind(_text(raw.get("type")), sticker),
        url=_text(payload.get("url") or raw.get("url")),
        title=_text(payload.get("title") or raw.get("title")),
        sticker_id=sticker,
        latitude=_degrees(place.get("lat")),
        longitude=_degrees(place.get("long")),
    )


def _kind(kind: str, sticker: str) -> str:
    if sticker in _THUMBS_UP:
        return "thumbs_up"
    return "sticker" if sticker else kind or "unknown"


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _degrees(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) <= 180 else None
