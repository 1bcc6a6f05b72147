"""The state a simulator starts with, and returns to at a reset."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from inbox_simulator.pages import Pages
from inbox_simulator.platform.apps import App, known_fields
from inbox_simulator.platform.errors import PlatformError
from inbox_simulator.platform.ids import Ids
from inbox_simulator.platform.switches import Switches
from inbox_simulator.platform.world import Page, Platform

SEED_FILE = Path(__file__).with_name("seed.yaml")


@dataclass(frozen=True)
class Seed:
    """The values of ``seed.yaml``."""

    values: dict[str, Any]
    #: Where the default app's webhook is; empty for an app that hears nothing yet.
    webhook_url: str = ""

    @classmethod
    def read(cls, path: Path = SEED_FILE, webhook_url: str = "") -> "Seed":
        """Read a seed file; one that nothing can grow from is refused with ``ValueError``."""
        try:
            seed = cls(yaml.safe_load(path.read_text(encoding="utf-8")), webhook_url)
            seed.grow_pages(epoch=0)
        except KeyError as error:
            raise ValueError(f"{path} is no seed file: it has no {error}") from None
        except (AttributeError, TypeError, PlatformError, yaml.YAMLError) as error:
            raise ValueError(f"{path} is no seed file: {' '.join(str(error).split())}") from None
        return seed

    def grow(self, epoch: int) -> Platform:
        """Return a new platform in the state of the seed."""
        values = self.values
        apps = [self._app(app) for app in values["apps"]]
        platform = Platform(
            page=Page(values["page"]["id"], values["page"]["name"]),
            inbox_app_id=values["inbox_app_id"],
            ids=Ids(epoch),
            agents=list(values["agents"]),
            apps={app.app_id: app for app in apps},
            default_app_id=values["default_app_id"],
            switches=Switches(values.get("switches")),
        )
        _settle(platform, values)
        return platform

    def grow_pages(self, epoch: int) -> Pages:
        """Return the first Page, and those under ``pages``, which name their apps with tokens."""
        pages = Pages(self.grow(epoch))
        for values in self.values.get("pages") or []:
            default = values.get("default_app_id", pages.first.default_app_id)
            apps = [self._on_page(pages.first, each) for each in values["apps"]]
            page = Page(values["id"], values["name"])
            _settle(pages.add(page, apps, default, values.get("switches")), values)
        return pages

    @staticmethod
    def _on_page(first: Platform, values: dict[str, Any]) -> App:
        known = first.apps.get(values["app_id"])
        given = {**(vars(known) if known else {}), **values}
        return App(**{**given, "fields": known_fields(given["fields"])})

    def _app(self, values: dict[str, Any]) -> App:
        app = App(**{**values, "fields": known_fields(values["fields"])})
        if app.app_id == self.values["default_app_id"]:
            app.webhook_url = self.webhook_url or app.webhook_url
        return app


def _settle(platform: Platform, values: dict[str, Any]) -> None:
    """Let the people of a seed open their threads; nobody has written yet."""
    for person in values.get("people") or []:
        platform.add_person(person["name"], person.get("locale", "en_US"))
