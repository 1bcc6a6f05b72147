"""Several Pages of one simulator: each a platform of its own, with apps that may be on many.

What belongs to an app (name, secret, webhook) is the same on every Page; what belongs to a Page
(people, threads, tokens, subscriptions, profile) is not. Ids are shared, so that a PSID or a token
says which Page is meant, and switches too, but for a Page that was added with some of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inbox_simulator.platform.apps import App
from inbox_simulator.platform.errors import InvalidParameterError
from inbox_simulator.platform.switches import Switches
from inbox_simulator.platform.world import Page, Platform

JSON = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which Page is meant: by its id, a person on it, or a token for it; else the first."""

    page_id: str | None = None
    psid: str | None = None
    token: str | None = None


class Pages:
    """The Pages by id, the first of which is meant where nobody says which."""

    def __init__(self, first: Platform) -> None:
        self.first = first
        self._by_id = {first.page.id: first}
        first.pages = self._by_id

    def __iter__(self) -> Iterator[Platform]:
        return iter(list(self._by_id.values()))

    def find(self, wanted: Wanted) -> Platform:
        """Return the Page that is meant; an unknown id is refused."""
        if wanted.page_id is not None:
            if wanted.page_id not in self._by_id:
                raise InvalidParameterError(f"There is no Page {wanted.page_id}")
            return self._by_id[wanted.page_id]
        for platform in self:
            if wanted.psid in platform.threads:
                return platform
            if wanted.token and wanted.token in platform.tokens():
                return platform
        return self.first

    def add(
        self, page: Page, apps: list[App], default_app_id: str,
        own_switches: dict[str, str] | None = None,
    ) -> Platform:  # fmt: skip
        """Add a Page; its id, and the tokens of its apps, must be new.

        With switches of its own it goes by those, and for the others by the first Page's as they
        are now; without, by the first Page's whatever becomes of them.
        """
        if page.id in self._by_id:
            raise InvalidParameterError(f"There is a Page {page.id} already")
        for app in apps:
            self.check_token(app.access_token)
        first = self.first
        switches = first.switches
        if own_switches:
            switches = Switches({**switches.as_json(), **own_switches})
        platform = Platform(
            page=page, inbox_app_id=first.inbox_app_id, ids=first.ids, agents=first.agents,
            apps={app.app_id: app for app in apps}, default_app_id=default_app_id,
            switches=switches, user=first.user, pages=self._by_id,
        )  # fmt: skip
        self._by_id[page.id] = platform
        return platform

    def keep(self, before: "Pages") -> None:
        """Take over who is connected and how the platform is set; people and time are new."""
        self.first.switches = before.first.switches
        for old in before:
            platform = self._by_id.get(old.page.id)
            if platform is None:
                platform = self.add(old.page, [], old.default_app_id)
            platform.apps, platform.default_app_id = old.apps, old.default_app_id
            platform.switches, platform.profile = old.switches, old.profile

    def check_token(self, token: str) -> None:
        """Refuse a token that another app or Page has: a token says which of them is meant."""
        if any(token in platform.tokens() for platform in self):
            raise InvalidParameterError("This access token belongs to another app or Page")

    def app(self, app_id: str) -> App | None:
        """Return an app by its id, as it is on the first Page that has it."""
        return next((each.apps[app_id] for each in self if app_id in each.apps), None)

    def apps(self) -> list[App]:
        """Return every connected app once."""
        found = {app_id: app for each in self for app_id, app in each.apps.items()}
        return list(found.values())

    def as_json(self) -> list[JSON]:
        """Return the Pages without their tokens."""
        return [
            {
                "page_id": each.page.id,
                "name": each.page.name,
                "default_app_id": each.default_app_id,
                "app_ids": list(each.apps),
            }
            for each in self
        ]
