"""Ports that are free, and stay free until whoever asked listens there."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path

#: Below the ports that systems give to connections and to servers that ask for any port (32768 and
#: up on Linux, 49152 on macOS): one of those could be taken between the question and its use.
FIRST, LAST = 20_000, 32_767


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on, and that nobody else is given soon.

    The test processes of a user take them in turn, by a file that holds the last one given.
    """
    turns = Path(tempfile.gettempdir()) / f"handover-ports-{os.getuid()}"
    with turns.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        last = int(file.read() or LAST)
        port = next(port for port in _after(last) if _is_free(port))
        file.truncate(0)
        file.write(str(port))
    return port


def _after(last: int) -> list[int]:
    """Return every port once, those after ``last`` first."""
    return [*range(last + 1, LAST + 1), *range(FIRST, last + 1)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
