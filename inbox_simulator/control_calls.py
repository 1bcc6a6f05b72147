"""How calls to the control API are read and refused.

A missing body means ``{}``. A request that can't be done answers ``{"error": sentence}``.
"""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from inbox_simulator.platform.errors import (
    InvalidParameterError,
    NoMatchingUserError,
    PlatformError,
)

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
