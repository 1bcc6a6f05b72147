"""The composition root: settings in, Flask application out."""

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from messenger_app import cli, config, health, logs
from messenger_app.bridge import build_bridge
from messenger_app.store import shared_file
from messenger_app.webhook import views

log = structlog.get_logger(__name__)

#: Graph bundles up to a thousand updates into a delivery; larger than this is none of Graph's.
LARGEST_BODY = 4 * 1024 * 1024


def create_app(settings: config.Settings | None = None) -> Flask:
    """Build the bridge's web application.

    Raises SettingsError that names everything missing or wrong in the settings.
    """
    settings = settings or config.load()
    logs.configure(as_json=settings.log_json, level=settings.log_level)
    bridge = build_bridge(settings)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.extensions["bridge"] = bridge
    app.register_blueprint(views.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_error_handler(HTTPException, _plain)
    cli.register(app)
    file = bridge.database.path_beside("")
    if file is not None and (doubt := shared_file.doubt(file)):
        log.warning("database.may_not_be_shared", hint=f"DATABASE_URL {doubt}")
    bridge.database.upgrade()  # no separate step is needed
    bridge.clock.follow()
    return app


def _plain(error: HTTPException) -> Response:
    """Answer errors in a line of text, without the pages that frameworks make."""
    return Response(f"{error.code} {error.name}\n", error.code, mimetype="text/plain")
