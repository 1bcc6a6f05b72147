"""The wish to stop, which a signal handler may utter."""

import queue


class Stopping:
    """Like `threading.Event`, but `set` takes no lock.

    A signal's handler runs amid whatever its thread does. If that is an event's `wait`, the thread
    holds the lock that the event's `set` would wait for, and nothing ends it.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()  # its `put` may be interrupted

    def set(self) -> None:
        """Say that it is time to stop. Safe to call from a signal handler."""
        self._is_set = True
        self._wakes.put(None)

    def is_set(self) -> bool:
        """Say whether it is time to stop."""
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait no longer than this; say whether it is time to stop."""
        try:
            self._wakes.get(timeout=seconds)
        except queue.Empty:
            return self._is_set
        self._wakes.put(None)  # for whoever else waits
        return True
