"""Waiting for a condition rather than for time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LOOK_EVERY = 0.05


class Patience:
    """How many seconds something may take."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def wait_for(self, look: Callable[[], T | None], problem: Callable[[], str]) -> T:
        """Look until there is something, and return it; else raise ``AssertionError``."""
        deadline = time.monotonic() + self.seconds
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() >= deadline:
                raise AssertionError(f"After {self.seconds:g} s: {problem()}")
            time.sleep(LOOK_EVERY)

    @staticmethod
    def ever(holds: Callable[[], bool], seconds: float) -> bool:
        """Watch for some seconds, and tell whether it ever held."""
        deadline = time.monotonic() + seconds
        while True:
            if holds():
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(LOOK_EVERY)
