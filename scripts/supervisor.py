"""Run several programs side by side and end them together, their children included.

honcho's own manager, which `make run` uses, stops at the group's first process: children that
outlive it stay behind, and a closed terminal (SIGHUP) is not caught. Its loop also belongs to it
alone, so nothing could be probed or told meanwhile. Hence these few lines for the demo.
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Seconds between two looks at whether a group is gone.
_LOOK_AGAIN = 0.05


@dataclass(frozen=True)
class Program:
    """One line of a Procfile, and where its output goes."""

    name: str
    command: str
    log: Path
    #: True for one that does something and is over, well or not: nobody depends on it.
    may_end: bool = False


@dataclass(frozen=True)
class Ended:
    """A program that ended by itself."""

    program: Program
    #: As `subprocess` counts: negative for the signal that ended it.
    exit_code: int

    @property
    def how(self) -> str:
        """Say how it ended, in words."""
        if self.exit_code < 0:
            return f"was ended by {signal.Signals(-self.exit_code).name}"
        return f"stopped by itself with exit code {self.exit_code}"


class Supervisor:
    """Start programs, each in a session of its own; notice which ends; end them all."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._running: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def start(self, program: Program) -> None:
        """Start a program. Its output, from this start on, is in its log file.

        No shell stands between, which would end before the program and leave it without a parent.
        The session of its own keeps the terminal's Ctrl-C from it, so that `stop` alone decides
        when it ends, and makes it and its children one process group that can be signalled.
        """
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("wb") as log:
            process = subprocess.Popen(
                shlex.split(program.command),
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append((program, process))

    def ended(self) -> Ended | None:
        """Return the first program that ended by itself and should not have, if one did."""
        for program, process in self._running:
            exit_code = process.poll()
            if exit_code is not None and not program.may_end:
                return Ended(program, exit_code)
        return None

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to every group that still has a process."""
        for _, process in self._running:
            if _has_members(process):
                _signal_group(process, number)

    def stop(self, grace_s: float = 10.0) -> list[str]:
        """Ask all programs to end, and end by force those still there after `grace_s` seconds.

        Returns the names of those that had to be forced.
        """
        self.signal_all(signal.SIGTERM)
        stubborn = self._wait(grace_s)
        if stubborn:
            self.signal_all(signal.SIGKILL)
            self._wait(2.0)
        self._running = []
        return stubborn

    def _wait(self, seconds: float) -> list[str]:
        """Wait until every group is gone; return the names of those that are not."""
        deadline = time.monotonic() + seconds
        while True:
            left = [program.name for program, process in self._running if _has_members(process)]
            if not left or time.monotonic() >= deadline:
                return left
            time.sleep(_LOOK_AGAIN)


def _has_members(process: subprocess.Popen[bytes]) -> bool:
    process.poll()  # a leader that ended and was not reaped would count as a member
    return _signal_group(process, 0)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> bool:
    """Send a signal to a program's group; False where the group is gone."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return False
    return True


def last_lines(log: Path, count: int = 15) -> list[str]:
    """Return the last lines that a program wrote, without empty ones."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
