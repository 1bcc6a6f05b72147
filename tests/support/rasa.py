"""The real bot: a Rasa server with the trained model, and its action server, on free ports."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.support.ports import free_port
from tests.support.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "rasa_env.py"

#: The settings of each bot.
PORTS = {"bot": "RASA_PORT", "moodbot": "MOODBOT_PORT"}
TRACKERS = {"bot": "RASA_TRACKER_DB", "moodbot": "MOODBOT_TRACKER_DB"}

#: Seconds. Rasa opens its port once its model is loaded.
START_TIMEOUT = 90.0


@dataclass
class Rasa:
    """Runs `scripts/rasa_env.py run` and `actions`, as the demo does."""

    folder: Path
    #: Which of the project's bots the server is.
    bot: str = "bot"
    port: int = field(default_factory=free_port)
    actions_port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def tracker_db(self) -> Path:
        """Where the server keeps its conversations."""
        return self.folder / "tracker.db"

    @property
    def is_running(self) -> bool:
        """Whether the server was started and not stopped."""
        return "run" in self._processes

    @property
    def process_id(self) -> int:
        """The server's process."""
        return self._processes["run"].pid

    def start(self, command: str = "run") -> None:
        """Start the server (`run`) or the action server (`actions`); wait until it answers."""
        log = self.folder / f"{command}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, SCRIPT, command, *([self.bot] if command == "run" else [])],
                env={
                    **os.environ,
                    PORTS[self.bot]: str(self.port),
                    "ACTIONS_PORT": str(self.actions_port),
                    TRACKERS[self.bot]: str(self.tracker_db),
                    **self.settings,
                },
                stdout=output,
                stderr=output,
            )
        self._processes[command] = process
        address = {
            "run": f"{self.url}/version",
            "actions": f"http://127.0.0.1:{self.actions_port}/health",
        }[command]

        def answers() -> bool:
            assert process.poll() is None, f"it ended by itself:\n{log.read_text()[-3000:]}"
            try:
                return requests.get(address, timeout=2).ok
            except (requests.ConnectionError, requests.Timeout):
                return False

        wait_for(answers, f"Rasa at {address}, see {log}", within=START_TIMEOUT, every=0.1)

    def stop(self, command: str = "run") -> None:
        """End one of the two servers, if it runs."""
        process = self._processes.pop(command, None)
        if process is not None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    @contextmanager
    def without_actions(self) -> Iterator[None]:
        """Have no action server until the block ends."""
        self.stop("actions")
        try:
            yield
        finally:
            self.start("actions")

    def freeze(self, command: str = "run") -> None:
        """Let one of the two servers stand still, with its connections open; `kill` ends it."""
        self._processes[command].send_signal(signal.SIGSTOP)

    def thaw(self, command: str = "run") -> None:
        """Let it go on."""
        self._processes[command].send_signal(signal.SIGCONT)

    def kill(self, command: str = "run") -> None:
        """End one of the two servers as a power cut would, if it runs."""
        process = self._processes.pop(command, None)
        if process is not None:
            process.kill()
            process.wait()

    def heard(self, psid: str) -> list[str]:
        """Return what the bot's own conversation holds of this person's words, intents included."""
        tracker = requests.get(
            f"{self.url}/conversations/{psid}/tracker",
            params={"include_events": "ALL"},
            timeout=20,
        ).json()
        return [event["text"] for event in tracker["events"] if event["event"] == "user"]
