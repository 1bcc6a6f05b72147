"""The wish to stop, uttered by others and by a signal handler amid anything."""

import sys
import threading
from types import FrameType
from typing import Any

import pytest

from messenger_app.stopping import Stopping


def test_nobody_wants_to_stop_at_first() -> None:
    stopping = Stopping()
    assert not stopping.wait(0.01)
    assert not stopping.is_set()


@pytest.mark.timeout(20)
def test_all_who_wait_are_told() -> None:
    stopping = Stopping()
    told: list[bool] = []
    waiting = [threading.Thread(target=lambda: told.append(stopping.wait(60))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    stopping.set()
    for thread in waiting:
        thread.join()
    assert told == [True] * 3
    assert stopping.is_set()


@pytest.mark.timeout(20)
def test_a_signal_may_come_at_every_line_of_a_wait() -> None:
    """As its handler would run: in the same thread, between two lines."""
    stopping = Stopping()
    came: list[str] = []

    def handle(frame: FrameType, _what: str, _more: Any) -> Any:
        came.append(f"{frame.f_code.co_name}:{frame.f_lineno}")
        stopping.set()
        return handle

    before = sys.gettrace()
    sys.settrace(handle)
    try:
        told = stopping.wait(0.01)
    finally:
        sys.settrace(before)
    assert told
    assert len(came) > 3
