"""Tell the worker at once that something came in. Only a help: it looks by itself too."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

#: A Unix socket's path may not be longer than this on Linux; macOS allows a few less.
_LONGEST_PATH = 100


class Bell:
    """A datagram socket beside the SQLite file; without such a file it rings for nobody."""

    def __init__(self, path: Path | None) -> None:
        """``path`` is where the worker listens."""
        usable = path is not None and len(str(path.absolute())) <= _LONGEST_PATH
        self._path = path if usable else None
        self._sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sender.setblocking(False)

    def ring(self) -> None:
        """Wake the worker. No worker there, or one that has enough to do: no matter."""
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
        """Yield whenever it rings. Ends at once where there is nothing to listen at."""
        if self._path is None:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
            self._path.unlink(missing_ok=True)
            receiver.bind(str(self._path))
            while True:
                receiver.recv(1)
                yield
