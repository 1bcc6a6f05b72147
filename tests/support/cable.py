"""A cable to a PostgreSQL server that can be cut where it hurts: over a commit, or over a Sync."""

import socket
import threading
import time
from typing import Literal, Self

#: What becomes of the commit that the cable is cut over: it arrives, and its answer is lost; or it
#: never arrives.
Fate = Literal["committed", "lost"]

#: The message that ends what was sent together, and asks for the answers.
#: https://www.postgresql.org/docs/current/protocol-message-formats.html
_SYNC = b"S\0\0\0\4"


class Cable:
    """``with Cable(port) as cable:`` forwards from `port` of 127.0.0.1 to the given one."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._fate: Fate = "committed"
        self._commits_until_cut = 0
        #: How often it was cut.
        self.cuts = 0
        #: Set once a Sync was swallowed.
        self.swallowed = threading.Event()
        self._swallows = False
        self._late = 0.0
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []

    def cut(self, fate: Fate, *, at: int = 1) -> None:
        """Be cut at the n-th commit from now on, that connection alone; later ones go through."""
        with self._lock:
            self._fate, self._commits_until_cut = fate, at

    def hang_up_late(self, seconds: float) -> None:
        """Swallow the next Sync, and let the client notice so late that the server has hung up.

        It is for who calls to end the server's side in between.
        """
        with self._lock:
            self._swallows, self._late = True, seconds

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for end in self._ends:
                _hang_up(end)

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._ends += [client, server]
            doomed = threading.Event()
            for pump in (self._there, self._back):
                threading.Thread(target=pump, args=(client, server, doomed), daemon=True).start()

    def _there(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        while data := _received(client):
            if b"COMMIT\0" in data and self._is_the_one():
                doomed.set()
                if self._fate == "lost":
                    break
            if not _sent(server, self._without_the_one(data)):
                break
        _hang_up(server)
        _hang_up(client)

    def _back(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        while (data := _received(server)) and not doomed.is_set():
            if not _sent(client, data):
                break
        time.sleep(self._late)
        _hang_up(client)
        _hang_up(server)

    def _is_the_one(self) -> bool:
        with self._lock:
            self._commits_until_cut -= 1
            self.cuts += self._commits_until_cut == 0
            return self._commits_until_cut == 0

    def _without_the_one(self, data: bytes) -> bytes:
        with self._lock:
            if not (self._swallows and _SYNC in data):
                return data
            self._swallows = False
        self.swallowed.set()
        return data.replace(_SYNC, b"")


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65_536)
    except OSError:
        return b""


def _sent(end: socket.socket, data: bytes) -> bool:
    try:
        end.sendall(data)
    except OSError:
        return False
    return True


def _hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
    finally:
        end.close()
