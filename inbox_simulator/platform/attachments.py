"""What a person can send beside text, in the shapes that Meta has published over the years.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages
"""

import math
from typing import Any
from urllib.parse import quote

from inbox_simulator.platform.coverage import assumed, documented, observed
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.switches import Switches

FILES = frozenset({"image", "video", "audio", "file"})
#: The big thumb beside Messenger's text field.
THUMBS_UP = 369239263222822
#: Links of products and posts come as these; they carry a URL, and a title where there is one.
SHARES = frozenset({"fallback", "reel", "ig_reel", "post", "ig_post"})


def from_person(asked: JSON, switches: Switches) -> list[JSON]:
    """Return the attachments of a person's message, or refuse what nobody can send."""
    kind = asked.get("type")
    if kind in FILES:
        return [{"type": kind, "payload": {"url": _url(asked)}}]
    if kind == "sticker":
        return _sticker(asked, switches["stickers"])
    if kind in SHARES:
        title = asked.get("title")
        payload = {"url": _url(asked), **({} if title is None else {"title": str(title)})}
        return [{"type": kind, "payload": payload}]
    if kind == "location":
        return [_location(asked, switches["locations"])]
    known = ", ".join(sorted(FILES | SHARES | {"sticker", "location"}))
    raise InvalidParameterError(f"An attachment's type can't be {kind!r}. It can be: {known}")


def _sticker(asked: JSON, form: str) -> list[JSON]:
    number = _number(asked.get("sticker_id") or THUMBS_UP, "sticker_id")
    url = str(asked.get("url") or f"https://scontent.xx.fbcdn.net/v/sticker/{int(number)}.png")
    payload = {"url": url, "sticker_id": int(number)}
    kinds = {"sticker": ["sticker"], "image": ["image"], "both": ["image", "sticker"]}[form]
    return [{"type": kind, "payload": dict(payload)} for kind in kinds]


def _location(asked: JSON, form: str) -> JSON:
    latitude = _number(asked.get("latitude"), "latitude")
    longitude = _number(asked.get("longitude"), "longitude")
    place = quote(f"{latitude}, {longitude}")
    url = f"https://www.bing.com/maps/default.aspx?v=2&pc=FACEBK&mid=8100&where1={place}"
    title = str(asked.get("title") or "Pinned Location")
    if form == "location":
        where = {"coordinates": {"lat": latitude, "long": longitude}}
        return {"title": title, "url": url, "type": "location", "payload": where}
    return {"type": "fallback", "payload": {"url": url, "title": title}}


def _url(asked: JSON) -> str:
    url = asked.get("url")
    if not isinstance(url, str) or not url:
        raise InvalidParameterError(f"An attachment of type {asked['type']} needs a url")
    return url


def _number(value: Any, name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise InvalidParameterError(f"{name} must be a number")
    return number


COVERS = (
    documented(
        "events",
        "attachments: image, video, audio, file, fallback, reel, post",
        "webhooks/webhook-events/messages",
    ),
    documented("events", "stickers as sticker since August 2026", "changelog"),
    assumed("events", "stickers of the months before", switch="stickers"),
    observed(
        "events", "places with coordinates", "microsoft/botframework-sdk#331", switch="locations"
    ),
    documented(
        "events",
        "appointment_booking, product templates",
        "webhooks/webhook-events/messages",
        done=False,
    ),
    assumed(
        "events",
        "a link that is typed makes no fallback by itself",
        why="its title would have to be fetched; a test gives it",
    ),
)
