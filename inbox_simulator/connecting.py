"""Connects apps to the Page, and changes those that are connected."""

from typing import TYPE_CHECKING, Any

from inbox_simulator.platform import roles
from inbox_simulator.platform.apps import FIELDS, App, known_fields
from inbox_simulator.platform.errors import InvalidParameterError

if TYPE_CHECKING:
    from inbox_simulator.server import Simulator

JSON = dict[str, Any]
LONGEST_ID = 20
TEXTS = ("name", "app_secret", "access_token", "webhook_url", "verify_token")


def connect(simulator: "Simulator", values: JSON) -> App:
    """Connect an app, or change what is given of one that is connected; then verify its webhook.

    A webhook that can't be verified yet is tried again until it can, and its deliveries wait.
    Without a verify token no verification is asked for.
    """
    app_id = str(values.get("app_id") or "")
    if not (app_id.isascii() and app_id.isdigit() and len(app_id) <= LONGEST_ID):
        raise InvalidParameterError("app_id must be a string of digits, twenty at most")
    with simulator.acting() as (platform, now):
        before = roles.assigned(platform)
        app = platform.apps.get(app_id) or _new(app_id, values)
        for name in TEXTS:
            if name in values:
                setattr(app, name, str(values[name] or ""))
        if "fields" in values:
            app.fields = known_fields(_names(values["fields"]))
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


def _new(app_id: str, values: JSON) -> App:
    missing = [name for name in ("app_secret", "access_token") if not values.get(name)]
    if missing:
        raise InvalidParameterError(f"A new app needs {' and '.join(missing)}")
    name = str(values.get("name") or f"App {app_id}")
    return App(app_id, name, values["app_secret"], values["access_token"], fields=list(FIELDS))


def _names(fields: Any) -> list[str]:
    return fields.split(",") if isinstance(fields, str) else [str(name) for name in fields or []]
