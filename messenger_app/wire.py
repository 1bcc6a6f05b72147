"""Read and write JSON as it goes over the wire."""

import json
import re
from typing import Any

import orjson

#: A NUL as JSON writes it; not the words "\\u0000" that somebody typed, with a backslash before.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def read_json(data: bytes, *, keep_nul: bool = False) -> Any:
    """Read JSON into text that can be stored and sent on. Raises ValueError where it is none.

    Half an emoji, cut off somewhere on the way, is JSON all the same, but no database takes it:
    a question mark stands for it then. Nor does PostgreSQL take a NUL: the sign for "no such
    character" does, unless ``keep_nul`` says that it is to stay JSON.
    """
    if not keep_nul and b"\\u0000" in data:
        data = _NUL.sub(rb"\1\\ufffd", data)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        lenient = json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8", "replace")
        return orjson.loads(lenient)
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None


def write_json(value: Any) -> bytes:
    """Write JSON, also what orjson refuses: half an emoji, a number of any size."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value).encode()
