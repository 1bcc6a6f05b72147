"""What a Page shows before anybody writes: Get Started, the greeting and the persistent menu.

It stands in `page_profile.yml`, by the names of the platform's own, and is checked here against its
limits, so that a mistake is named with its place and not only refused.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
"""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    model_validator,
)

from messenger_app import yaml_files
from messenger_app.graph.texts import length
from messenger_app.yaml_files import Location, Strict

#: What the file decides; other fields of a profile are left alone.
FIELDS = ("get_started", "greeting", "persistent_menu")

#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
MOST_ITEMS, LONGEST_ITEM_TITLE, LONGEST_PAYLOAD = 20, 30, 1000
#: https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api/greeting
LONGEST_GREETING = 160

#: What the platform fills into a greeting.
_NAMES = frozenset({"user_first_name", "user_last_name", "user_full_name"})
#: What the platform adds to an item or a menu that doesn't say otherwise.
_UNSAID = {
    "composer_input_disabled": False,
    "messenger_extensions": False,
    "webview_height_ratio": "full",
}

Profile = dict[str, Any]


def _at_most(longest: int) -> AfterValidator:
    def check(text: str) -> str:
        if (counted := length(text)) > longest:
            raise ValueError(f"has {counted} characters, {longest} at most are allowed")
        return text

    return AfterValidator(check)


def _names_are_known(text: str) -> str:
    unknown = set(re.findall(r"{{\s*(.*?)\s*}}", text)) - _NAMES
    if unknown:
        known = ", ".join(f"{{{{{name}}}}}" for name in sorted(_NAMES))
        raise ValueError(f"{min(unknown)} is nothing that is filled in; there are {known}")
    return text


def _for_everybody(entries: list[Any]) -> list[Any]:
    """See to it that there is one entry for each locale, and one for all the others."""
    locales = [entry.locale for entry in entries]
    if "default" not in locales:
        raise ValueError("needs an entry with locale: default, for everybody else")
    if twice := next((locale for locale in locales if locales.count(locale) > 1), None):
        raise ValueError(f"has two entries with locale: {twice}")
    return entries


_Locale = Annotated[str, StringConstraints(pattern=r"^(default|[a-z]{2,3}_[A-Z]{2})$")]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Payload = Annotated[_Text, _at_most(LONGEST_PAYLOAD)]
_Title = Annotated[_Text, _at_most(LONGEST_ITEM_TITLE)]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]")]


class _GetStarted(Strict):
    payload: _Payload


class _Greeting(Strict):
    locale: _Locale
    text: Annotated[_Text, _at_most(LONGEST_GREETING), AfterValidator(_names_are_known)]


class _Postback(Strict):
    type: Literal["postback"]
    title: _Title
    payload: _Payload


class _Link(Strict):
    type: Literal["web_url"]
    title: _Title
    url: _Url
    webview_height_ratio: Literal["compact", "tall", "full"] = "full"
    messenger_extensions: bool = False
    fallback_url: _Url | None = None
    webview_share_button: Literal["hide"] | None = None


class _Menu(Strict):
    locale: _Locale
    composer_input_disabled: bool = False
    call_to_actions: Annotated[
        list[Annotated[_Postback | _Link, Field(discriminator="type")]],
        Field(min_length=1, max_length=MOST_ITEMS),
    ]


class _Profile(Strict):
    get_started: _GetStarted | None = None
    greeting: Annotated[list[_Greeting], AfterValidator(_for_everybody)] | None = None
    persistent_menu: Annotated[list[_Menu], AfterValidator(_for_everybody)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _an_empty_file_says_nothing(cls, given: Any) -> Any:
        return {} if given is None else given

    @model_validator(mode="after")
    def _a_menu_needs_get_started(self) -> "_Profile":
        if self.persistent_menu and not self.get_started:
            raise ValueError("persistent_menu needs get_started: the platform shows none without")
        return self


def load(path: Path) -> Profile:
    """Read the file. Raises SettingsError that names each thing wrong in it."""
    checked = yaml_files.read("PAGE_PROFILE", path, _Profile, _place)
    return plain(checked.model_dump(exclude_none=True))


def plain(profile: Profile) -> Profile:
    """Return what a profile says of our fields, without what goes without saying."""
    return {name: _said(profile[name]) for name in FIELDS if profile.get(name)}


def _said(value: Any) -> Any:
    if isinstance(value, list):
        return [_said(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _said(each)
        for name, each in value.items()
        if name not in _UNSAID or each != _UNSAID[name]
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """What a Page shows, and what the file says."""

    on_page: Profile
    in_file: Profile

    @property
    def to_set(self) -> Profile:
        """What the file says and the Page shows otherwise."""
        return {
            name: value
            for name, value in self.in_file.items()
            if _in_order(value) != _in_order(self.on_page.get(name))
        }

    @property
    def to_delete(self) -> list[str]:
        """What the Page shows and the file doesn't mention."""
        return [name for name in self.on_page if name not in self.in_file]

    def lines(self, *, deleting: bool) -> list[str]:
        """Return it line by line, as ``diff`` does; what is kept is left out."""
        shown = self.on_page
        if not deleting:
            shown = {name: value for name, value in shown.items() if name in self.in_file}
        before, after = _written(shown), _written(self.in_file)
        return list(difflib.unified_diff(before, after, "on the Page", "in the file", lineterm=""))


def _in_order(value: Any) -> Any:
    """Put entries in the order of their locales, the default one first: theirs means nothing."""
    if not _listed(value):
        return value
    locales = ((str(each.get("locale")), each) for each in value)
    ordered = sorted(locales, key=lambda pair: (pair[0] != "default", pair[0]))
    return [each for _, each in ordered]


def _listed(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _written(profile: Profile) -> list[str]:
    lines: list[str] = []
    for name in FIELDS:
        if name in profile:
            value = {name: _to_be_read(_in_order(profile[name]))}
            lines += yaml.safe_dump(
                value, sort_keys=False, allow_unicode=True, width=1000
            ).splitlines()
    return lines


def _to_be_read(value: Any) -> Any:
    """Put first what tells entries apart."""
    if isinstance(value, list):
        return [_to_be_read(each) for each in value]
    if not isinstance(value, dict):
        return value
    first = [name for name in ("locale", "title") if name in value]
    return {name: _to_be_read(value[name]) for name in (*first, *sorted(value.keys() - first))}


def _place(location: Location) -> str:
    """Say where in the file. An item's type stands in pydantic's path, but not in the file."""
    types = {"postback", "web_url"}
    return ".".join(str(part) for part in location if part not in types) or "the file"
