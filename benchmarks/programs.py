"""The real programs that the lines with a real bot need: web and worker, and Rasa."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from benchmarks.servers import cpu_of
from messenger_app.store import conversations, inbox, outbox
from tests.support.bridge import SETTINGS, Bridge
from tests.support.ports import free_port
from tests.support.rasa import SCRIPT, Rasa
from tests.support.waiting import wait_for

ROOT = SCRIPT.parent.parent
RASA_PYTHON = ROOT / "rasa_bot" / ".venv" / "bin" / "python"

_FACEBOOK = f"""\
facebook:
  verify: {SETTINGS["VERIFY_TOKEN"]}
  secret: {SETTINGS["APP_SECRET"]}
  page-access-token: {SETTINGS["PAGE_ACCESS_TOKEN"]}
"""


def place() -> tuple[int, str]:
    """Return a port for the bridge, and its webhook there, for who must know it before."""
    port = free_port()
    return port, f"http://127.0.0.1:{port}/webhook"


@contextmanager
def bridge(
    folder: Path, rasa_url: str, graph_url: str, port: int | None = None, database_url: str = ""
) -> Iterator[Bridge]:
    """Run web and worker; without an address the database is a SQLite file in the folder."""
    running = stopped(folder, rasa_url, graph_url, port or free_port(), database_url)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def stopped(
    folder: Path, rasa_url: str, graph_url: str, port: int, database_url: str = ""
) -> Bridge:
    """Return web and worker that nobody has started yet."""
    folder.mkdir(exist_ok=True)
    settings = {"RASA_URL": rasa_url, "GRAPH_API_URL": graph_url, "CLOCK_URL": ""}
    settings["LOG_JSON"] = "true"
    return Bridge(folder, port, settings, database_url=database_url)


def bridge_cpu(running: Bridge) -> float:
    """Return the seconds of CPU that web and worker have used."""
    assert running.web is not None
    assert running.worker is not None
    return cpu_of(running.web.pid) + cpu_of(running.worker.pid)


def wait_until_idle(running: Bridge, within: float = 120.0) -> None:
    """Wait until the bridge has nothing to do, so that the next round is not the last one's."""

    def is_idle() -> bool:
        with running.database.reading() as connection:
            return conversations.busy(connection) == 0

    wait_for(is_idle, "the bridge to have nothing to do", within=within)


def nothing_went_wrong(running: Bridge) -> None:
    """Hold that all events are done and all that came of them: what fails is not measured."""
    with running.database.reading() as connection:
        assert inbox.counts(connection).keys() == {"done"}, running.describe()
        assert outbox.counts(connection).keys() == {"done"}, running.describe()


@contextmanager
def rasa(folder: Path) -> Iterator[Rasa]:
    """Run the project's bot and its action server; train it first where that is not done."""
    folder.mkdir(exist_ok=True)
    subprocess.run([sys.executable, SCRIPT, "train"], check=True, timeout=900)
    server = Rasa(folder)
    try:
        server.start("actions")
        server.start()
        yield server
    finally:
        server.stop()
        server.stop("actions")


@contextmanager
def rasa_on_facebook(folder: Path, graph_url: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run the same model behind Rasa's own facebook channel; yield its port and its process."""
    folder.mkdir(exist_ok=True)
    credentials, port = folder / "credentials.yml", free_port()
    credentials.write_text(_FACEBOOK)
    model = ROOT / "rasa_bot" / "models" / "bot.tar.gz"
    command: list[str | Path] = [
        *(RASA_PYTHON, ROOT / "benchmarks" / "rasa_facebook.py", "run", "--model", model),
        *("--interface", "127.0.0.1", "--port", str(port), "--credentials", credentials),
        *("--endpoints", ROOT / "rasa_bot" / "endpoints.yml"),
    ]
    environment = {
        **os.environ,
        "GRAPH_URL": graph_url,
        "RASA_TRACKER_DB": str(folder / "tracker.db"),
        "ACTIONS_PORT": "9",
        "PYTHONPATH": str(ROOT / "rasa_bot"),
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    with (folder / "rasa.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT / "rasa_bot", env=environment, stdout=log, stderr=log
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "rasa.log").read_text()[-2000:]
        try:
            return requests.get(f"http://127.0.0.1:{port}/", timeout=2).ok
        except requests.RequestException:
            return False

    try:
        wait_for(answers, "Rasa with its facebook channel", within=90, every=0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)
