"""Several calls in one request.

https://developers.facebook.com/docs/graph-api/batch-requests

They are done in order. The answer of one that a later one refers to is left out, as null, unless
it says ``omit_response_on_success: false`` or was refused. Who depends on a call that was refused
is not done; that the answer is null too is assumed.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from inbox_simulator.graph_api import batch_links, parameters
from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON, InvalidParameterError, PlatformError
from inbox_simulator.platform.limits import an_object, required

MOST = 50
OK = 200


class Batch:
    """The calls of one request, and what has come of them."""

    def __init__(self, whole: GraphCall, do: Callable[[GraphCall], JSON], trace: str) -> None:
        self._whole, self._do, self._trace = whole, do, trace
        #: What a call of this name answered; none where it was refused.
        self._results: dict[str, Any] = {}
        #: Names that a later call has referred to.
        self._used: set[str] = set()

    def answers(self) -> list[JSON | None]:
        """Do each call; return status and body of each."""
        asked = self._whole.parameters["batch"]
        if not isinstance(asked, list) or not 1 <= len(asked) <= MOST:
            raise InvalidParameterError(f"(#100) Param batch must have 1 to {MOST} calls")
        told = [(item, self._one(item)) for item in asked]
        return [None if self._is_left_out(item, answer) else answer for item, answer in told]

    def _one(self, item: Any) -> JSON | None:
        answer = None
        try:
            call = self._call(an_object(item, "batch"))
            if call is not None:
                answer = self._do(call)
                told = self._written(OK, answer)
            else:
                told = None
        except PlatformError as error:
            told = self._written(error.status, error.as_graph_body(self._trace))
        name = _name(item)
        if name:
            self._results[name] = answer
        return told

    def _written(self, status: int, body: Any) -> JSON:
        kind = {"name": "Content-Type", "value": "application/json; charset=UTF-8"}
        wants_headers = self._whole.text("include_headers") not in {"False", "false"}
        headers = {"headers": [kind]} if wants_headers else {}
        return {"code": status, **headers, "body": json.dumps(body)}

    def _is_left_out(self, item: JSON, answer: JSON | None) -> bool:
        if answer is None or answer["code"] != OK:
            return answer is None
        kept = str(item.get("omit_response_on_success")) in {"False", "false"}
        return _name(item) in self._used and not kept

    def _call(self, item: JSON) -> GraphCall | None:
        """Return the call that an item asks for, or none if what it depends on was refused."""
        parts = _split(required(item, "relative_url", "batch"))
        body = item.get("body") or ""
        if not isinstance(body, str):
            raise InvalidParameterError("(#100) Param batch[body] must be a string")
        used = batch_links.parents(item)
        pairs = [*parse_qsl(parts.query), *parse_qsl(body)]
        pairs = [(name, batch_links.put_in(value, self._results, used)) for name, value in pairs]
        path = batch_links.put_in(parts.path, self._results, used)
        if used - self._results.keys():
            raise InvalidParameterError("(#100) Param batch[depends_on] must name an earlier call")
        self._used |= used
        if any(self._results[name] is None for name in used):
            return None
        values = parameters.from_pairs(pairs)
        token = str(values.pop("access_token", "") or self._whole.access_token)
        proof = self._whole.text("appsecret_proof")
        if proof is not None and token == self._whole.access_token:
            values.setdefault("appsecret_proof", proof)
        node, edge, version = parameters.split(path)
        method = str(item.get("method") or "GET").upper()
        return GraphCall(method, node, edge, values, token, "", version, here=self._whole.here)


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise InvalidParameterError("(#100) Param batch[relative_url] is no address") from None


def _name(item: Any) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else ""


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
    ),
    assumed(
        "requests",
        "who depends on a refused call of a batch is not done and answers null",
        why="the refusal itself is in the answer, so that a client needs no other",
    ),
)
