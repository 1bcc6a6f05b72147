"""The ``fields`` parameter: which fields of an object an answer shows.

https://developers.facebook.com/docs/graph-api/guides/field-expansion
"""

import re
from typing import NamedTuple

from inbox_simulator.platform.errors import JSON, InvalidParameterError

LIMIT = re.compile(r"\.limit\((\d{1,9})\)")


class Wanted(NamedTuple):
    """What is asked of one field: fields of its own, and how many items of a list."""

    inner: str = ""
    limit: int | None = None


def parse(fields: str) -> dict[str, Wanted]:
    """Split ``a,b.limit(5){c,d}`` into names and what is wanted of each."""
    found: dict[str, Wanted] = {}
    depth, start = 0, 0
    for end, sign in enumerate(fields + ","):
        depth += (sign in "{(") - (sign in "})")
        if sign == "," and depth == 0:
            head, _, inner = fields[start:end].strip().partition("{")
            name, _, _ = head.partition(".")
            limit = LIMIT.search(head)
            if name:
                inner = inner.removesuffix("}").strip()
                found[name.strip()] = Wanted(inner, int(limit[1]) if limit else None)
            start = end + 1
    if depth:
        raise InvalidParameterError("(#2500) Syntax error in the fields parameter")
    return found


def pick(values: JSON, fields: str) -> JSON:
    """Return the asked fields of an object, and its id as Graph always does.

    A field that the object has no value for is left out.
    """
    wanted = parse(fields)
    check_known(wanted, values)
    shown = {name: values[name] for name in wanted if values[name] is not None}
    return {**shown, "id": values["id"]} if "id" in values else shown


def pick_each(objects: list[JSON], fields: str | None) -> list[JSON]:
    """Return the asked fields of each object of a list, or all where none are asked for."""
    return [pick(each, fields) for each in objects] if fields else objects


def check_known(wanted: dict[str, Wanted], known: JSON | set[str]) -> None:
    """Refuse a field that the object does not have."""
    unknown = set(wanted) - set(known)
    if unknown:
        raise InvalidParameterError(f"(#100) Tried accessing nonexisting field ({min(unknown)})")
