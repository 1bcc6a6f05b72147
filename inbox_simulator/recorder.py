"""What happened, for whoever looks: the journal of calls and deliveries, and the change feed."""

import threading
from collections import deque
from typing import Any, NamedTuple

from inbox_simulator.clock import real_now

JSON = dict[str, Any]
JOURNAL_LENGTH = 10_000
FEED_LENGTH = 20_000
#: By which of an entry's values a filter looks.
FILTERS = {
    "kind": ("kind",),
    "app_id": ("app_id",),
    "psid": ("psid",),
    "edge": ("edge", "field", "channel", "fields", "channels"),
}
NAMES = ", ".join(("since", *FILTERS))


class Change(NamedTuple):
    """One thing that changed: its kind, and which one of that kind."""

    version: int
    kind: str
    key: str


class ChangeFeed:
    """Numbers every change, so that a page can ask for what it missed.

    A change only names what is new; the news itself is read when someone asks for it. Versions
    start at the real time in milliseconds: a version of an earlier run is always too old to replay.
    """

    def __init__(self) -> None:
        self._changes: deque[Change] = deque(maxlen=FEED_LENGTH)
        self._first = self._version = real_now()
        self._closed = False
        self._news = threading.Condition()

    @property
    def version(self) -> int:
        """Number of the newest change."""
        return self._version

    def note(self, kind: str, key: str = "") -> None:
        """Record that something changed."""
        with self._news:
            self._version += 1
            if len(self._changes) == FEED_LENGTH:
                self._first = self._changes[0].version
            self._changes.append(Change(self._version, kind, key))
            self._news.notify_all()

    def close(self) -> None:
        """Let every waiting reader go."""
        with self._news:
            self._closed = True
            self._news.notify_all()

    def wait(self, version: int, seconds: float) -> bool:
        """Wait for a change after ``version``; False once the feed is closed."""
        with self._news:
            self._news.wait_for(lambda: self._closed or self._version > version, seconds)
            return not self._closed

    def since(self, version: int) -> list[Change] | None:
        """Return what changed after ``version``, each thing once, or None if that is forgotten."""
        with self._news:
            if not self._first <= version <= self._version:
                return None
            newest: dict[tuple[str, str], Change] = {}
            for change in reversed(self._changes):
                if change.version <= version:
                    break
                newest.setdefault((change.kind, change.key), change)
        return sorted(newest.values())


class Journal:
    """Every call and delivery, numbered; the oldest fall out."""

    def __init__(self, feed: ChangeFeed) -> None:
        self._entries: deque[JSON] = deque(maxlen=JOURNAL_LENGTH)
        self._feed = feed
        self._lock = threading.Lock()
        self._seq = 0

    @property
    def seq(self) -> int:
        """Number of the newest entry."""
        return self._seq

    def add(self, entry: JSON) -> None:
        """Append an entry, which gets the next number."""
        with self._lock:
            self._seq += 1
            self._entries.append({"seq": self._seq, **entry})
            self._feed.note("journal", str(self._seq))

    def since(self, seq: int, wanted: dict[str, str] | None = None) -> list[JSON]:
        """Return the entries after this number, oldest first, of which ``wanted`` is true.

        ``kind``, ``app_id`` and ``psid`` are compared as they are; ``edge`` is a call's edge, or a
        delivery's field or channel. Another name is refused with ``ValueError``.
        """
        unknown = set(wanted or {}) - FILTERS.keys()
        if unknown:
            raise ValueError(f"The journal has no filter {min(unknown)}. There are: {NAMES}")
        with self._lock:
            newer = []
            for entry in reversed(self._entries):
                if entry["seq"] <= seq:
                    break
                if all(value in _named(entry, name) for name, value in (wanted or {}).items()):
                    newer.append(entry)
        return newer[::-1]

    def get(self, seq: int) -> JSON | None:
        """Return one entry, or none if it never was or fell out."""
        with self._lock:
            if not self._entries or not self._entries[0]["seq"] <= seq <= self._seq:
                return None
            return self._entries[seq - self._entries[0]["seq"]]

    def clear(self) -> None:
        """Forget everything. Numbers go on, so that ``since`` never skips."""
        with self._lock:
            self._entries.clear()


def _named(entry: JSON, name: str) -> set[Any]:
    found = [entry.get(key) for key in FILTERS[name]]
    return {each for value in found for each in (value if isinstance(value, list) else [value])}
