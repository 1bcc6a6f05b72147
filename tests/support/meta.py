"""Deliveries as Meta builds and signs them, for what the simulator would never send."""

import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import requests

from tests.support.bridge import SETTINGS, Bridge

PAGE = SETTINGS["PAGE_ID"]
OUR_APP = int(SETTINGS["APP_ID"])

JSON = dict[str, Any]


def fresh_mid() -> str:
    """Return a mid that no message had before."""
    return f"m_{uuid.uuid4().hex}"


def message(psid: str, text: str, mid: str, **more: Any) -> JSON:
    """A person's message."""
    return {
        "sender": {"id": psid},
        "recipient": {"id": PAGE},
        "timestamp": int(time.time() * 1000),
        "message": {"mid": mid, "text": text, **more},
    }


def echo(psid: str, mid: str, **more: Any) -> JSON:
    """A copy of what the Page said."""
    event = message(psid, "", mid, is_echo=True, **more)
    return {**event, "sender": {"id": PAGE}, "recipient": {"id": psid}}


def entry(**channels: list[JSON]) -> JSON:
    """One entry, with ``messaging`` or ``standby`` or both."""
    return {"id": PAGE, "time": int(time.time() * 1000), **channels}


def deliver(bridge: Bridge, *entries: JSON, headers: dict[str, str] | None = None) -> int:
    """Post entries as one delivery; return the status. Both signatures, unless told otherwise."""
    return post(bridge, json.dumps({"object": "page", "entry": list(entries)}).encode(), headers)


def post(bridge: Bridge, body: bytes, headers: dict[str, str] | None = None) -> int:
    """Post a body as it is."""
    signed = signatures(body) if headers is None else headers
    response = requests.post(
        bridge.webhook_url,
        data=body,
        headers={"Content-Type": "application/json", **signed},
        timeout=10,
    )
    return response.status_code


def signatures(body: bytes, secret: str = SETTINGS["APP_SECRET"]) -> dict[str, str]:
    """Return both signature headers for these bytes."""
    key = secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }
