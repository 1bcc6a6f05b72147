"""What is asked about an app and its tokens rather than about the Page."""

from inbox_simulator.graph_api import tokens
from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform.apps import App, known_fields
from inbox_simulator.platform.errors import (
    JSON,
    AccessTokenError,
    InvalidParameterError,
    UnsupportedRequestError,
)
from inbox_simulator.platform.world import Platform

VERSION = "v26.0"
SCOPES = ["pages_messaging", "pages_manage_metadata", "pages_show_list", "pages_read_engagement"]


def debug_token(platform: Platform, call: GraphCall) -> JSON:
    """https://developers.facebook.com/docs/graph-api/reference/debug_token."""
    if tokens.any_app(platform, call.token()) is None:
        raise AccessTokenError
    app = tokens.any_app(platform, call.text("input_token") or "")
    if app is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    data: JSON = {
        "app_id": app.app_id,
        "type": "PAGE",
        "application": app.name,
        "expires_at": 0,
        "is_valid": True,
        "scopes": SCOPES,
        "profile_id": platform.page.id,
    }
    return {"data": data}


def subscriptions(platform: Platform, call: GraphCall) -> JSON:
    """List or set an app's webhook, with the app's own token.

    https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge

    Meta asks the webhook for its challenge during the call; here it is asked right afterwards, and
    deliveries wait until it answered.
    """
    app = tokens.own_app(platform, call.token())
    if app is None or call.node not in {"app", app.app_id}:
        raise AccessTokenError("(#190) This method must be called with an app access token")
    if call.method == "GET":
        return {"data": [_listed(app)] if app.webhook_url else []}
    if call.method != "POST":
        raise UnsupportedRequestError(call.method, call.node)
    if call.text("object") != "page" or not call.text("callback_url"):
        raise InvalidParameterError("(#100) object must be page, and callback_url is required")
    app.webhook_url = call.text("callback_url") or ""
    app.verify_token = call.text("verify_token") or ""
    app.fields = known_fields(call.names("fields")) or app.fields
    app.subscribed = True
    return {"success": True}


def _listed(app: App) -> JSON:
    fields = [{"name": name, "version": VERSION} for name in app.fields]
    return {"object": "page", "callback_url": app.webhook_url, "active": True, "fields": fields}
