"""How calls to the control API are read and refused.

A missing body means ``{}``. A request that can't be done answers ``{"error": sentence}``.
"""

from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from inbox_simulator import recording
from inbox_simulator.platform.errors import (
    InvalidParameterError,
    NoMatchingUserError,
    PlatformError,
)
from inbox_simulator.running import simulator

JSON = dict[str, Any]


def body() -> JSON:
    """Return the request's JSON object; a missing body is an empty one."""
    if not request.get_data():
        return {}
    values = request.get_json(force=True, silent=True)
    if not isinstance(values, dict):
        raise InvalidParameterError("The body must be a JSON object")
    return values


def an_object(values: JSON, name: str) -> JSON | None:
    """Return a value that must be an object, or none if it is missing."""
    value = values.get(name)
    if value is not None and not isinstance(value, dict):
        raise InvalidParameterError(f"{name} must be an object")
    return value


def a_text(values: JSON, name: str) -> str | None:
    """Return a value as text, or none if it is missing."""
    value = values.get(name)
    return None if value is None else str(value)


def record_acts(blueprint: Blueprint) -> None:
    """Let what a blueprint's calls do be part of the recorded session."""
    blueprint.before_request(_note_before)
    blueprint.after_request(_note_after)


def _note_before() -> None:
    if recording.is_act(request.method, _path()):
        psid = (request.view_args or {}).get("psid")
        with simulator().acting(psid=psid) as (platform, _):
            # Who acts in one thread has seen that one; time and switches concern them all.
            thread = platform.threads.get(str(psid))
            g.counts = recording.counts([thread] if thread else simulator().threads())


def _note_after(response: Response) -> Response:
    if "counts" in g and response.status_code == 200:
        answer = response.get_json()
        step = {
            "method": request.method,
            "path": _path(),
            "body": body(),
            "answer": answer if isinstance(answer, dict) else {},
        }
        with simulator().acting():
            simulator().recording.note(step, g.counts)
    return response


def _path() -> str:
    return request.path.removeprefix("/_simulator/")


def refuse_in_words(blueprint: Blueprint) -> None:
    """Let a blueprint's refusals be sentences."""
    blueprint.register_error_handler(PlatformError, _refused)
    for kind in (TypeError, ValueError):
        blueprint.register_error_handler(kind, _misread)


def _refused(error: PlatformError) -> tuple[Response, int]:
    if isinstance(error, NoMatchingUserError):
        return jsonify(error="There is no person with this PSID"), 404
    return jsonify(error=str(error), code=error.code, subcode=error.subcode), error.status


def _misread(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400
