"""Reads a Graph request: version, node, edge, token and parameters, whatever form they come in.

https://developers.facebook.com/docs/graph-api/overview

Parameters may stand in the query, in a form or in a JSON body; values of a query or form may be
JSON themselves, in the relaxed writing of Meta's own samples. A null is as good as absent.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Request

from inbox_simulator.graph_api import relaxed_json, versions
from inbox_simulator.platform.coverage import assumed, documented, observed
from inbox_simulator.platform.errors import (
    JSON,
    InvalidParameterError,
    NoTokenError,
    NoTokenForMeError,
)
from inbox_simulator.platform.uploads import File

#: Parameters that are objects or lists, also where they come as text.
STRUCTURED = frozenset({
    "recipient", "message", "thread_control", "reply_to", "payload", "greeting", "ice_breakers",
    "persistent_menu", "get_started", "whitelisted_domains", "commands", "params", "batch",
})  # fmt: skip
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


@dataclass(frozen=True)
class GraphCall:
    """One request to the Graph API."""

    method: str
    node: str
    edge: str
    #: Query, form and JSON body merged; the body wins.
    parameters: JSON
    access_token: str
    raw: str = ""
    #: The version that answers.
    version: str = ""
    files: dict[str, File] = field(default_factory=dict)
    #: Where the simulator is, for the addresses of what was uploaded to it.
    here: str = ""

    def text(self, name: str) -> str | None:
        """Return a parameter as text; ids are sent as strings and as numbers."""
        value = self.parameters.get(name)
        return None if value is None else str(value)

    def object(self, name: str) -> JSON | None:
        """Return a parameter that is a JSON object, or none if it is missing."""
        value = self.parameters.get(name)
        if value is not None and not isinstance(value, dict):
            raise InvalidParameterError(f"(#100) Param {name} must be a valid JSON object")
        return value

    def psid(self) -> str:
        """Return the recipient's PSID."""
        psid = (self.object("recipient") or {}).get("id")
        if not psid:
            raise InvalidParameterError("(#100) The parameter recipient is required")
        return str(psid)

    def names(self, name: str) -> list[str]:
        """Return a list that came as JSON or separated by commas."""
        value = self.parameters.get(name) or []
        if isinstance(value, str):
            value = relaxed_json.parse(value) if value.startswith("[") else value.split(",")
        return [str(item).strip() for item in value if item] if isinstance(value, list) else []

    def token(self) -> str:
        """Return the access token, or refuse the call."""
        if not self.access_token:
            raise NoTokenForMeError if self.node in {"", "me"} else NoTokenError
        return self.access_token


def read(request: Request, path: str) -> GraphCall:
    """Read a request. A body that is no JSON object is refused with code 100."""
    raw = request.get_data(cache=True, parse_form_data=False).decode(errors="replace")
    parameters = from_pairs(request.args.items(multi=True))
    if request.mimetype in FORMS:
        parameters |= from_pairs(request.form.items(multi=True))
    elif raw.strip():
        parameters |= _json_object(raw)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in {"bearer", "oauth"}:
        token = ""
    token = str(parameters.pop("access_token", "") or token.strip())
    method = request.method
    if method == "POST" and "method" in parameters:
        method = str(parameters.pop("method")).upper()
    node, edge, version = split(path)
    files = {
        name: File(each.read(), each.mimetype or "application/octet-stream")
        for name, each in request.files.items()
    }
    here = f"{request.scheme}://{request.headers.get('Host', 'localhost')}"
    return GraphCall(method, node, edge, parameters, token, raw, version, files, here)


def split(path: str) -> tuple[str, str, str]:
    """Return node, edge and the version that answers; an unknown version is refused."""
    parts = [part for part in path.split("/") if part]
    version = parts.pop(0) if parts and versions.is_version(parts[0]) else ""
    served = versions.served(version, "/".join(parts))
    return (parts[0] if parts else ""), "/".join(parts[1:]), served


def from_pairs(pairs: Iterable[tuple[str, str]]) -> JSON:
    """Read parameters that are names with texts."""
    values = relaxed_json.unfold(pairs)
    return {name: _value(name, value) for name, value in values.items()}


def _json_object(raw: str) -> JSON:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidParameterError("(#100) The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise InvalidParameterError("(#100) The request body must be a JSON object")
    found = {name: _value(name, value) for name, value in body.items()}
    return {name: value for name, value in found.items() if value is not None}


def _value(name: str, value: Any) -> Any:
    if name in STRUCTURED and isinstance(value, str):
        value = relaxed_json.parse(value)
    return _without_nulls(value)


def _without_nulls(value: Any) -> Any:
    """Leave out what is null, or says nothing else: clients with types write all keys they know."""
    if isinstance(value, dict) and value:
        known = {key: _without_nulls(each) for key, each in value.items()}
        return {key: each for key, each in known.items() if each is not None} or None
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value


COVERS = (
    documented("requests", "token in query, form, JSON or header", "send-messages"),
    documented("requests", "JSON, forms, files, everything in the query", "send-messages"),
    documented("requests", "relaxed JSON, as samples write it", "get-started"),
    observed("requests", "brackets in names of a form", "official SDKs for PHP"),
    observed("requests", "method= in place of the method", "official SDKs"),
    assumed(
        "requests",
        "a null is as good as absent, at any depth",
        why="libraries with types send every key they know",
    ),
)
