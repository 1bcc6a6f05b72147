"""The exact bytes of a webhook, and their signature.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks

Meta signs the bytes it sends: compact JSON in ASCII, with lowercase ``\\uXXXX``, and with
``/ < % @`` escaped too. A receiver that parses and dumps the JSON again gets other bytes, and a
wrong signature.
"""

import hmac
import json
from typing import Any

from inbox_simulator.platform.coverage import documented, observed

#: Older documents print these; the capital C is theirs. They occur inside JSON strings alone.
META_ESCAPES = str.maketrans({"/": "\\/", "<": "\\u003C", "%": "\\u0025", "@": "\\u0040"})


def encode(body: Any, *, like_meta: bool = True) -> bytes:
    """Return the body's bytes as Meta writes them."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=True)
    return (text.translate(META_ESCAPES) if like_meta else text).encode("ascii")


def signatures(body: bytes, app_secret: str) -> dict[str, str]:
    """Return both signature headers: today's, and the SHA-1 one that older libraries check."""
    key = app_secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.digest(key, body, "sha1").hex(),
        "X-Hub-Signature-256": "sha256=" + hmac.digest(key, body, "sha256").hex(),
    }


COVERS = (
    documented("deliveries", "signature over the escaped bytes", "webhooks"),
    observed(
        "deliveries", "/ < % @ are escaped too", "Charca/bootbot#174", switch="unicode_escapes"
    ),
    observed("deliveries", "the older SHA-1 header beside it", "older libraries check it"),
)
