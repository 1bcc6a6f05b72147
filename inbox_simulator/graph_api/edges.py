"""The edges that answer, by method and name. Every other one gets Meta's code 100, subcode 33.

https://developers.facebook.com/docs/graph-api/reference
"""

from collections.abc import Callable

from inbox_simulator.graph_api import (
    app_settings,
    conversations,
    messaging,
    messenger_profile,
    page_settings,
    personas,
    profiles,
    thread_control,
    tokens,
)
from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.fields import pick
from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform import usage
from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import JSON, AccessTokenError, UnsupportedRequestError
from inbox_simulator.platform.world import Platform

Edge = Callable[[Caller], JSON]

PAGE_EDGES: dict[tuple[str, str], Edge] = {
    ("POST", "messages"): messaging.messages,
    ("POST", "message_attachments"): messaging.message_attachments,
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
    ("GET", "messenger_profile"): messenger_profile.show,
    ("POST", "messenger_profile"): messenger_profile.set_properties,
    ("DELETE", "messenger_profile"): messenger_profile.delete_properties,
    ("GET", "custom_user_settings"): messenger_profile.show_custom,
    ("POST", "custom_user_settings"): messenger_profile.set_custom,
    ("DELETE", "custom_user_settings"): messenger_profile.delete_custom,
    ("GET", "personas"): personas.listed,
    ("POST", "personas"): personas.create,
    ("GET", "conversations"): conversations.conversations,
    ("GET", ""): page_settings.page,
}

#: Paths that are answered beside the Page's edges: objects by their id, users, apps, batches.
OTHER_PATHS = (
    ("POST", "/"),
    ("GET", "/debug_token"),
    ("GET", "/{object}"),
    ("DELETE", "/{persona}"),
    ("GET", "/{conversation}/messages"),
    ("GET", "/{user}/accounts"),
    ("GET", "/{app}/subscriptions"),
    ("POST", "/{app}/subscriptions"),
    ("DELETE", "/{app}/subscriptions"),
)


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
        return app_settings.debug_token(platform, call, now)
    if call.edge == "subscriptions":
        return app_settings.subscriptions(platform, call)
    if tokens.is_user(platform, call.token()):
        return _for_user(platform, call)
    own = tokens.own_app(platform, call.token())
    if own is not None:
        return app_settings.app_itself(own, call)
    app = tokens.page_app(platform, call.token())
    tokens.check_proof(platform, app, call)
    caller = Caller(platform, app, call, now)
    if call.node in {"me", platform.page.id}:
        edge = PAGE_EDGES.get((call.method, call.edge))
        if edge is not None:
            usage.count(platform, fault_name(call), call.parameters, now)
            return edge(caller)
    else:
        found = _node(caller)
        if found is not None:
            return found
    raise UnsupportedRequestError(call.method, call.node)


def _for_user(platform: Platform, call: GraphCall) -> JSON:
    """Answer with a user's token, which opens the list of Pages and each one's token."""
    user = platform.user
    if (call.method, call.edge) == ("GET", "") and call.node in platform.pages:
        page = platform.pages[call.node]
        app = page.apps[tokens.app_of_user(platform).app_id]
        return page_settings.page(Caller(page, app, call, 0))
    if call.method == "GET" and call.node in {"me", user.id}:
        if call.edge == "accounts":
            return app_settings.accounts(platform, tokens.app_of_user(platform), call)
        if not call.edge:
            return pick({"id": user.id, "name": user.name}, call.text("fields") or "id,name")
    raise AccessTokenError("(#190) This method must be called with a Page Access Token")


def _node(caller: Caller) -> JSON | None:
    """Return a person, a conversation, a message or a persona by its id, or none."""
    call, platform = caller.call, caller.platform
    fields, key = call.text("fields"), (call.method, call.edge)
    thread = platform.threads.get(call.node)
    if thread is not None:
        return profiles.show(thread, fields) if key == ("GET", "") else None
    thread = conversations.find(platform, call.node)
    if thread is not None and call.method == "GET":
        if call.edge == "messages":
            return conversations.messages(caller, thread)
        return conversations.conversation(caller, thread, fields) if not call.edge else None
    persona = platform.personas.by_id.get(call.node)
    if persona is not None and not call.edge:
        if call.method == "DELETE":
            return personas.delete(caller, persona.id)
        return personas.shown(persona, fields) if call.method == "GET" else None
    return conversations.message(caller, call.node, fields) if key == ("GET", "") else None


COVERS = (
    documented("other edges", "custom_labels, and the labels of a person", "identity", done=False),
    documented("other edges", "unlink_accounts", "identity/account-linking", done=False),
    documented("other edges", "nlp_configs", "built-in-nlp", done=False),
    documented(
        "other edges", "moderating conversations: block, ban, spam", "changelog", done=False
    ),
)
