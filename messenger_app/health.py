"""Is the bridge well? ``/healthz`` says the process lives, ``/readyz`` what it can do."""

import hmac

import structlog
from flask import Blueprint, Response, current_app, jsonify, request

from messenger_app.bridge import Bridge
from messenger_app.errors import StoreUnavailable
from messenger_app.store import outbox

log = structlog.get_logger(__name__)
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say whether events can be stored; the rest is told without changing the status.

    A bridge that can store must keep taking webhooks, or the Page gets unsubscribed.
    """
    bridge: Bridge = current_app.extensions["bridge"]
    database = _database(bridge)
    up = _bots_by_address(bridge)
    pages_own = all(up[page.rasa_url] for page in bridge.pages.values())
    checks = {
        "database": database,
        "bot": "ok" if pages_own else "degraded",
        "token": _token(bridge),
        "worker": "ok" if bridge.bell.is_heard() else "degraded",
    }
    for name in bridge.bots:
        url = bridge.policy.targets[name].url or ""
        checks[f"bot {name}"] = "ok" if up[url] else "degraded"
    return jsonify(checks=checks), 200 if database == "ok" else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the figures for Prometheus; those of the database only while it answers.

    How much a Page is written to is nobody else's business: with ADMIN_TOKEN set it has to be said.
    """
    bridge: Bridge = current_app.extensions["bridge"]
    if not _may_look(bridge):
        refusal = Response("The header Authorization: Bearer ADMIN_TOKEN is missing.\n", 401)
        refusal.headers["WWW-Authenticate"] = "Bearer"
        refusal.mimetype = "text/plain"
        return refusal
    try:
        with bridge.database.reading() as connection:
            bridge.metrics.look(connection, bridge.clock.steady())
    except StoreUnavailable:
        bridge.metrics.forget()
    return Response(bridge.metrics.page(), mimetype="text/plain; version=0.0.4")


def _bots_by_address(bridge: Bridge) -> dict[str, bool]:
    """Say of each bot's address whether it answers; one that several share is asked once."""
    clients = {page.rasa_url: bridge.rasa[page.id] for page in bridge.pages.values()}
    clients |= {bridge.policy.targets[name].url or "": bot for name, bot in bridge.bots.items()}
    return {url: client.is_up() for url, client in clients.items()}


def _may_look(bridge: Bridge) -> bool:
    """Say whether this request bears ADMIN_TOKEN, where that is set."""
    token = bridge.settings.admin_token
    if token is None:
        return True
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    expected = token.get_secret_value().encode()
    return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), expected)


def _token(bridge: Bridge) -> str:
    """Tell of a token that Graph refused, from what waits for a better one; asks nobody."""
    try:
        with bridge.database.reading() as connection:
            refused = outbox.token_is_refused(connection)
    except StoreUnavailable:
        return "unknown"
    return "refused: replace PAGE_ACCESS_TOKEN and restart" if refused else "ok"


def _database(bridge: Bridge) -> str:
    try:
        return "ok" if bridge.database.is_current() else "not migrated: run `flask db upgrade`"
    except StoreUnavailable as error:  # its text names host and user, and anybody may ask
        log.error("database.unavailable", reason=str(error))
        return "can't be reached: the log says why"
