"""The only reader of time. Milliseconds since 1970 throughout."""

import threading
import time

import requests
import structlog

log = structlog.get_logger(__name__)

#: How often a followed clock is looked at, in seconds.
FOLLOW_EVERY = 0.5


class Clock:
    """The bridge's clock, which can follow the simulator's."""

    def __init__(self, follow_url: str | None = None) -> None:
        """``follow_url`` answers ``{"now": milliseconds}``; None means the machine's own time."""
        self._follow_url = follow_url
        self._ahead = 0
        self._stop = threading.Event()

    def now(self) -> int:
        """Return the time by which timers run: the followed clock's, where there is one."""
        return self.machine() + self._ahead

    @staticmethod
    def machine() -> int:
        """Return the machine's own time: for leases, retries and deadlines of calls."""
        return time.time_ns() // 1_000_000

    @staticmethod
    def steady() -> int:
        """Return a time that never steps and means nothing elsewhere: for how long things take."""
        return time.monotonic_ns() // 1_000_000

    def follow(self) -> None:
        """Look once, then follow in a thread of its own. Without a clock to follow, do nothing."""
        if self._follow_url:
            with requests.Session() as session:
                self.look(session)
            threading.Thread(target=self._follow, name="clock", daemon=True).start()

    def stop(self) -> None:
        """Stop following."""
        self._stop.set()

    def _follow(self) -> None:
        with requests.Session() as session:
            while not self._stop.is_set():
                self.look(session)
                self._stop.wait(FOLLOW_EVERY)

    def look(self, session: requests.Session) -> None:
        """Read the followed clock once. One that doesn't answer leaves the difference as it was."""
        if not self._follow_url:
            return
        try:
            now = int(session.get(self._follow_url, timeout=2).json()["now"])
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            log.debug("clock.unreachable", error=type(error).__name__)
            return
        self._ahead = now - self.machine()
