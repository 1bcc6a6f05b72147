"""What is asked about an app and its tokens rather than about the Page."""

from inbox_simulator.graph_api import tokens, versions
from inbox_simulator.graph_api.fields import pick, pick_each
from inbox_simulator.graph_api.page_settings import CATEGORY
from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform.apps import App, published_fields
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import (
    JSON,
    AccessTokenError,
    InvalidParameterError,
    UnsupportedRequestError,
)
from inbox_simulator.platform.world import Platform

SCOPES = ["pages_messaging", "pages_manage_metadata", "pages_show_list", "pages_read_engagement"]
TASKS = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]
#: Seconds for which a user's token is good; sixty days.
USER_TOKEN_LASTS = 60 * 24 * 3600


def debug_token(platform: Platform, call: GraphCall, now: int) -> JSON:
    """https://developers.facebook.com/docs/graph-api/reference/debug_token."""
    if tokens.any_app(platform, call.token()) is None:
        raise AccessTokenError
    if (
        not tokens.is_user(platform, call.token())
        and tokens.own_app(platform, call.token()) is None
    ):
        raise InvalidParameterError(
            "(#100) You must provide an app access token, or a user access token that is an owner"
            " or developer of the app"
        )
    asked = call.text("input_token")
    if not asked:
        raise InvalidParameterError("(#100) The parameter input_token is required")
    app = tokens.any_app(platform, asked)
    if app is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    of_user = tokens.is_user(platform, asked)
    if tokens.own_app(platform, asked) is not None:
        about = {"app_id": app.app_id, "type": "APP", "application": app.name, "is_valid": True}
        return {"data": {**about, "scopes": []}}
    data: JSON = {
        "app_id": app.app_id,
        "type": "USER" if of_user else "PAGE",
        "application": app.name,
        "expires_at": now // 1000 + USER_TOKEN_LASTS if of_user else 0,
        "is_valid": True,
        "issued_at": now // 1000,
        "scopes": SCOPES,
    }
    about = {"user_id": platform.user.id} if of_user else {"profile_id": platform.page.id}
    return {"data": {**data, **about}}


def app_itself(app: App, call: GraphCall) -> JSON:
    """https://developers.facebook.com/docs/graph-api/reference/application."""
    if (call.method, call.edge) != ("GET", "") or call.node not in {"me", "app", app.app_id}:
        raise AccessTokenError("(#190) This method must be called with a Page Access Token")
    return pick({"id": app.app_id, "name": app.name}, call.text("fields") or "id,name")


def accounts(platform: Platform, app: App, call: GraphCall) -> JSON:
    """List the Pages of the user whose token it is.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/get-started
    """
    found = [
        {
            "access_token": each.apps[app.app_id].access_token,
            "category": CATEGORY["name"],
            "category_list": [CATEGORY],
            "name": each.page.name,
            "id": each.page.id,
            "tasks": TASKS,
        }
        for each in platform.pages.values()
        if app.app_id in each.apps
    ]
    return {"data": pick_each(found, call.text("fields"))}


def subscriptions(platform: Platform, call: GraphCall) -> JSON:
    """List, set or delete an app's webhook, with the app's own token.

    https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge

    That the webhook answers its challenge during the call is seen to by ``views``.
    """
    app = subscriber(platform, call)
    if call.method == "GET":
        return {"data": [_listed(app)] if app.webhook_url else []}
    copies = [page.apps[app.app_id] for page in platform.pages.values() if app.app_id in page.apps]
    fields = published_fields(call.names("fields"), "fields")
    if call.method == "DELETE":
        _forget(copies, fields)
        return {"success": True}
    if call.method != "POST":
        raise UnsupportedRequestError(call.method, call.node)
    for each in copies:
        each.webhook_url = callback(call)
        each.verify_token = call.text("verify_token") or ""
        each.app_fields = fields or each.app_fields
    as_text = platform.switches["success_flag"] == "text"
    return {"success": "true" if as_text else True}


def _forget(copies: list[App], fields: list[str]) -> None:
    """Drop these fields of an app's webhook, or all of it where none is named or left."""
    for each in copies:
        each.app_fields = [name for name in each.app_fields if name not in fields]
        if not fields or not each.app_fields:
            each.webhook_url = ""


def subscriber(platform: Platform, call: GraphCall) -> App:
    """Return the app whose own token the call carries, or refuse it."""
    app = tokens.own_app(platform, call.token())
    if app is None or call.node not in {"app", "me", app.app_id}:
        raise AccessTokenError("(#190) This method must be called with an app access token")
    return app


def callback(call: GraphCall) -> str:
    """Return the address of the webhook that a call wants to subscribe."""
    url = call.text("callback_url") or ""
    if call.text("object") != "page" or not url.startswith(("http://", "https://")):
        raise InvalidParameterError("(#100) object must be page, and callback_url an address")
    return url


def _listed(app: App) -> JSON:
    version = "v{}.{}".format(*versions.NEWEST)
    fields = [{"name": name, "version": version} for name in app.app_fields]
    return {"object": "page", "callback_url": app.webhook_url, "active": True, "fields": fields}


COVERS = (
    documented(
        "/{app}/subscriptions",
        "GET, POST with the challenge, DELETE",
        "https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge",
    ),
    documented(
        "/{app}/subscriptions",
        "its fields beside the Page's: an event needs both to list its field",
        "webhooks",
    ),
    assumed(
        "/{app}/subscriptions",
        "DELETE with fields drops those alone",
        why="that the parameter names what to unsubscribe is all that the reference says",
    ),
    documented(
        "/debug_token",
        "tokens of Pages, apps and users, asked with an app's or a user's",
        "https://developers.facebook.com/docs/graph-api/reference/debug_token",
    ),
    documented("/me/accounts", "with a user's token", "get-started"),
)
