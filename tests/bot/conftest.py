"""A real Rasa server with the trained bot, and its action server, each on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
RASA_ENV = ROOT / "scripts" / "rasa_env.py"

#: Seconds. Making the environment and training come before, in `trained`.
START_TIMEOUT = 60.0
TRAIN_TIMEOUT = 600.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: str, url: str, environment: dict[str, str], log: Path) -> Iterator[int]:
    """Run one of the script's servers until it answers at `url`; yield its process id."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, RASA_ENV, command],
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: answers(url), process, log)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.ConnectionError:
        return False


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not condition():
        assert process.poll() is None, f"it ended by itself:\n{log.read_text()[-3000:]}"
        assert time.monotonic() < deadline, f"it does not answer:\n{log.read_text()[-3000:]}"
        time.sleep(0.1)


class Bot:
    """The bot as one person meets it over Rasa's REST channel."""

    def __init__(self, url: str, actions_port: int, person: str = "") -> None:
        self.url = url
        self.actions_port = actions_port
        self.person = person

    def hears(self, message: str) -> list[dict[str, Any]]:
        """Send one message and return the bot's answers, without whom they are for."""
        body = {"sender": self.person, "message": message}
        response = requests.post(f"{self.url}/webhooks/rest/webhook", json=body, timeout=20)
        response.raise_for_status()
        answers = response.json()
        assert all(answer.pop("recipient_id") == self.person for answer in answers)
        return list(answers)

    def events(self, **query: str) -> list[dict[str, Any]]:
        """Return all that Rasa keeps of the conversation."""
        url = f"{self.url}/conversations/{self.person}/tracker"
        response = requests.get(url, params={"include_events": "ALL", **query}, timeout=20)
        response.raise_for_status()
        return list(response.json()["events"])


@pytest.fixture(scope="session")
def trained() -> None:
    """Make sure of the environment and of a model of today's data."""
    subprocess.run([sys.executable, RASA_ENV, "train"], check=True, timeout=TRAIN_TIMEOUT)


@pytest.fixture(scope="session")
def rasa(trained: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A server that all tests share. Its action server is down unless a test starts it."""
    folder = tmp_path_factory.mktemp("rasa")
    port, actions_port = free_port(), free_port()
    environment = {
        "RASA_PORT": str(port),
        "ACTIONS_PORT": str(actions_port),
        "RASA_TRACKER_DB": str(folder / "tracker.db"),
    }
    url = f"http://127.0.0.1:{port}"
    with running("run", f"{url}/version", environment, folder / "rasa.log"):
        yield Bot(url, actions_port)


@pytest.fixture
def bot(rasa: Bot, request: pytest.FixtureRequest) -> Bot:
    """The bot, with a conversation of this test's own."""
    return Bot(rasa.url, rasa.actions_port, person=request.node.name)


@pytest.fixture
def action_server(rasa: Bot, tmp_path: Path) -> Iterator[str]:
    """The action server, up during one test."""
    port = str(rasa.actions_port)
    url = f"http://127.0.0.1:{port}"
    with running("actions", f"{url}/health", {"ACTIONS_PORT": port}, tmp_path / "actions.log"):
        yield url
