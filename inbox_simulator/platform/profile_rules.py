"""The Messenger profile of a Page: what can be set, and what each property has to be.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
"""

from collections.abc import Callable
from typing import Any

from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.limits import a_list, an_object, at_most, required

MOST_ICE_BREAKERS = 4
MOST_MENU_ITEMS = 20
MOST_DOMAINS = 50
DEFAULT_LOCALE = "default"


def check(given: JSON, present: JSON) -> JSON:
    """Return the profile with what is given, or refuse it and change nothing."""
    unknown = set(given) - set(RULES)
    if unknown or not given:
        names = ", ".join(sorted(unknown)) or "empty update"
        raise InvalidParameterError(f"(#100) The Messenger profile has no {names}")
    for name, value in given.items():
        RULES[name](value, name)
    profile = {**present, **given}
    if "persistent_menu" in profile and "get_started" not in profile:
        raise InvalidParameterError("(#100) You must set a Get Started button first")
    return profile


def without(present: JSON, names: list[str]) -> JSON:
    """Return the profile without some properties; the menu needs the Get Started button."""
    unknown = set(names) - set(RULES)
    if unknown or not names:
        raise InvalidParameterError("(#100) Param fields must be a list of profile properties")
    kept = {name: value for name, value in present.items() if name not in names}
    if "persistent_menu" in kept and "get_started" not in kept:
        raise InvalidParameterError(
            "(#100) You must delete the persistent menu before the Get Started button"
        )
    return kept


def check_menu(value: Any, name: str) -> None:
    """Check a persistent menu, the Page's or one person's."""
    for menu in _by_locale(value, name):
        items = menu.get("call_to_actions") or []
        for item in a_list(items, f"{name}[call_to_actions]", most=MOST_MENU_ITEMS):
            at_most(required(item, "title", name), 30, f"{name}[title]")
            wanted = {"postback": "payload", "web_url": "url"}.get(str(item.get("type")))
            if wanted is None:
                raise InvalidParameterError(f"(#100) {name} can't have {item.get('type')}")
            at_most(required(item, wanted, name), 1000, f"{name}[{wanted}]")


def _check_get_started(value: Any, name: str) -> None:
    at_most(required(value, "payload", name), 1000, f"{name}[payload]")


def _check_greeting(value: Any, name: str) -> None:
    for greeting in _by_locale(value, name):
        required(greeting, "text", name)


def _check_ice_breakers(value: Any, name: str) -> None:
    """Both forms: questions for each locale, and the older bare list of them."""
    given = a_list(value, name, most=100, least=1)
    questions = given
    if any("call_to_actions" in an_object(each, name) for each in given):
        by_locale = _by_locale(value, name)
        questions = [each for one in by_locale for each in _questions(one, name)]
    else:
        a_list(given, name, most=MOST_ICE_BREAKERS, least=1)
    for question in questions:
        required(question, "question", name)
        at_most(required(question, "payload", name), 1000, f"{name}[payload]")


def _questions(one: JSON, name: str) -> list[Any]:
    return a_list(one.get("call_to_actions"), name, most=MOST_ICE_BREAKERS, least=1)


def _check_domains(value: Any, name: str) -> None:
    for domain in a_list(value, name, most=MOST_DOMAINS, least=1):
        if not isinstance(domain, str) or not domain.startswith("https://"):
            raise InvalidParameterError(f"(#100) Param {name} must have https addresses")


def _check_account_linking(value: Any, name: str) -> None:
    if not isinstance(value, str) or not value.startswith("https://"):
        raise InvalidParameterError(f"(#100) Param {name} must be an https address")


def _check_commands(value: Any, name: str) -> None:
    for locale in a_list(value, name, most=100, least=1):
        for command in a_list(an_object(locale, name).get("commands"), name, most=100, least=1):
            required(command, "name", name)
            required(command, "description", name)


def _by_locale(value: Any, name: str) -> list[JSON]:
    """Return one object for each locale; the default one must be there."""
    objects = [an_object(each, name) for each in a_list(value, name, most=100, least=1)]
    if DEFAULT_LOCALE not in [each.get("locale") for each in objects]:
        raise InvalidParameterError(f"(#100) Param {name} must have the locale default")
    return objects


RULES: dict[str, Callable[[Any, str], None]] = {
    "get_started": _check_get_started,
    "greeting": _check_greeting,
    "ice_breakers": _check_ice_breakers,
    "persistent_menu": check_menu,
    "whitelisted_domains": _check_domains,
    "account_linking_url": _check_account_linking,
    "commands": _check_commands,
}


COVERS = (
    documented(
        "/messenger_profile", "every property with its limits", "reference/messenger-profile-api"
    ),
    documented("/custom_user_settings", "one person's menu", "send-messages/persistent-menu"),
)
