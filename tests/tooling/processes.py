"""What the tests of the launcher wait for and look at."""

import os
import shlex
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

STAND_IN = (
    f"{shlex.quote(sys.executable)} {shlex.quote(str(Path(__file__).parent / 'stand_in.py'))}"
)


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return once the condition holds; fail the test where it doesn't in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def number_in(file: Path) -> int:
    """Return the process id that a stand-in writes into a file, once it is there."""
    wait_until(lambda: file.exists() and file.read_text())
    return int(file.read_text())


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that ended and only waits to be reaped does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    with suppress(OSError):
        os.kill(pid, 0)
        return not Path("/proc").is_dir()
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
