"""Parameters as samples write them: JSON with single quotes or bare keys, and PHP's brackets.

recipient={id:'123'}        recipient[id]=123        message={"text":"hi"}
"""

import json
import re
from collections.abc import Iterable
from typing import Any

JSON = dict[str, Any]
BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")
BARE_VALUE = re.compile(
    r"(:\s*)(?!true\b|false\b|null\b|-?\d+\s*[,}])([^\s\"'{}\[\],][^\"'{}\[\],]*)"
)
BRACKETS = re.compile(r"(\w+)((?:\[\w*\])+)")
DEEPEST = 8


def parse(text: str) -> Any:
    """Parse JSON, or what Meta's samples write in its place; else return the text."""
    for candidate in (text, _strict(text)):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return text


def unfold(values: Iterable[tuple[str, str]]) -> JSON:
    """Put ``message[text]`` into ``message``; a name without brackets stays as it is."""
    found: JSON = {}
    for name, value in values:
        match = BRACKETS.fullmatch(name)
        keys = re.findall(r"\[(\w*)\]", match[2]) if match else []
        if match is None or len(keys) > DEEPEST:
            found[name] = value
            continue
        at = found
        for key in (match[1], *keys[:-1]):
            inner = at.setdefault(key or str(len(at)), {})
            at = inner if isinstance(inner, dict) else {}
        at[keys[-1] or str(len(at))] = value
    return {name: _lists(value) for name, value in found.items()}


def _lists(value: Any) -> Any:
    """Turn ``{"0": …, "1": …}`` into a list."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(each) for key, each in value.items()}
    numbered = [str(number) for number in range(len(inner))]
    return list(inner.values()) if inner and list(inner) == numbered else inner


def _strict(text: str) -> str:
    text = BARE_KEY.sub(r'\1"\2":', text.replace("'", '"'))
    return BARE_VALUE.sub(r'\1"\2"', text)
