"""Cut calls off that take too long, whatever the other side does.

The time-outs of sockets are for each byte: a server that sends one every few seconds would keep a
call, and with it a person's thread, for as long as it likes. One thread watches all calls of the
process; a timer for each would cost more than most of what a call does.
"""

import contextlib
import math
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests

_here = threading.local()


class NotWatched(requests.ConnectTimeout):
    """The machine gives no thread to watch the call with, so that it was not begun."""


class _Timed:
    """One call that is under way."""

    __slots__ = ("due", "passed", "used")

    def __init__(self, due: float) -> None:
        self.due = due
        self.passed = False
        #: The connection that is being made for it, then its socket; None before that.
        self.used: Any = None

    def cut(self) -> None:
        self.passed = True
        sock = getattr(self.used, "sock", self.used)
        sock = getattr(sock, "socket", sock)  # where TLS runs within a proxy's TLS
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError, ValueError):  # it may be closed by now
                # not TLS's own way, which takes its layer off first, while another thread reads
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Watch:
    """Knows the calls under way, and cuts off those whose time has come."""

    def __init__(self) -> None:
        self._calls: set[_Timed] = set()
        self._changed = threading.Condition()
        self._looks_at = -math.inf
        self._thread: threading.Thread | None = None

    def add(self, call: _Timed) -> None:
        """Cut the call off in time. Raises NotWatched; the next call tries again."""
        with self._changed:
            if self._thread is None:
                self._thread = self._start()
            self._calls.add(call)
            if call.due < self._looks_at:  # seldom: all calls of one kind may take equally long
                self._looks_at = call.due
                self._changed.notify()

    def remove(self, call: _Timed) -> None:
        """After this the call is not cut off: its connection may serve another."""
        with self._changed:
            self._calls.discard(call)

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no more processes or no memory
            raise NotWatched(str(error)) from error
        return thread

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for call in [call for call in self._calls if call.due <= now]:
                    self._calls.discard(call)
                    call.cut()
                self._looks_at = min((call.due for call in self._calls), default=math.inf)
                wait = None if self._looks_at == math.inf else self._looks_at - now
                self._changed.wait(wait)


_watch = _Watch()


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Cut this thread's call off after so many seconds.

    Raises requests.ReadTimeout where it had to, or what requests raises when the other side hangs
    up: either way it may have heard all of the call. Where the time was over before a connection
    stood, that is requests.ConnectTimeout: then nothing was sent. NotWatched is such an error too,
    raised before the block begins.
    """
    call = _Timed(time.monotonic() + seconds)
    _watch.add(call)
    _here.call = call
    try:
        yield
        if call.passed:  # an answer that ends within its headers looks like a whole one
            raise requests.ReadTimeout("the deadline has passed")
    finally:
        _watch.remove(call)
        _here.call = None


def uses(used: Any) -> None:
    """Say which connection is being made for this thread's call, then which socket it uses."""
    call = getattr(_here, "call", None)
    if call is not None:
        call.used = used


def has_passed() -> bool:
    """Say whether this thread's call is over by its deadline. What is not sent yet must not be."""
    call = getattr(_here, "call", None)
    return call is not None and call.passed
