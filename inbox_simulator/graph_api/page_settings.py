"""The Page itself, its Messenger profile and the apps that subscribed to it."""

from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.fields import pick
from inbox_simulator.platform.apps import known_fields
from inbox_simulator.platform.errors import JSON, InvalidParameterError

PROFILE_FIELDS = frozenset({
    "get_started", "greeting", "ice_breakers", "persistent_menu", "whitelisted_domains",
    "account_linking_url", "commands",
})  # fmt: skip


def page(caller: Caller) -> JSON:
    """Return the Page; ``messaging_feature_status`` tells whether routing is on.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    platform = caller.platform
    routed = platform.routed_app_id is not None and not platform.has_roles
    values = {
        "id": caller.platform.page.id,
        "name": caller.platform.page.name,
        "messaging_feature_status": {
            "hop_v2": False,
            "msgr_multi_app": routed,
            "ig_multi_app": False,
        },
    }
    return pick(values, caller.call.text("fields") or "id,name")


def list_subscribed_apps(caller: Caller) -> JSON:
    """https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks."""
    return {
        "data": [
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
    }


def subscribe(caller: Caller) -> JSON:
    """Subscribe the calling app to fields of the Page, also after an hour of failures."""
    fields = known_fields(caller.call.names("subscribed_fields"))
    if not fields:
        raise InvalidParameterError("(#100) The parameter subscribed_fields is required")
    caller.app.fields = fields
    caller.app.subscribed = True
    return {"success": True}


def unsubscribe(caller: Caller) -> JSON:
    """End the calling app's subscription to the Page."""
    caller.app.subscribed = False
    return {"success": True}


def show_profile(caller: Caller) -> JSON:
    """https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api."""
    wanted = caller.call.names("fields") or sorted(PROFILE_FIELDS)
    shown = {
        name: caller.platform.profile[name] for name in wanted if name in caller.platform.profile
    }
    return {"data": [shown] if shown else []}


def set_profile(caller: Caller) -> JSON:
    """Set fields of the Messenger profile."""
    given = {k: v for k, v in caller.call.parameters.items() if k != "appsecret_proof"}
    unknown = set(given) - PROFILE_FIELDS
    if unknown or not given:
        raise InvalidParameterError(
            f"(#100) The Messenger profile has no {', '.join(sorted(unknown)) or 'empty update'}"
        )
    profile = {**caller.platform.profile, **given}
    if "persistent_menu" in profile and "get_started" not in profile:
        raise InvalidParameterError("(#100) You must set a Get Started button first")
    caller.platform.profile = profile
    return {"result": "success"}


def delete_profile(caller: Caller) -> JSON:
    """Delete fields of the Messenger profile."""
    for name in caller.call.names("fields"):
        caller.platform.profile.pop(name, None)
    return {"result": "success"}
