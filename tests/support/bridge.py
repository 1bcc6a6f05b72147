"""The bridge's real processes, on free ports, with a database of their own."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sqlalchemy import func, select

from messenger_app.store import conversations, inbox, outbox
from messenger_app.store.database import Database
from messenger_app.store.tables import conversation
from tests.support.ports import free_port
from tests.support.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]

#: What the simulator's seed and `.env.simulator` agree on.
SETTINGS = {
    key: value
    for key, _, value in (
        line.partition("=")
        for line in (ROOT / ".env.simulator").read_text().splitlines()
        if line and not line.startswith("#")
    )
}

#: What opens /metrics, whatever token a developer's own `.env` has.
ADMIN_TOKEN = "token-of-the-tests"
AS_ADMIN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}


@dataclass
class Bridge:
    """Web and worker as a host would run them. `settle` waits until both have nothing to do."""

    folder: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    #: A module that runs web and worker, named with their own as its arguments; none runs them.
    runs_in: str = ""
    #: Where its database is; none means a SQLite file in the folder.
    database_url: str = ""

    def __post_init__(self) -> None:
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        #: Those beside it, where the database lets several share the work.
        self.more_workers: list[subprocess.Popen[bytes]] = []
        self.simulator_url = ""
        self.database_url = self.database_url or f"sqlite:///{self.folder}/handover.db"
        self.database = Database(self.database_url)
        self.log = self.folder / "bridge.log"

    @property
    def url(self) -> str:
        """Where the web process listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def webhook_url(self) -> str:
        """Where the platform delivers to."""
        return f"{self.url}/webhook"

    def logged(self) -> str:
        """Return what its processes logged."""
        return self.log.read_text() if self.log.exists() else ""

    def connect(self, simulator_url: str, rasa_url: str) -> None:
        """Say where Graph and the bot are."""
        self.simulator_url = simulator_url
        self.settings |= {
            "GRAPH_API_URL": simulator_url,
            "CLOCK_URL": f"{simulator_url}/_simulator/clock",
            "RASA_URL": rasa_url,
        }

    def start(self) -> None:
        """Start both processes and wait until the web answers."""
        self.start_web()
        self.start_worker()

    def start_web(self) -> None:
        """Start the web process and wait until it answers."""
        self.web = self._run("gunicorn", "-c", "gunicorn.conf.py", "wsgi:app")
        wait_for(self._is_up, f"the bridge at {self.url}, see {self.log}")

    def start_worker(self) -> None:
        """Start the worker."""
        self.worker = self._run("flask", "worker")

    def start_one_more_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker beside those that there are."""
        self.more_workers.append(self._run("flask", "worker"))
        return self.more_workers[-1]

    def wait_until_works(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until a process can end in good order; False where it ended before."""
        told = f"a process to begin, see {self.log}"
        wait_for(lambda: process.poll() is not None or _hears_sigterm(process.pid), told)
        return process.poll() is None

    @property
    def working(self) -> int:
        """How many workers run."""
        workers = [*self.more_workers, *filter(None, [self.worker])]
        return sum(worker.poll() is None for worker in workers)

    def kill_worker(self) -> None:
        """End the worker as a power cut would."""
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()

    def kill_web(self) -> None:
        """End gunicorn and its child as a power cut would."""
        assert self.web is not None
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def stop(self) -> None:
        """End both processes in good order; fail where one doesn't."""
        self.stop_worker()
        self.stop_web()
        self.database.close()

    def stop_web(self) -> None:
        """End the web process in good order, if it runs."""
        self._stop(self.web)

    def stop_worker(self) -> None:
        """End every worker in good order, if it runs."""
        for worker in (*self.more_workers, self.worker):
            self._stop(worker)

    def _stop(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is not None and self.wait_until_works(process):
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, f"it ended in a bad way, see {self.log}"

    def end(self) -> None:
        """End whatever still runs, at once."""
        for process in (*self.more_workers, self.worker, self.web):
            if process is not None and process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.database.close()

    def flask(self, *arguments: str) -> str:
        """Run one of the bridge's commands, which must work, and return what it prints."""
        done = self.run_flask(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run_flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the bridge's commands to its end, whatever its exit code."""
        return subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def settle(self, within: float = 30.0) -> None:
        """Wait until no webhook is under way and the bridge has nothing to do."""
        try:
            wait_for(self._is_quiet_twice, "quiet", within=within)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.describe()}") from None

    def wait_for_timers(self, now: int, within: float = 30.0) -> None:
        """Wait until each timer that is due by then (milliseconds) was seen to."""

        def over() -> bool:
            due = select(func.count()).where(conversation.c.timer_due <= now)
            with self.database.reading() as connection:
                return connection.execute(due).scalar_one() == 0

        wait_for(over, "the timers that are due", within=within)

    def describe(self) -> str:
        """Say what the bridge still has to do."""
        with self.database.reading() as connection:
            return f"events {inbox.counts(connection)}, commands {outbox.counts(connection)}"

    def _is_quiet_twice(self) -> bool:
        if not self._is_quiet():
            return False
        time.sleep(0.02)  # an answer may be between two places
        return self._is_quiet()

    def _is_quiet(self) -> bool:
        pending = requests.get(f"{self.simulator_url}/_simulator/pending", timeout=10).json()
        if pending["deliveries"]:
            return False
        with self.database.reading() as connection:
            return conversations.busy(connection) == 0

    def _is_up(self) -> bool:
        assert self.web is not None
        assert self.web.poll() is None, self.log.read_text()[-3000:]
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", *filter(None, [self.runs_in]), *command],
                cwd=ROOT,
                env=self._environment(),
                stdout=output,
                stderr=output,
                start_new_session=True,  # so that gunicorn's child can be killed with it
            )

    def _environment(self) -> dict[str, str]:
        return {
            **{key: value for key, value in os.environ.items() if key not in SETTINGS},
            **SETTINGS,
            "ADMIN_TOKEN": ADMIN_TOKEN,
            **self.settings,
            "DATABASE_URL": self.database_url,
            "PORT": str(self.port),
        }


def _hears_sigterm(pid: int) -> bool:
    """Say whether a process has a handler for it; where the system doesn't tell, hope so."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> signal.SIGTERM - 1 & 1)
