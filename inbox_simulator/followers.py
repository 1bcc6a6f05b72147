"""Who follows the simulator's clock by reading it again and again.

A bridge that reads the clock twice a second would for half a second go by the old time after a
jump, and set a timer that then seems to be a day late. So whoever lets time pass waits until each
follower has read the clock once more.
"""

import threading

from inbox_simulator.clock import stopwatch

#: A client that has not read the clock for so many seconds doesn't follow it, or is gone.
FORGOTTEN_AFTER = 1.5


class Followers:
    """Remembers when each connection last read the clock."""

    def __init__(self) -> None:
        self._reads: dict[str, float] = {}
        self._news = threading.Condition()

    def read(self, connection: str) -> None:
        """Note that a connection reads the clock."""
        with self._news:
            now = stopwatch()
            self._reads[connection] = now
            for gone in [c for c, at in self._reads.items() if now - at > FORGOTTEN_AFTER]:
                del self._reads[gone]
            self._news.notify_all()

    def wait(self) -> None:
        """Wait until every follower has read the clock again, or is forgotten."""
        jumped = stopwatch()
        with self._news:
            following = [c for c, at in self._reads.items() if jumped - at <= FORGOTTEN_AFTER]
            self._news.wait_for(
                lambda: all(self._reads.get(c, jumped) >= jumped for c in following),
                FORGOTTEN_AFTER,
            )
