"""The calls under way: threads that carry out jobs and hand back what came of them.

They never touch the database. A pool of the standard library's does the same at several times the
cost for each call: nobody here asks a future.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from messenger_app.jobs.job import Job, Result

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """A job with the lease that it is begun under."""

    job: Job
    token: int
    #: When the turn that decided it began and was safe on the disk, by a clock that never steps.
    decided_at: int
    committed_at: int


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a call; None where it did not begin."""

    call: Call
    result: Result | None


class Calls:
    """Carries out calls, up to so many at once. All but the threads' own work is one thread's."""

    def __init__(self, carry_out: Callable[[Call], Result | None], most: int) -> None:
        """``carry_out`` must not raise."""
        self.under_way = 0
        self._carry_out = carry_out
        self._most = most
        self._threads: list[threading.Thread] = []
        self._begun: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Done | None] = queue.SimpleQueue()

    def begin(self, call: Call) -> None:
        """Carry it out as soon as a thread is free."""
        self.under_way += 1
        self._begun.put(call)
        if len(self._threads) < min(self.under_way, self._most):
            self._start_thread()

    def interrupt(self) -> None:
        """End the wait that is under way, or else the next one. For any thread."""
        self._done.put(None)

    def wait(self, seconds: float) -> list[Done]:
        """Wait for a result or an interruption, no longer; return all results that are there.

        Where the machine has no thread to give, calls come back without having begun.
        """
        return [*self._results(seconds), *(() if self._threads else self._not_begun())]

    def _start_thread(self) -> None:
        name = f"call-{len(self._threads)}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more processes or no memory; those that live go on
            log.error("worker.no_thread", calls=self.under_way, threads=len(self._threads))
        else:
            self._threads.append(thread)

    def _results(self, seconds: float) -> list[Done]:
        done: list[Done] = []
        try:
            item = self._done.get(timeout=seconds)
            while True:
                if item is not None:
                    self.under_way -= 1
                    done.append(item)
                item = self._done.get_nowait()
        except queue.Empty:
            return done

    def _not_begun(self) -> Iterator[Done]:
        """Take back what nobody can carry out."""
        while not self._begun.empty():
            call = self._begun.get()
            if call is not None:
                self.under_way -= 1
                yield Done(call, None)

    def close(self) -> None:
        """End the threads, each after the call that it has under way."""
        for _ in self._threads:
            self._begun.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (call := self._begun.get()) is not None:
            self._done.put(Done(call, self._carry_out(call)))
