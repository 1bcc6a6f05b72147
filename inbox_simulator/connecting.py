"""Connects apps to the Page, and changes those that are connected."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inbox_simulator.control_calls import an_object
from inbox_simulator.platform import roles
from inbox_simulator.platform.apps import FIELDS, App, known_fields
from inbox_simulator.platform.errors import InvalidParameterError
from inbox_simulator.platform.world import Page

if TYPE_CHECKING:
    from inbox_simulator.server import Simulator

JSON = dict[str, Any]
LONGEST_ID = 20
#: What belongs to an app on whichever Page it is.
TEXTS = ("name", "app_secret", "webhook_url", "verify_token")


def connect(simulator: "Simulator", values: JSON) -> App:
    """Connect an app, or change what is given of one that is connected; then verify its webhook.

    A webhook that can't be verified yet is tried again until it can, and its deliveries wait.
    Without a verify token no verification is asked for.
    """
    app_id = str(values.get("app_id") or "")
    if not (app_id.isascii() and app_id.isdigit() and len(app_id) <= LONGEST_ID):
        raise InvalidParameterError("app_id must be a string of digits, twenty at most")
    page_id = None if values.get("page_id") is None else str(values["page_id"])
    with simulator.acting(page_id=page_id) as (platform, now):
        before = roles.assigned(platform)
        app = platform.apps.get(app_id) or _new(app_id, values, simulator.app(app_id))
        token = str(values.get("access_token") or app.access_token)
        if platform.apps.get(app_id) is None or token != app.access_token:
            simulator.pages.check_token(token)
        app.access_token = token
        for each in (app, *_copies(simulator, app_id)):
            for name in TEXTS:
                if name in values:
                    setattr(each, name, str(values[name] or ""))
        if "fields" in values:
            app.fields = known_fields(_names(values["fields"]))
        if "app_fields" in values:
            for each in (app, *_copies(simulator, app_id)):
                each.app_fields = known_fields(_names(values["app_fields"]))
        if "can_take" in values:
            app.can_take = bool(values["can_take"])
        app.subscribed = True
        platform.apps[app_id] = app
        if values.get("default"):
            platform.default_app_id = app_id
        roles.tell_changes(platform, before, now)
    if app.webhook_url:
        simulator.sender.look_after(app)
    simulator.feed.note("apps")
    return app


def add_page(simulator: "Simulator", values: JSON) -> JSON:
    """Add a Page to which the default app is connected; without a token it gets one.

    The token is told, since nobody else knows it. ``switches`` are the Page's own.
    """
    with simulator.acting() as (platform, _):
        page_id = str(values.get("page_id") or platform.ids.new_number())
        if not (page_id.isascii() and page_id.isdigit() and len(page_id) <= LONGEST_ID):
            raise InvalidParameterError("page_id must be a string of digits, twenty at most")
        token = str(values.get("access_token") or f"simulated-page-token-for-{page_id}")
        known = platform.apps[platform.default_app_id]
        app = replace(known, access_token=token, fields=list(known.fields), subscribed=True)
        page = Page(page_id, str(values.get("name") or f"Page {page_id}"))
        simulator.pages.add(page, [app], app.app_id, an_object(values, "switches"))
    simulator.feed.note("reset")
    return {"page_id": page_id, "name": page.name, "app_id": app.app_id, "access_token": token}


def _copies(simulator: "Simulator", app_id: str) -> list[App]:
    return [each.apps[app_id] for each in simulator.pages if app_id in each.apps]


def _new(app_id: str, values: JSON, known: App | None) -> App:
    if known is not None and values.get("access_token"):
        return replace(known, access_token=str(values["access_token"]), fields=list(known.fields))
    missing = [name for name in ("app_secret", "access_token") if not values.get(name)]
    if missing:
        raise InvalidParameterError(f"A new app needs {' and '.join(missing)}")
    name = str(values.get("name") or f"App {app_id}")
    return App(app_id, name, values["app_secret"], values["access_token"], fields=list(FIELDS))


def _names(fields: Any) -> list[str]:
    return fields.split(",") if isinstance(fields, str) else [str(name) for name in fields or []]
