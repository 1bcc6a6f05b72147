"""The simulator and the bots as processes that can be killed and started again."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.support.bridge import ROOT
from tests.support.ports import free_port
from tests.support.waiting import wait_for


@dataclass
class Program:
    """A Python program that listens on a port."""

    name: str
    #: What comes after `python`; ``{port}`` and ``{start}`` are filled in at each start.
    arguments: tuple[str, ...]
    folder: Path
    #: A path that answers once it is up.
    probe: str
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    #: Seconds that a start may take.
    patience: float = 30.0

    def __post_init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._starts += 1
        filled = [each.format(port=self.port, start=self._starts) for each in self.arguments]
        log = self.folder / f"{self.name}.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *filled],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_for(self._is_up, f"{self.name} at {self.url}, see {log}", within=self.patience)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"{self.name} ended by itself"
        try:
            return requests.get(f"{self.url}{self.probe}", timeout=2).ok
        except (requests.ConnectionError, requests.Timeout):
            return False


def simulator(folder: Path, webhook_url: str) -> Program:
    """Messenger and the Page Inbox."""
    arguments = ("-m", "inbox_simulator", "run", "--port", "{port}", "--webhook-url", webhook_url)
    return Program("simulator", arguments, folder, "/_simulator/pending")
