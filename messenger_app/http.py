"""HTTP calls that end by a deadline, whatever the other side does.

The time-outs of sockets are for each byte: a server that sends one every few seconds would keep a
call, and with it a person's thread, for as long as it likes.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

_here = threading.local()


class _Watched(HTTPConnection):
    """Remembers which connection this thread's call uses."""

    def request(self, *arguments: Any, **options: Any) -> None:
        """Send, as the connection that the deadline may cut."""
        _here.connection = self
        super().request(*arguments, **options)


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def make_session(connections: int) -> requests.Session:
    """Return a session for up to so many calls at once, from as many threads."""
    session = requests.Session()
    session.trust_env = True
    adapter = _Adapter(pool_maxsize=connections)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Cut this thread's call off after so many seconds.

    Raises requests.ReadTimeout where it had to, or what requests raises when the other side hangs
    up: either way it may have heard all of the call.
    """
    _here.connection = None
    passed = threading.Event()
    timer = threading.Timer(seconds, _cut, (_here.__dict__, passed))
    timer.daemon = True
    timer.start()
    try:
        yield
        if passed.is_set():  # an answer that ends within its headers looks like a whole one
            raise requests.ReadTimeout("the deadline has passed")
    finally:
        timer.cancel()
        _here.connection = None


def _cut(of_thread: dict[str, Any], passed: threading.Event) -> None:
    passed.set()
    connection = of_thread.get("connection")
    sock = getattr(connection, "sock", None)
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def reason_of(error: requests.RequestException) -> BaseException:
    """Return what lies behind a failure of requests."""
    cause = error.args[0] if error.args else None
    return cause.reason if isinstance(cause, MaxRetryError) and cause.reason else error


def was_never_sent(error: requests.RequestException) -> bool:
    """Tell "never sent" from "sent, no answer": only the first may be tried again blindly."""
    return isinstance(reason_of(error), NewConnectionError | ConnectTimeoutError)
