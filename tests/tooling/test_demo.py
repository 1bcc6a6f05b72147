"""The launcher with small stand-ins for the demo's parts, as a process of its own."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import loopback
from tests.support.ports import free_port
from tests.support.waiting import wait_for
from tests.tooling.processes import STAND_IN, is_running, number_in

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {"simulator": "SIMULATOR_PORT", "web": "PORT", "rasa": "RASA_PORT"}


class Launcher:
    """A folder with stand-ins, and the demo that is started from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {
            setting: free_port() for setting in [*SETTINGS.values(), "ACTIONS_PORT", "MOODBOT_PORT"]
        }
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        (folder / ".env.simulator").write_text("GRAPH_API_URL=http://127.0.0.1:8080\n")

    def starts(
        self, output: int | None = None, under: tuple[str, ...] = (), bot: str = "", **programs: str
    ) -> None:
        """Start the demo with parts that answer, and with these programs beside or instead."""
        served = {name: f"{STAND_IN} serve {setting}" for name, setting in SETTINGS.items()}
        lines = [f"{name}: {command}\n" for name, command in (served | programs).items()]
        (self.folder / "Procfile.demo").write_text("".join(lines))
        ports = {name: str(port) for name, port in self.ports.items()}
        out = output if output is not None else (self.folder / "output").open("wb")
        self.process = subprocess.Popen(
            [*under, sys.executable, "-m", "scripts.demo", str(self.folder)],
            cwd=ROOT,
            env=os.environ | ports | {"DEMO_BROWSER": "0", "BOT": bot},
            stdin=out,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=None if output is None else _own_the_terminal,  # noqa: PLW1509 - one thread
        )
        if not isinstance(out, int):
            out.close()

    def ends(self) -> int:
        """Wait for its end and return its exit code."""
        assert self.process
        return self.process.wait(timeout=30)

    def gets(self, number: signal.Signals) -> None:
        """Send the launcher a signal."""
        assert self.process
        self.process.send_signal(number)

    @property
    def output(self) -> str:
        """What it printed so far."""
        return (self.folder / "output").read_text()

    def heard(self, part: str) -> str:
        """What one of the parts wrote into its log."""
        log = self.folder / "var" / "log" / f"{part}.log"
        return log.read_text() if log.exists() else ""

    def is_up(self) -> bool:
        """Say whether the demo has told that all is there."""
        return "Everything is up" in self.output

    def listens(self) -> bool:
        """Say whether any of its parts still answers."""
        return any(loopback.answers(f"http://127.0.0.1:{port}/") for port in self.ports.values())


