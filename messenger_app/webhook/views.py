"""The platform's door: verification and delivery.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

import hmac

import structlog
from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from messenger_app.bridge import Bridge
from messenger_app.errors import EnvelopeError, SignatureError, StoreUnavailable
from messenger_app.webhook import signature
from messenger_app.webhook.envelope import Channel, split

log = structlog.get_logger(__name__)
blueprint = Blueprint("webhook", __name__)


@blueprint.get("/webhook")
def verify_webhook() -> Response:
    """Prove to the platform that this address is ours, with the verify token."""
    bridge: Bridge = current_app.extensions["bridge"]
    expected = bridge.settings.verify_token.get_secret_value()
    given = request.args.get("hub.verify_token", "")
    if request.args.get("hub.mode") != "subscribe" or not hmac.compare_digest(
        given.encode(), expected.encode()
    ):
        return _text("The verify token is not this bridge's VERIFY_TOKEN.", 403)
    return _text(request.args.get("hub.challenge", ""), 200)


@blueprint.post("/webhook")
def receive_events() -> Response:
    """Store what the platform sent, then say so. The worker acts on it later."""
    bridge: Bridge = current_app.extensions["bridge"]
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        log.warning("webhook.too_large", bytes=request.content_length)
        bridge.metrics.answered(413)
        raise
    status, text = _receive(bridge, body)
    bridge.metrics.answered(status)
    return _text(text, status)


def _receive(bridge: Bridge, body: bytes) -> tuple[int, str]:
    secret = bridge.settings.app_secret.get_secret_value()
    received_at = bridge.clock.now()
    try:
        signature.verify(body, request.headers.get("X-Hub-Signature-256"), secret)
        events = split(body, frozenset(bridge.pages), received_at)
        new = bridge.intake.add(events, received_at)  # commits: 200 means "safe on the disk"
    except SignatureError:
        log.warning("webhook.bad_signature", bytes=len(body))
        return 403, "The signature does not fit the body and APP_SECRET."
    except EnvelopeError as error:
        log.warning("webhook.no_envelope", reason=str(error))
        return 400, str(error)
    except StoreUnavailable as error:
        log.error("webhook.not_stored", reason=str(error))
        return 503, "The events can't be stored now; send them again."
    odd = sum(event.channel is Channel.UNRECOGNISED for event in events)
    bridge.metrics.count(new=new, repeated=len(events) - new, unrecognised=odd)
    log.info("webhook.stored", events=len(events), new=new, unrecognised=odd)
    return 200, "EVENT_RECEIVED"


def _text(text: str, status: int) -> Response:
    return Response(text, status, mimetype="text/plain")
