"""What the tests of the launcher wait for and look at."""

import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path

from tests.support.waiting import wait_for

STAND_IN = (
    f"{shlex.quote(sys.executable)} {shlex.quote(str(Path(__file__).parent / 'stand_in.py'))}"
)


def number_in(file: Path) -> int:
    """Return the process id that a stand-in writes into a file, once it is there."""
    wait_for(lambda: file.exists() and file.read_text(), f"a process id in {file.name}")
    return int(file.read_text())


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that ended and only waits to be reaped does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    with suppress(OSError):
        os.kill(pid, 0)
        return not Path("/proc").is_dir()
    return False
