"""Gunicorn with the bridge's own settings, and how much CPU it used."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support.bridge import ROOT, SETTINGS
from tests.support.ports import free_port
from tests.support.waiting import wait_for


@dataclass
class Server:
    """One gunicorn that serves."""

    process: subprocess.Popen[bytes]
    port: int
    #: Where its log is, if anywhere.
    log: Path | None = None

    def cpu(self) -> float:
        """Return the seconds of CPU that it and its child have used."""
        return cpu_of(self.process.pid)

    def answers(self) -> bool:
        """Say whether it is up."""
        assert self.process.poll() is None, self.log and self.log.read_text()[-500:]
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=1).ok
        except requests.RequestException:
            return False


@contextmanager
def gunicorn(application: str, kind: str, folder: Path, database_url: str = "") -> Iterator[Server]:
    """Serve an application as `WEB_WORKERS` says, with its log in a folder."""
    port = free_port()
    environment = {
        **{key: value for key, value in os.environ.items() if key not in SETTINGS},
        **SETTINGS,
        "RASA_URL": "http://127.0.0.1:9",
        "LOG_JSON": "true",
        "DATABASE_URL": database_url or f"sqlite:///{folder}/handover.db",
        "PORT": str(port),
        "WEB_WORKERS": kind,
        "CLOCK_URL": "",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", application]
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    server = Server(process, port, folder / "web.log")
    try:
        wait_for(server.answers, f"{application}, see {folder}/web.log")
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):  # it ended, which is told already
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process and its living children have used."""
    return sum(map(_cpu, (pid, *children(pid))))


def cpu_of_the_ended(pid: int) -> float:
    """Return the seconds of CPU that those of its children used that have ended."""
    return sum(map(int, _fields(pid)[13:15])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Return the processes that a process has started itself and that live."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu(pid: int) -> float:
    return sum(map(int, _fields(pid)[11:13])) / os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[str]:
    """Return what /proc/PID/stat says behind the name: utime and stime are 11 and 12."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
