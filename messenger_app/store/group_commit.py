"""Share one transaction among requests that come at the same time.

A commit waits for the disk, and SQLite takes one writer at a time: what many write together costs
hardly more than what one writes. The first to come writes its own at once; who comes meanwhile
waits, and the longest-waiting of those writes for all of them. Before it writes it gives way to
whoever is as far, for as long as that brings somebody; nobody waits for a time.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from messenger_app.errors import StoreRefused, StoreUnavailable

Item = TypeVar("Item")
Answer = TypeVar("Answer")

#: How many requests share a transaction at most.
LARGEST_GROUP = 64


class _Waiter(Generic[Item, Answer]):
    """Somebody whose item is to be written."""

    __slots__ = ("answer", "error", "item", "leads", "turn")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.answer: Answer | None = None
        self.error: Exception | None = StoreUnavailable("It was not written.")
        self.leads = False
        self.turn = threading.Lock()  # at half the cost of an event
        self.turn.acquire()


class GroupCommit(Generic[Item, Answer]):
    """Hands items to a function that writes several in one transaction. Safe for many threads."""

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        """``write`` commits all items and returns an answer for each, or raises and keeps none."""
        self._write = write
        self._lock = threading.Lock()
        self._waiting: list[_Waiter[Item, Answer]] = []
        self._somebody_leads = False

    def submit(self, item: Item) -> Answer:
        """Return once the item is committed. Raises what ``write`` raised for it."""
        waiter = _Waiter[Item, Answer](item)
        with self._lock:
            if self._somebody_leads:
                self._waiting.append(waiter)
            else:
                self._somebody_leads = waiter.leads = True
        if not waiter.leads:
            waiter.turn.acquire()  # whoever leads releases it
        if waiter.leads:
            self._lead(waiter)
        if waiter.error is not None:
            raise waiter.error
        return waiter.answer  # type: ignore[return-value]  # set where there is no error

    def _lead(self, leader: _Waiter[Item, Answer]) -> None:
        """Write for the leader and for all who wait; then let the oldest of the next ones lead."""
        group = [leader]
        try:
            self._give_way()
            with self._lock:
                group += self._waiting[: LARGEST_GROUP - 1]
                del self._waiting[: LARGEST_GROUP - 1]
            self._write_for(group)
        finally:
            with self._lock:
                following = self._waiting.pop(0) if self._waiting else None
                self._somebody_leads = following is not None
            if following is not None:  # not whoever is quickest: the others would starve
                following.leads = True
                following.turn.release()
            for waiter in group[1:]:
                waiter.turn.release()

    def _give_way(self) -> None:
        """Let others come as far as this; greenlets run only where another one gives way."""
        before = -1
        while before < len(self._waiting) < LARGEST_GROUP:
            before = len(self._waiting)
            time.sleep(0)

    def _write_for(self, group: list[_Waiter[Item, Answer]]) -> None:
        try:
            answers = self._write([waiter.item for waiter in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who asked get it
            if len(group) == 1 or _concerns_all(error):
                for waiter in group:
                    waiter.error = error
            else:
                for waiter in group:
                    self._write_for([waiter])
        else:
            for waiter, answer in zip(group, answers, strict=True):
                waiter.answer, waiter.error = answer, None


def _concerns_all(error: Exception) -> bool:
    """Say whether nothing could be written, rather than one item that spoiled the others' group."""
    return isinstance(error, StoreUnavailable) and not isinstance(error, StoreRefused)
