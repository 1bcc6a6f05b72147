"""The simulator's clock: real time plus what was advanced. The only reader of time here."""

import threading
import time
from datetime import UTC, datetime

#: Ten years in seconds.
LONGEST_STEP = 315_360_000


class Clock:
    """Tells the time in milliseconds since the epoch, and lets it pass."""

    def __init__(self) -> None:
        self._offset = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        """Return the simulator's time in milliseconds."""
        return real_now() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass. It never runs backwards, as ``seconds`` must not be negative."""
        if not 0 <= seconds <= LONGEST_STEP:
            raise ValueError("advance_seconds is from 0 to ten years: time can't run backwards")
        with self._lock:
            self._offset += int(seconds * 1000)

    def reset(self) -> None:
        """Return to real time."""
        with self._lock:
            self._offset = 0

    def as_json(self) -> dict[str, object]:
        """Return the time in milliseconds, for people, and how far it is ahead in seconds."""
        now = self.now()
        return {
            "now": now,
            "iso": datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds"),
            "offset_seconds": self._offset / 1000,
        }


def real_now() -> int:
    """Return real time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000  # noqa: TID251 -- this is the simulator's clock.py


def stopwatch() -> float:
    """Return a steadily growing number of seconds, to measure how long something took."""
    return time.perf_counter()
