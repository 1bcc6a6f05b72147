"""Several calls in one request.

https://developers.facebook.com/docs/graph-api/batch-requests

Each is done on its own, in order. References from one to another (``name``, JSONPath) are refused.
"""

import json
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from inbox_simulator.graph_api import parameters
from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import JSON, InvalidParameterError, PlatformError
from inbox_simulator.platform.limits import a_list, an_object, required

MOST = 50


def answer(call: GraphCall, do: Callable[[GraphCall], JSON], trace: str) -> list[JSON]:
    """Do each call of a batch; return status and body of each."""
    asked = a_list(call.parameters["batch"], "batch", most=MOST, least=1)
    wants_headers = call.text("include_headers") not in {"False", "false"}
    answers = []
    for each in asked:
        try:
            status, body = 200, do(_call(call, an_object(each, "batch")))
        except PlatformError as error:
            status, body = error.status, error.as_graph_body(trace)
        kind = {"name": "Content-Type", "value": "application/json; charset=UTF-8"}
        headers = {"headers": [kind]} if wants_headers else {}
        answers.append({"code": status, **headers, "body": json.dumps(body)})
    return answers


def _call(whole: GraphCall, item: JSON) -> GraphCall:
    if "name" in item or "depends_on" in item:
        raise InvalidParameterError("(#100) The simulator does not link calls of a batch")
    parts = urlsplit(required(item, "relative_url", "batch"))
    body = item.get("body") or ""
    if not isinstance(body, str):
        raise InvalidParameterError("(#100) Param batch[body] must be a string")
    pairs = [*parse_qsl(parts.query), *parse_qsl(body)]
    values = parameters.from_pairs(pairs)
    token = str(values.pop("access_token", "") or whole.access_token)
    node, edge, version = parameters.split(parts.path)
    method = str(item.get("method") or "GET").upper()
    return GraphCall(method, node, edge, values, token, "", version, here=whole.here)


COVERS = (
    documented(
        "requests",
        "batches of calls on their own",
        "https://developers.facebook.com/docs/graph-api/batch-requests",
    ),
    documented(
        "requests",
        "calls of a batch that refer to each other",
        "https://developers.facebook.com/docs/graph-api/batch-requests",
        done=False,
    ),
)
