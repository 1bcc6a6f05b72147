"""The Messenger profile of the Page, and the menu that one person has in its place.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
"""

from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.platform import profile_rules
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.thread import Thread

#: Parameters of any Graph call, which are no properties of a profile.
GENERAL = frozenset({"appsecret_proof", "platform", "debug", "format", "pretty", "locale"})
DONE: JSON = {"result": "success"}


def show(caller: Caller) -> JSON:
    """Return what is set, in one object; an empty list where nothing is."""
    wanted = caller.call.names("fields") or sorted(profile_rules.RULES)
    unknown = set(wanted) - set(profile_rules.RULES)
    if unknown:
        raise InvalidParameterError(f"(#100) Tried accessing nonexisting field ({min(unknown)})")
    profile = caller.platform.profile
    shown = {name: profile[name] for name in wanted if name in profile}
    return {"data": [shown] if shown else []}


def set_properties(caller: Caller) -> JSON:
    """Set some properties; the others stay."""
    given = {k: v for k, v in caller.call.parameters.items() if k not in GENERAL}
    caller.platform.profile = profile_rules.check(given, caller.platform.profile)
    return DONE


def delete_properties(caller: Caller) -> JSON:
    """Delete some properties."""
    names = caller.call.names("fields")
    caller.platform.profile = profile_rules.without(caller.platform.profile, names)
    return DONE


def show_custom(caller: Caller) -> JSON:
    """Return the menu of one person, and the Page's that it stands in for.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
    """
    thread = _whose(caller)
    page_menu = caller.platform.profile.get("persistent_menu")
    shown: JSON = {}
    if thread.menu is not None:
        shown["user_level_persistent_menu"] = thread.menu
    if page_menu is not None:
        shown["page_level_persistent_menu"] = page_menu
    return {"data": [shown] if shown else []}


def set_custom(caller: Caller) -> JSON:
    """Give one person a menu of their own."""
    thread, menu = _whose(caller), caller.call.parameters.get("persistent_menu")
    profile_rules.check_menu(menu, "persistent_menu")
    thread.menu = menu
    return DONE


def delete_custom(caller: Caller) -> JSON:
    """Give one person the Page's menu again."""
    thread = _whose(caller)
    if caller.call.names("params") != ["persistent_menu"]:
        raise InvalidParameterError('(#100) Param params must be ["persistent_menu"]')
    thread.menu = None
    return DONE


def _whose(caller: Caller) -> Thread:
    psid = caller.call.text("psid")
    if not psid:
        raise InvalidParameterError("(#100) The parameter psid is required")
    return caller.platform.thread(psid, caller.now)
