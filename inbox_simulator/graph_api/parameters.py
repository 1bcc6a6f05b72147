"""Reads a Graph request: version, node, edge, token and parameters, whatever form they come in.

https://developers.facebook.com/docs/graph-api/overview

Parameters may stand in the query, in a form or in a JSON body; values of a query or form may be
JSON themselves, also with single quotes or bare keys, as Meta's own samples have them.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import Request

from inbox_simulator.platform.errors import JSON, AccessTokenError, InvalidParameterError

VERSION = re.compile(r"v\d+\.\d+")
BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")
BARE_VALUE = re.compile(
    r"(:\s*)(?!true\b|false\b|null\b|-?\d+\s*[,}])([^\s\"'{}\[\],][^\"'{}\[\],]*)"
)
OBJECTS = frozenset({"recipient", "message", "thread_control", "reply_to", "payload"})


@dataclass(frozen=True)
class GraphCall:
    """One request to the Graph API."""

    method: str
    node: str
    edge: str
    #: Query, form and JSON body merged; the body wins.
    parameters: JSON
    access_token: str
    raw: str

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
            value = _relaxed(value) if value.startswith("[") else value.split(",")
        return [str(item).strip() for item in value]

    def token(self) -> str:
        """Return the access token, or refuse the call."""
        if not self.access_token:
            raise AccessTokenError("An access token is required to request this resource.")
        return self.access_token


def read(request: Request, path: str) -> GraphCall:
    """Read a request. A body that is no JSON object is refused with code 100."""
    raw = request.get_data(cache=True, parse_form_data=False).decode(errors="replace")
    parameters: JSON = {name: _value(name, value) for name, value in request.args.items()}
    kind = request.mimetype
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        parameters |= {name: _value(name, value) for name, value in request.form.items()}
    elif raw.strip():
        parameters |= _json_object(raw)
    parts = [part for part in path.split("/") if part]
    if parts and VERSION.fullmatch(parts[0]):
        parts = parts[1:]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = ""
    token = str(parameters.pop("access_token", "") or token.strip())
    method = request.method
    if method == "POST" and "method" in parameters:
        method = str(parameters.pop("method")).upper()
    node = parts[0] if parts else ""
    return GraphCall(method, node, "/".join(parts[1:]), parameters, token, raw)


def _json_object(raw: str) -> JSON:
    try:
        body = json.loads(raw)
    except ValueError:
        raise InvalidParameterError("(#100) The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise InvalidParameterError("(#100) The request body must be a JSON object")
    return {name: _value(name, value) for name, value in body.items()}


def _value(name: str, value: Any) -> Any:
    if name in OBJECTS and isinstance(value, str):
        return _relaxed(value)
    return value


def _relaxed(text: str) -> Any:
    """Parse JSON, or what Meta's samples write in its place; else return the text."""
    for candidate in (text, _strict(text)):
        try:
            return json.loads(candidate)
        except ValueError:
            continue
    return text


def _strict(text: str) -> str:
    text = BARE_KEY.sub(r'\1"\2":', text.replace("'", '"'))
    return BARE_VALUE.sub(r'\1"\2"', text)
