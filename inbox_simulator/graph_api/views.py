"""One view for the whole Graph API: read the call, find its edge, answer, journal it.

https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from inbox_simulator.clock import stopwatch
from inbox_simulator.graph_api import (
    app_settings,
    batch,
    call_log,
    edges,
    headers,
    parameters,
    versions,
)
from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.http_server import cut
from inbox_simulator.platform.error_table import InjectedError
from inbox_simulator.platform.errors import CallbackVerificationError, PlatformError
from inbox_simulator.running import simulator

if TYPE_CHECKING:
    from inbox_simulator.server import Simulator

JSON = dict[str, Any]
#: What a fault can do to a call.
STRIKES = ("delay", "delay_response", "drop_response", "error")
blueprint = Blueprint("graph_api", __name__)


@dataclass
class Answer:
    """What became of a call."""

    status: int
    body: Any
    call: GraphCall | None = None
    app_id: str | None = None
    fault: str | None = None
    #: Seconds for which it is kept back.
    late: float = 0.0
    error: PlatformError | None = None


@blueprint.route("/", defaults={"path": ""}, methods=["POST", "DELETE"])
@blueprint.route("/<path:path>", methods=["GET", "POST", "DELETE"])
def graph(path: str) -> Response:
    """Answer a Graph call."""
    running = simulator()
    at, started = running.now(), stopwatch()
    answer = Answer(200, {})
    try:
        answer.call = parameters.read(request, path)
        answer.body = _act(running, answer, answer.call)
    except PlatformError as error:
        answer.error = error
        with running.acting() as (platform, _):
            trace = platform.ids.new_trace()
        answer.status, answer.body = error.status, error.as_graph_body(trace)
    ms = round((stopwatch() - started) * 1000, 1)
    call_log.record(running, request, answer, at=at, ms=ms)
    time.sleep(answer.late)
    if answer.fault == "drop_response":
        cut(request.environ["werkzeug.socket"])
    return _response(running, answer)


def refuse(error: PlatformError) -> Response:
    """Refuse a request that no view reads, in the envelope of the others."""
    running = simulator()
    with running.acting() as (platform, _):
        body = error.as_graph_body(platform.ids.new_trace())
    return _response(running, Answer(error.status, body, error=error))


def _response(running: "Simulator", answer: Answer) -> Response:
    response = jsonify(answer.body)
    response.status_code = answer.status
    version = answer.call.version if answer.call else versions.served("", "")
    token = answer.call.access_token if answer.call else None
    with running.acting(token=token) as (platform, now):
        response.headers.update(headers.of(platform, version, answer.error, now))
    return response


def _act(running: "Simulator", answer: Answer, call: GraphCall) -> Any:
    with running.acting(token=call.access_token) as (platform, _):
        answer.app_id = edges.app_id_of(platform, call)
    _let_a_fault_strike(running, answer, call)
    if "batch" in call.parameters and call.node in {"", "me"} and not call.edge:
        with running.acting() as (platform, _):
            trace = platform.ids.new_trace()
        return batch.Batch(call, lambda each: _inner(running, each), trace).answers()
    if call.edge == "subscriptions" and call.method == "POST":
        _verify_callback(running, call)
    return _answer(running, call)


def _inner(running: "Simulator", call: GraphCall) -> JSON:
    """Answer one call of a batch. Faults strike it too; the journal has the batch as a whole."""
    with running.acting(token=call.access_token) as (platform, _):
        app_id = edges.app_id_of(platform, call)
    _let_a_fault_strike(running, Answer(200, {}, app_id=app_id), call, ("delay", "error"))
    return _answer(running, call)


def _answer(running: "Simulator", call: GraphCall) -> JSON:
    """Answer one call; its token says which Page it is about."""
    with running.acting(token=call.access_token) as (platform, now):
        return edges.answer(platform, call, now)


def _let_a_fault_strike(
    running: "Simulator", answer: Answer, call: GraphCall, kinds: tuple[str, ...] = STRIKES
) -> None:
    rule = running.faults.strike(
        "graph", kinds,
        edge=(edges.fault_name(call),), app_id=(answer.app_id,), psid=(edges.psid_of(call),),
    )  # fmt: skip
    if rule is None:
        return
    answer.fault = rule.do
    if rule.do == "delay":
        time.sleep(rule.seconds)
    if rule.do == "delay_response":
        answer.late = rule.seconds
    if rule.do == "error":
        raise InjectedError(rule.error)


def _verify_callback(running: "Simulator", call: GraphCall) -> None:
    """Ask a webhook for its challenge before it is subscribed; the model must not wait for it.

    https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge
    """
    with running.acting() as (platform, _):
        app = app_settings.subscriber(platform, call)
    url = app_settings.callback(call)
    status, words = running.sender.challenge(app, url, call.text("verify_token") or "")
    if status != 200:
        why = f"HTTP Status Code = {status}" if status else f"The URL couldn't be reached ({words})"
        raise CallbackVerificationError(
            f"(#2200) Callback verification failed with the following errors: {why}"
        )
