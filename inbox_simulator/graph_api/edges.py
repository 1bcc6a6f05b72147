"""The edges that answer, by method and name. Every other one gets Meta's code 100, subcode 33.

https://developers.facebook.com/docs/graph-api/reference
"""

from collections.abc import Callable

from inbox_simulator.graph_api import (
    app_settings,
    conversations,
    messaging,
    page_settings,
    thread_control,
    tokens,
)
from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform.errors import JSON, UnsupportedRequestError
from inbox_simulator.platform.world import Platform

Edge = Callable[[Caller], JSON]

PAGE_EDGES: dict[tuple[str, str], Edge] = {
    ("POST", "messages"): messaging.messages,
    ("POST", "pass_thread_control"): thread_control.pass_thread_control,
    ("POST", "take_thread_control"): thread_control.take_thread_control,
    ("POST", "request_thread_control"): thread_control.request_thread_control,
    ("POST", "release_thread_control"): thread_control.release_thread_control,
    ("POST", "extend_thread_control"): thread_control.extend_thread_control,
    ("GET", "thread_owner"): thread_control.thread_owner,
    ("GET", "secondary_receivers"): thread_control.secondary_receivers,
    ("GET", "subscribed_apps"): page_settings.list_subscribed_apps,
    ("POST", "subscribed_apps"): page_settings.subscribe,
    ("DELETE", "subscribed_apps"): page_settings.unsubscribe,
    ("GET", "messenger_profile"): page_settings.show_profile,
    ("POST", "messenger_profile"): page_settings.set_profile,
    ("DELETE", "messenger_profile"): page_settings.delete_profile,
    ("GET", "conversations"): conversations.conversations,
    ("GET", ""): page_settings.page,
}


def app_id_of(platform: Platform, call: GraphCall) -> str | None:
    """Return the app whose token the call carries, or none."""
    app = tokens.any_app(platform, call.access_token)
    return app.app_id if app else None


def psid_of(call: GraphCall) -> str | None:
    """Return the person whom the call is about, if it says so."""
    recipient = call.parameters.get("recipient")
    psid = recipient.get("id") if isinstance(recipient, dict) else recipient
    return None if psid is None else str(psid)


def fault_name(call: GraphCall) -> str:
    """Return the edge by which a fault rule names the call.

    A sender action goes to the edge ``messages`` and is no message: a rule that breaks the next
    message must not spend itself on a typing bubble.
    """
    return "sender_action" if "sender_action" in call.parameters else call.edge or call.node


def answer(platform: Platform, call: GraphCall, now: int) -> JSON:
    """Do what the call asks for. Refusals are raised as ``PlatformError``."""
    if call.method == "GET" and call.node == "debug_token":
        return app_settings.debug_token(platform, call)
    if call.edge == "subscriptions":
        return app_settings.subscriptions(platform, call)
    app = tokens.page_app(platform, call.token())
    tokens.check_proof(app, call)
    caller = Caller(platform, app, call, now)
    if call.node in {"me", platform.page.id}:
        edge = PAGE_EDGES.get((call.method, call.edge))
        if edge is not None:
            return edge(caller)
    elif call.method == "GET" and not call.edge:
        return conversations.node(caller)
    raise UnsupportedRequestError(call.method, call.node)
