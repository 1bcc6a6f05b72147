"""Calls of a batch that wait for each other, or use what another has answered.

https://developers.facebook.com/docs/graph-api/batch-requests

``{result=NAME:PATH}`` in an address or a body stands for what the call of that name answered; the
path is JSONPath, of which ``$``, ``.name``, ``.*``, ``[0]`` and ``[*]`` are read.
"""

import re
from typing import Any

from inbox_simulator.platform.errors import JSON, InvalidParameterError

REFERENCE = re.compile(r"{result=([\w-]+):\$([^}]*)}")
STEP = re.compile(r"\.(\w+|\*)|\[(\d{1,4}|\*)\]")


def parents(item: JSON) -> set[str]:
    """Return the names of the calls that must have been done before this one."""
    named = item.get("depends_on")
    if named is not None and not isinstance(named, str):
        raise InvalidParameterError("(#100) Param batch[depends_on] must be a name")
    return {named} if named else set()


def put_in(text: str, results: dict[str, Any], used: set[str]) -> str:
    """Put earlier answers in the place of references; note in ``used`` whose they were.

    Several values stand with commas between them. A name that no earlier call has is refused.
    """

    def found(match: re.Match[str]) -> str:
        name, path = match.groups()
        if name not in results:
            raise InvalidParameterError(f"(#100) No earlier call of the batch is named {name}")
        used.add(name)
        return ",".join(_as_text(value) for value in _values(results[name], path))

    return REFERENCE.sub(found, text)


def _values(answer: Any, path: str) -> list[Any]:
    """Return all that a path leads to."""
    if STEP.sub("", path):
        raise InvalidParameterError(f"(#100) The simulator can't read the JSONPath ${path}")
    values = [answer]
    for step in STEP.finditer(path):
        key = step[1] or step[2]
        values = [inner for value in values for inner in _inner(value, key)]
    return values


def _inner(value: Any, key: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values()) if key == "*" else [value[key]] if key in value else []
    if isinstance(value, list):
        if key == "*":
            return value
        return [value[int(key)]] if key.isdecimal() and int(key) < len(value) else []
    return []


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower()
