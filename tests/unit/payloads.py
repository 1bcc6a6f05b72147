"""The golden payloads, and how a platform would sign and write them."""

import hashlib
import hmac
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).resolve().parents[1] / "payloads"

APP_SECRET = "a-secret-of-the-tests"
PAGE_ID = "104729000000001"
PSID = "5551000000000001"
OWN_APP_ID = "615243000000001"

#: Milliseconds since 1970, in November 2026.
NOW = 1_795_000_000_000

WEBHOOKS = sorted(path.stem for path in (PAYLOADS / "webhooks").glob("*.json"))

#: The documentation's placeholders that stand for the Page and for the person.
_IDS = {
    "<PAGE_ID>": PAGE_ID,
    "PAGE_ID": PAGE_ID,
    "PAGE-ID": PAGE_ID,
    "682498302938465": PAGE_ID,
    "682498171943165": PAGE_ID,
    "<PSID>": PSID,
    "PSID": PSID,
    "<USER_ID>": PSID,
    "USER_ID": PSID,
    "<SENDER_PSID>": PSID,
    "1254459154682919": PSID,
}


def golden(folder: str, name: str) -> dict[str, Any]:
    """Return a payload as the documentation prints it."""
    payload: dict[str, Any] = json.loads((PAYLOADS / folder / f"{name}.json").read_bytes())
    return payload


def webhook(name: str) -> dict[str, Any]:
    """Return a golden webhook about our Page and one person."""
    payload = deepcopy(golden("webhooks", name))
    _put_ids(payload)
    return payload


def _put_ids(value: Any) -> None:
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            _put_ids(item)
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        value["id"] = _IDS.get(value["id"], value["id"])


def wire(payload: Any) -> bytes:
    """Write JSON the way the platform does: compact, ASCII, slashes escaped."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def sign(body: bytes, secret: str = APP_SECRET) -> str:
    """Return the value of ``X-Hub-Signature-256``."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def message(mid: str = "m_1", text: str = "Hello", psid: str = PSID, **more: Any) -> dict[str, Any]:
    """Return one event: a person wrote."""
    return {
        "sender": {"id": psid},
        "recipient": {"id": PAGE_ID},
        "timestamp": NOW,
        "message": {"mid": mid, "text": text, **more},
    }


def echo(mid: str = "m_2", **more: Any) -> dict[str, Any]:
    """Return one event: somebody wrote in the Page's name."""
    return {
        "sender": {"id": PAGE_ID},
        "recipient": {"id": PSID},
        "timestamp": NOW,
        "message": {"mid": mid, "is_echo": True, "text": "Hello", **more},
    }


def entry(*events: Any, channel: str = "messaging", **more: Any) -> dict[str, Any]:
    """Return one entry of a delivery."""
    return {"id": PAGE_ID, "time": NOW, channel: list(events), **more}


def delivery(*entries: Any) -> bytes:
    """Return a delivery's body."""
    return wire({"object": "page", "entry": list(entries)})
