"""The Page itself, and the apps that subscribed to it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.fields import pick, pick_each
from inbox_simulator.platform.apps import published_fields
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON, InvalidParameterError

#: What the Page's owner said that it is.
CATEGORY = {"id": "197048876974331", "name": "Bookstore"}


def page(caller: Caller) -> JSON:
    """Return the Page; ``messaging_feature_status`` tells whether routing is on.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    platform = caller.platform
    routed = platform.routed_app_id is not None and not platform.has_roles
    values = {
        "id": caller.platform.page.id,
        "name": caller.platform.page.name,
        "category": CATEGORY["name"],
        "access_token": caller.app.access_token,
        "messaging_feature_status": {
            "hop_v2": False,
            "msgr_multi_app": routed,
            "ig_multi_app": False,
        },
    }
    return pick(values, caller.call.text("fields") or "id,name")


def list_subscribed_apps(caller: Caller) -> JSON:
    """https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks."""
    found = [
        {
            "category": "Business",
            "link": "https://www.facebook.com/games/?app_id=" + app.app_id,
            "name": app.name,
            "id": app.app_id,
            "subscribed_fields": app.fields,
        }
        for app in caller.platform.apps.values()
        if app.subscribed
    ]
    return {"data": pick_each(found, caller.call.text("fields"))}


def subscribe(caller: Caller) -> JSON:
    """Subscribe the calling app to fields of the Page, also after an hour of failures."""
    fields = published_fields(caller.call.names("subscribed_fields"), "subscribed_fields")
    if not fields:
        raise InvalidParameterError("(#100) The parameter subscribed_fields is required")
    caller.app.fields = fields
    caller.app.subscribed = True
    return success(caller)


def success(caller: Caller) -> JSON:
    """Return what a call that only succeeds answers: true, or the text of two pages' samples."""
    as_text = caller.platform.switches["success_flag"] == "text"
    return {"success": "true" if as_text else True}


def unsubscribe(caller: Caller) -> JSON:
    """End the calling app's subscription to the Page."""
    caller.app.subscribed = False
    return success(caller)


COVERS = (
    documented("/subscribed_apps", "by field, for each Page", "webhooks"),
    assumed("/subscribed_apps", "success as true or as text", switch="success_flag"),
    documented("/me", "messaging_feature_status", "conversation-routing"),
    documented(
        "thread control",
        "pass_thread_metadata, whose event is not published",
        "https://developers.facebook.com/docs/messenger-platform/reference/handover-protocol",
        done=False,
    ),
)
