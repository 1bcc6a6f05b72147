"""Parameters as samples write them: JSON with single quotes or bare keys, and PHP's brackets.

recipient={id:'123'}        recipient[id]=123        message={"text":"hi"}
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

JSON = dict[str, Any]
SPACE = re.compile(r"\s*")
#: A text in quotes of either kind; what stands behind a backslash ends none.
QUOTED = re.compile(r"""(?s)"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'""")
#: A text or a number without quotes.
BARE_KEY, BARE_VALUE = re.compile(r"[A-Za-z_]\w*"), re.compile(r"[^\s\"'{}\[\],][^{}\[\],]*")
BRACKETS = re.compile(r"(\w+)((?:\[\w*\])+)")
DEEPEST = 8


def parse(text: str) -> Any:
    """Parse JSON, or what Meta's samples write in its place; else return the text."""
    for read in (json.loads, _Relaxed.read):
        try:
            return read(text)
        except (ValueError, RecursionError):
            continue
    return text


class _Relaxed:
    """Reads from the front. Raises ValueError where it is no such writing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @classmethod
    def read(cls, text: str) -> Any:
        """Return what the whole text says; only an object or a list may go without quotes."""
        reader = cls(text)
        value = reader._value() if reader._next() in {"{", "["} else None
        if value is None or reader._next():
            raise ValueError("no object and no list, or more than one")
        return value

    def _value(self) -> Any:
        kind = self._next()
        if kind in {'"', "'"}:
            return self._quoted()
        if kind == "{":
            return dict(self._items("}", self._pair))
        if kind == "[":
            return list(self._items("]", self._value))
        word = self._match(BARE_VALUE).rstrip()
        try:
            return json.loads(word)
        except ValueError:
            return word

    def _pair(self) -> tuple[str, Any]:
        key = self._quoted() if self._next() in {'"', "'"} else self._match(BARE_KEY)
        self._take(":")
        return key, self._value()

    def _items(self, end: str, item: Callable[[], Any]) -> Iterator[Any]:
        self._at += 1
        while self._next() != end:
            yield item()
            if self._next() != end:
                self._take(",")
        self._at += 1

    def _quoted(self) -> str:
        text = self._match(QUOTED)
        inner = text[1:-1].replace("\\'", "'") if text[0] == "'" else text[1:-1]
        bare = re.sub(r'(?s)\\.|"', lambda it: '\\"' if it[0] == '"' else it[0], inner)
        return str(json.loads(f'"{bare}"', strict=False))

    def _next(self) -> str:
        """Skip white space; return the character that follows, or nothing at the end."""
        self._at = SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # never none
        return self._text[self._at : self._at + 1]

    def _take(self, expected: str) -> None:
        if self._next() != expected:
            raise ValueError(f"no {expected}")
        self._at += 1

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError("neither a text nor a value")
        self._at = found.end()
        return found[0]


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
