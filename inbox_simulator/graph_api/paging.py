"""Lists by pages: ``limit``, ``after`` and ``before``, and the cursors that they are for.

https://developers.facebook.com/docs/graph-api/results
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform.errors import JSON, InvalidParameterError

T = TypeVar("T")
LIMIT = 25
HIGHEST = 500


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: its items, and where in the list they stand."""

    items: list[T]
    start: int
    total: int
    limit: int
    call: GraphCall

    @classmethod
    def of(cls, call: GraphCall, values: Iterable[T], limit: int = LIMIT) -> "Page[T]":
        """Return the page that a call asks for; a cursor that is none is refused."""
        everything = list(values)
        size = _whole(call.text("limit"), limit)
        after, before = call.text("after"), call.text("before")
        start = 0
        if after:
            start = _position(after, "after") + 1
        elif before:
            start = max(0, _position(before, "before") - size)
        items = everything[start : start + size]
        return cls(items, start, len(everything), size, call)

    def answer(self, shown: list[JSON], *, always: bool = False) -> JSON:
        """Return ``data`` with ``paging``; ``next`` only where there is more.

        ``always`` shows the cursors of a list that fits on one page too.
        """
        end = self.start + len(self.items)
        if not self.items or not (always or self.start or end < self.total):
            return {"data": shown}
        before, after = _cursor(self.start), _cursor(end - 1)
        paging: dict[str, Any] = {"cursors": {"before": before, "after": after}}
        if end < self.total:
            paging["next"] = self._address(after=after)
        if self.start:
            paging["previous"] = self._address(before=before)
        return {"data": shown, "paging": paging}

    def _address(self, **cursor: str) -> str:
        call = self.call
        kept = {
            name: str(value)
            for name, value in call.parameters.items()
            if name not in {"after", "before", "appsecret_proof"}
        }
        path = "/".join(part for part in (call.version, call.node, call.edge) if part)
        # Meta puts the token into this address too, for clients that follow it as it is.
        query = {"access_token": call.access_token, **kept, "limit": self.limit, **cursor}
        return f"{call.here}/{path}?{urlencode(query)}"


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"at {position}".encode()).decode().rstrip("=")


def _position(cursor: str, name: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return min(int(text.removeprefix("at ")), 10**9)
    except (ValueError, binascii.Error):
        raise InvalidParameterError(f"(#100) Param {name} is no cursor of this list") from None


def _whole(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidParameterError("(#100) Param limit must be a whole number")
    return max(1, min(int(text), HIGHEST))
