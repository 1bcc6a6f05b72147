"""Tell the workers at once that something came in. Only a help: they look by themselves too."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from messenger_app.errors import StoreUnavailable
from messenger_app.store.database import Database
from messenger_app.store.postgresql_engine import LISTENING

log = structlog.get_logger(__name__)

#: A Unix socket's path may not be longer than this on Linux; macOS allows a few less.
_LONGEST_PATH = 100

#: What PostgreSQL knows the bell by.
_CHANNEL = "handover"
#: A process rings no more often than this, in seconds: each ring is a transaction of its own.
_BETWEEN_RINGS = 0.005
#: How often who listens looks whether it is to stop, and how long it waits for a server that is
#: away. Seconds.
_LISTEN_FOR, _AWAY = 0.5, 1.0

_HEARD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND classid = 0 AND objsubid = 1 AND objid = :listening"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Bell(Protocol):
    """Wakes whoever listens."""

    def ring(self) -> None:
        """Wake the workers, soon. No worker there, or one that has enough to do: no matter."""

    def is_heard(self) -> bool:
        """Say whether a worker listens."""

    def listen(self) -> Iterator[None]:
        """Yield whenever it rings. Ends at once where there is nothing to listen at."""

    def close(self) -> None:
        """Ring no more."""


def bell_of(database: Database) -> Bell:
    """Return the bell that all processes on this database share."""
    path = database.path_beside(".bell")
    return NotifyBell(database) if path is None else SocketBell(path)


class SocketBell:
    """A datagram socket beside the SQLite file; without such a file it rings for nobody."""

    def __init__(self, path: Path | None) -> None:
        """``path`` is where the worker listens."""
        usable = path is not None and len(str(path.absolute())) <= _LONGEST_PATH
        self._path = path if usable else None
        self._sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sender.setblocking(False)

    def ring(self) -> None:
        """Wake the worker."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._sender.sendto(b"!", str(self._path))

    def is_heard(self) -> bool:
        """Say whether a worker listens."""
        if self._path is None:
            return False
        try:
            self._sender.sendto(b"!", str(self._path))
        except BlockingIOError:
            return True  # it has enough to do
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Ring no more."""
        self._sender.close()

    def listen(self) -> Iterator[None]:
        """Yield whenever it rings."""
        if self._path is None:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
            self._path.unlink(missing_ok=True)
            receiver.bind(str(self._path))
            while True:
                receiver.recv(1)
                yield


class NotifyBell:
    """PostgreSQL's NOTIFY, after the commit: within it, commits would wait for each other.

    A thread of its own rings, so that nobody who stores something waits for it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wanted = threading.Event()
        self._closed = threading.Event()
        self._starting = threading.Lock()
        self._ringer: threading.Thread | None = None
        self._listening = threading.Lock()

    def ring(self) -> None:
        """Wake the workers, soon."""
        self._wanted.set()
        if self._ringer is None:
            self._start()

    def is_heard(self) -> bool:
        """Say whether a worker listens: each holds a lock for as long."""
        try:
            with self._database.reading() as connection:
                return bool(connection.execute(_HEARD, {"listening": LISTENING}).scalar_one())
        except StoreUnavailable:
            return False

    def listen(self) -> Iterator[None]:
        """Yield whenever it rings, and whenever it may have rung unheard. Ends with `close`."""
        with self._listening:
            while not self._closed.is_set():
                try:
                    yield from self._until_lost()
                except (StoreUnavailable, psycopg.Error, SQLAlchemyError):
                    self._closed.wait(_AWAY)

    def close(self) -> None:
        """Ring no more, and listen no more."""
        self._closed.set()
        self._wanted.set()
        if self._ringer is not None:
            self._ringer.join()
        if self._listening.acquire(timeout=2 * _LISTEN_FOR):  # who listened has gone
            self._listening.release()

    def _until_lost(self) -> Iterator[None]:
        with self._database.reading() as connection:
            driver: Any = connection.connection.dbapi_connection
            connection.detach()  # so that nobody else gets it afterwards
            try:
                yield from self._heard(driver)
            except psycopg.Error:
                driver.close()
                connection.invalidate()  # or else it would be tried to roll it back
                raise

    def _heard(self, driver: Any) -> Iterator[None]:
        driver.execute(f"LISTEN {_CHANNEL}")
        driver.execute(f"SELECT pg_advisory_lock_shared({LISTENING})")
        yield
        while not self._closed.is_set():
            for _ in driver.notifies(timeout=_LISTEN_FOR):
                yield

    def _start(self) -> None:
        with self._starting:
            if self._ringer is None and not self._closed.is_set():
                ringer = threading.Thread(target=self._ring, name="ringer", daemon=True)
                ringer.start()
                self._ringer = ringer

    def _ring(self) -> None:
        while self._wanted.wait() and not self._closed.is_set():
            self._wanted.clear()
            try:
                with self._database.reading() as connection:
                    connection.exec_driver_sql(f"NOTIFY {_CHANNEL}")
            except StoreUnavailable:
                pass  # workers look by themselves too
            except Exception:  # without this thread nobody would ring until the next start
                log.exception("bell.failed")
            time.sleep(_BETWEEN_RINGS)
