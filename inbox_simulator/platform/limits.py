"""Checks that the rules of messages, templates and profiles share; most refuse with code 100."""

from collections.abc import Collection
from typing import Any, TypeGuard

from inbox_simulator.platform.errors import (
    JSON,
    InvalidParameterError,
    TooFewElementsError,
    TooManyElementsError,
)


def an_object(value: Any, name: str) -> JSON:
    """Return a value that must be a JSON object."""
    if not isinstance(value, dict):
        raise InvalidParameterError(f"(#100) Param {name} must be an object")
    return value


def is_one_of(value: Any, known: Collection[str]) -> TypeGuard[str]:
    """Tell whether a value is one of these texts; a list or an object is none."""
    return isinstance(value, str) and value in known


def a_list(value: Any, name: str, most: int, least: int = 0) -> list[Any]:
    """Return a value that must be a list of so many elements."""
    if not isinstance(value, list):
        raise InvalidParameterError(f"(#100) Param {name} must be an array")
    if len(value) > most:
        raise TooManyElementsError(name)
    if len(value) < least:
        raise TooFewElementsError(name)
    return value


def required(owner: Any, key: str, name: str) -> str:
    """Return a text that must be there."""
    value = an_object(owner, name).get(key)
    if not isinstance(value, str) or not value:
        raise InvalidParameterError(f"(#100) Param {name}[{key}] must be a non-empty string")
    return value


def at_most(text: Any, most: int, name: str) -> None:
    """Check a text's length in code points: how Meta counts an emoji is not documented."""
    if not isinstance(text, str):
        raise InvalidParameterError(f"(#100) Param {name} must be a string")
    if len(text) > most:
        raise InvalidParameterError(
            f"(#100) Length of param {name} must be less than or equal to {most}"
        )
