"""The ``fields`` parameter: which fields of an object an answer shows.

https://developers.facebook.com/docs/graph-api/guides/field-expansion
"""

from inbox_simulator.platform.errors import JSON, InvalidParameterError


def parse(fields: str) -> dict[str, str]:
    """Split ``a,b{c,d}`` into ``{"a": "", "b": "c,d"}``, without modifiers like ``.limit(5)``."""
    found: dict[str, str] = {}
    depth, start = 0, 0
    for end, sign in enumerate(fields + ","):
        depth += (sign in "{(") - (sign in "})")
        if sign == "," and depth == 0:
            name, _, inner = fields[start:end].strip().partition("{")
            if name:
                found[name.partition(".")[0].strip()] = inner.rstrip("}")
            start = end + 1
    if depth:
        raise InvalidParameterError("(#2500) Syntax error in the fields parameter")
    return found


def pick(values: JSON, fields: str) -> JSON:
    """Return the asked fields of an object, and its id as Graph always does."""
    wanted = parse(fields)
    unknown = set(wanted) - set(values)
    if unknown:
        name = min(unknown)
        raise InvalidParameterError(f"(#100) Tried accessing nonexisting field ({name})")
    shown = {name: values[name] for name in wanted}
    return {**shown, "id": values["id"]} if "id" in values else shown
