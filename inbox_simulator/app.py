"""The Flask app of one simulator: the Graph API, the control API and the page."""

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, request, send_from_directory
from werkzeug.exceptions import HTTPException

from inbox_simulator import control_api, people_api, stories_api, stream
from inbox_simulator.graph_api import views as graph_api
from inbox_simulator.guard import refuse_other_sites, refuse_strangers
from inbox_simulator.platform.errors import UnsupportedRequestError

if TYPE_CHECKING:
    from inbox_simulator.server import Simulator

UI = Path(__file__).with_name("ui")
#: In a checkout; an installed package has none.
DOCS = Path(__file__).resolve().parent.parent / "docs"
CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' data: http: https:"


def create_app(simulator: "Simulator") -> Flask:
    """Return the app that serves this simulator."""
    app = Flask("inbox_simulator", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["simulator"] = simulator
    app.register_blueprint(stories_api.blueprint, url_prefix="/_simulator")
    app.register_blueprint(control_api.blueprint, url_prefix="/_simulator")
    app.register_blueprint(people_api.blueprint, url_prefix="/_simulator")
    app.register_blueprint(stream.blueprint, url_prefix="/_simulator")
    app.before_request(_guard)
    app.add_url_rule("/", "page", _page)
    app.add_url_rule("/_simulator/ui/<path:name>", "ui", _ui_file)
    app.add_url_rule("/_simulator/docs/<path:name>", "docs", _document)
    app.register_blueprint(graph_api.blueprint)
    app.register_error_handler(HTTPException, _no_such_path)
    return app


def _guard() -> Response | None:
    """Refuse other sites' pages everything; page and control API are for this machine alone."""
    if request.path == "/" or request.path.startswith("/_simulator"):
        return refuse_strangers(request) or refuse_other_sites(request)
    return refuse_other_sites(request)


def _no_such_path(error: HTTPException) -> Response:
    """Refuse what no view answers as Graph does, or in the control API's words."""
    status = error.code or 400
    if request.path.startswith("/_simulator") or status not in {404, 405}:
        response = jsonify(error=error.description)
        response.status_code = status
        return response
    return graph_api.refuse(UnsupportedRequestError(request.method, request.path.strip("/")))


def _page() -> Response:
    return _ui_file("index.html")


def _ui_file(name: str) -> Response:
    response = send_from_directory(UI, name)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response


def _document(name: str) -> Response:
    return send_from_directory(DOCS, name, mimetype="text/plain" if name.endswith(".md") else None)
