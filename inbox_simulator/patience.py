"""Waiting for a condition rather than for time."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LOOK_EVERY = 0.05


class StoppedError(Exception):
    """Somebody no longer wants to wait."""


class Patience:
    """How many seconds something may take; ``stopped`` ends every wait with StoppedError."""

    def __init__(self, seconds: float, stopped: threading.Event | None = None) -> None:
        self.seconds = seconds
        self._stopped = stopped or threading.Event()

    def wait_for(self, look: Callable[[], T | None], problem: Callable[[], str]) -> T:
        """Look until there is something, and return it; else raise ``AssertionError``."""
        deadline = time.monotonic() + self.seconds
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() >= deadline:
                raise AssertionError(f"After {self.seconds:g} s: {problem()}")
            self._pause()

    def ever(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Watch for some seconds, and tell whether it ever held."""
        deadline = time.monotonic() + seconds
        while True:
            if holds():
                return True
            if time.monotonic() >= deadline:
                return False
            self._pause()

    def _pause(self) -> None:
        if self._stopped.wait(LOOK_EVERY):
            raise StoppedError
