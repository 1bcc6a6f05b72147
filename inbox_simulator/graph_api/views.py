"""One view for the whole Graph API: read the call, find its edge, answer, journal it.

https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Request, Response, jsonify, request

from inbox_simulator import redact
from inbox_simulator.clock import stopwatch
from inbox_simulator.graph_api import edges, parameters
from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.http_server import cut
from inbox_simulator.platform.errors import InjectedError, PlatformError
from inbox_simulator.running import simulator

if TYPE_CHECKING:
    from inbox_simulator.server import Simulator

JSON = dict[str, Any]
blueprint = Blueprint("graph_api", __name__)


@dataclass
class _Answer:
    """What became of a call."""

    status: int
    body: JSON
    call: GraphCall | None = None
    app_id: str | None = None
    fault: str | None = None


@blueprint.route("/", defaults={"path": ""}, methods=["POST", "DELETE"])
@blueprint.route("/<path:path>", methods=["GET", "POST", "DELETE"])
def graph(path: str) -> Response:
    """Answer a Graph call."""
    running = simulator()
    at, started = running.now(), stopwatch()
    answer = _Answer(200, {})
    try:
        answer.call = parameters.read(request, path)
        answer.body = _act(running, answer)
    except PlatformError as error:
        with running.acting() as (platform, _):
            trace = platform.ids.new_trace()
        answer.status, answer.body = error.status, error.as_graph_body(trace)
    ms = round((stopwatch() - started) * 1000, 1)
    _record(running, answer, at, ms)
    if answer.fault == "drop_response":
        cut(request.environ["werkzeug.socket"])
    response = jsonify(answer.body)
    response.status_code = answer.status
    return response


def _act(running: "Simulator", answer: _Answer) -> JSON:
    call = answer.call
    assert call is not None  # noqa: S101 -- set by the only caller
    with running.acting() as (platform, _):
        answer.app_id = edges.app_id_of(platform, call)
    rule = running.faults.strike(
        "graph", ("delay", "drop_response", "error"),
        edge=(edges.fault_name(call),), app_id=(answer.app_id,), psid=(edges.psid_of(call),),
    )  # fmt: skip
    if rule is not None:
        answer.fault = rule.do
        if rule.do == "delay":
            time.sleep(rule.seconds)
        if rule.do == "error":
            error = {"status": 400, "code": 2, "subcode": None, **rule.error}
            raise InjectedError(
                error["status"], error["code"], error["subcode"],
                str(rule.error.get("message", "")),
            )  # fmt: skip
    with running.acting() as (platform, now):
        return edges.answer(platform, call, now)


def _record(running: "Simulator", answer: _Answer, at: int, ms: float) -> None:
    call = answer.call
    entry = {
        "at": at, "kind": "call", "app_id": answer.app_id,
        "method": request.method, "path": request.path,
        "query": redact.mapping(request.args.to_dict()),
        "headers": redact.mapping(dict(request.headers)),
        "body": _body(request, call),
        "raw": redact.raw_body(request.get_data(cache=True).decode(errors="replace")),
        "status": None if answer.fault == "drop_response" else answer.status,
        "response": answer.body, "ms": ms,
        "edge": (call.edge or call.node) if call else "",
        "psid": edges.psid_of(call) if call else None, "fault": answer.fault,
    }  # fmt: skip
    with running.acting() as (platform, _):
        secrets = {app.access_token for app in platform.apps.values()}
        secrets |= {app.app_secret for app in platform.apps.values()}
    secrets.add(call.access_token if call else "")
    running.journal.add(redact.scrub(entry, secrets - {""}))


def _body(incoming: Request, call: GraphCall | None) -> JSON | None:
    """Return the parameters that came in the body."""
    if call is None or not call.raw:
        return None
    sent = {name: value for name, value in call.parameters.items() if name not in incoming.args}
    return redact.mapping(sent)
