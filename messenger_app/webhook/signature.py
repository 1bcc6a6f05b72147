"""Signatures over the bytes as they were received.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

import hashlib
import hmac

from messenger_app.errors import SignatureError


def verify(body: bytes, header: str | None, app_secret: str) -> None:
    """Check ``X-Hub-Signature-256`` against the body.

    Raises SignatureError where it is missing, of another kind or wrong; then store nothing.
    The body must be what came over the wire: JSON that was parsed and written again differs as
    soon as there is an accent, an emoji or a slash in it.
    """
    kind, _, given = (header or "").partition("=")
    if kind != "sha256":
        raise SignatureError
    expected = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), given.strip().encode()):
        raise SignatureError