def _own_the_terminal() -> None:
    """Make the terminal on standard input the session's own, so that its end sends SIGHUP."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path)
    yield launcher
    if launcher.process and launcher.process.poll() is None:
        launcher.gets(signal.SIGINT)
        launcher.ends()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_leaves_nothing_running(launcher, number):
    launcher.starts(worker=f"{STAND_IN} parent child.pid")
    wait_for(launcher.is_up, "everything to be up")
    child = number_in(launcher.folder / "child.pid")

    launcher.gets(number)

    assert launcher.ends() == 0
    assert not is_running(child)
    assert not launcher.listens()


#: The terminal's first program, which gets SIGHUP and, as make does, waits for its child.
A_PROGRAM_THAT_KEEPS_IT = ("sh", "-c", 'trap "true" HUP; "$@"', "sh")


@pytest.mark.parametrize("under", [(), A_PROGRAM_THAT_KEEPS_IT], ids=["directly", "under make"])
def test_closing_the_terminal_leaves_nothing_running(launcher, under):
    ours, theirs = pty.openpty()
    launcher.starts(output=theirs, under=under, worker=f"{STAND_IN} parent child.pid")
    os.close(theirs)
    child = number_in(launcher.folder / "child.pid")
    shown = b""
    while b"Everything is up" not in shown:
        shown += os.read(ours, 4096)

    os.close(ours)

    launcher.ends()
    assert not is_running(child)
    assert not launcher.listens()


def test_a_second_ctrl_c_does_not_wait_for_a_stubborn_program(launcher):
    launcher.starts(worker=f"{STAND_IN} stubborn own.pid")
    stubborn = number_in(launcher.folder / "own.pid")
    wait_for(launcher.is_up, "everything to be up")

    launcher.gets(signal.SIGINT)
    wait_for(lambda: not launcher.listens(), "the others' end")
    launcher.gets(signal.SIGINT)

    assert launcher.process.wait(timeout=5) == 0  # less than the stubborn program is given
    assert not is_running(stubborn)


def test_a_program_that_ends_by_itself_ends_the_demo_and_is_named(launcher):
    launcher.starts(rasa="sh -c 'sleep 1; echo rasa: training failed, see the log; exit 1'")

    assert launcher.ends() == 1
    assert "rasa | rasa: training failed, see the log" in launcher.output
    assert "rasa stopped by itself with exit code 1" in launcher.output
    assert "1. rasa: training failed, see the log" in launcher.heard("simulator")
    assert not launcher.listens()


@pytest.mark.parametrize("argument", ["fail set", "stubborn own.pid"])
def test_what_is_done_once_neither_ends_the_demo_nor_is_waited_for(launcher, argument):
    launcher.starts(profile=f"{STAND_IN} {argument}")
    wait_for(launcher.is_up, "everything to be up")
    profile_log = launcher.folder / "var" / "log" / "profile.log"
    wait_for(profile_log.exists, "its start")
    launcher.gets(signal.SIGINT)
    launcher.gets(signal.SIGINT)
    assert launcher.ends() == 0


def test_the_page_is_told_the_last_words_of_any_other_program_too(launcher):
    launcher.starts(worker="sh -c 'sleep 1; echo first; echo no database; exit 1'")

    assert launcher.ends() == 1
    assert "exit code 1. no database" in launcher.heard("simulator")


def test_the_page_is_announced_while_rasa_still_trains(launcher):
    launcher.starts(rasa=f"sh -c 'echo rasa: training …; sleep 2; exec {STAND_IN} serve RASA_PORT'")
    wait_for(lambda: "training, 1 s so far" in launcher.heard("simulator"), "the notice")
    assert f"The page: http://127.0.0.1:{launcher.ports['SIMULATOR_PORT']}/" in launcher.output
    assert not launcher.is_up()

    wait_for(launcher.is_up, "everything to be up")
    assert launcher.heard("simulator").endswith("/_simulator/notice {}\n")


def test_with_a_bot_of_ones_own_rasa_is_not_started(launcher):
    launcher.starts(bot="http://127.0.0.1:5999", rasa="false")
    wait_for(lambda: "Everything is up" in launcher.output, "the demo")
    assert "Your bot at http://127.0.0.1:5999 takes the place of Rasa." in launcher.output
    launcher.gets(signal.SIGINT)
    assert launcher.ends() == 0


def test_moodbot_starts_once_rasa_is_there_and_nobody_waits_for_it(launcher):
    gate = f"sh -c 'while [ ! -e gate ]; do sleep 0.1; done; exec {STAND_IN} serve RASA_PORT'"
    moodbot = f"sh -c 'echo started; sleep 1; exec {STAND_IN} serve MOODBOT_PORT'"
    launcher.starts(rasa=gate, moodbot=moodbot)
    wait_for(lambda: "simulator  ready" in launcher.output, "the simulator")
    assert launcher.heard("moodbot") == ""

    (launcher.folder / "gate").touch()
    wait_for(lambda: "moodbot    ready" in launcher.output, "MoodBot")
    assert launcher.output.index("Everything is up") < launcher.output.index("moodbot    ready")


def test_a_taken_port_ends_the_demo_before_it_starts_anything(launcher):
    launcher.starts()
    wait_for(launcher.is_up, "everything to be up")
    second = Launcher(launcher.folder / "second")
    second.ports = launcher.ports
    second.starts()

    assert second.ends() == 1
    assert f"Port {launcher.ports['SIMULATOR_PORT']}" in second.output
    assert not (second.folder / "var").exists()


def test_output_is_free_of_terminal_codes_where_there_is_no_terminal(launcher):
    launcher.starts()
    wait_for(launcher.is_up, "everything to be up")
    assert "\x1b" not in launcher.output
    assert "\r" not in launcher.output
