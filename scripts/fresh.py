"""`make fresh`: what a stranger gets. Clone, `make demo`, the story, Ctrl-C; and once more.

In an empty folder, with a clean HOME and empty caches. Says how many seconds the page, the bot's
first answer and a second start take, and whether anything was left running. What is cloned is the
last commit. The demo's port settings are passed on, for a machine whose ports are taken.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from scripts import demo_settings, loopback
from scripts.demo_settings import DemoError
from scripts.loopback import NoAnswerError

ROOT = Path(__file__).resolve().parent.parent
#: What a clean environment keeps: how to reach programs and the outside, and the demo's ports.
KEPT = (
    "PATH",
    "LANG",
    "TERM",
    "PORT",
    "SIMULATOR_PORT",
    "RASA_PORT",
    "ACTIONS_PORT",
    "MOODBOT_PORT",
)
KEPT_PREFIXES = ("LC_", "PIP_", "UV_", "SSL_", "GIT_SSL_", "PYENV_")
KEPT_SUFFIXES = ("_PROXY", "_CA_BUNDLE", "_CA_CERTS", "_proxy")


class FreshError(Exception):
    """Something that a stranger needs did not work."""


def clean_environment(folder: Path) -> dict[str, str]:
    """Return an environment without this user's home, caches and virtual environments."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(KEPT_PREFIXES) or name.endswith(KEPT_SUFFIXES)
    }
    paths = [path for path in kept.get("PATH", os.defpath).split(":") if not _is_ours(path)]
    caches = folder / "caches"
    own = {"HOME": folder / "home", "PIP_CACHE_DIR": caches / "pip", "UV_CACHE_DIR": caches / "uv"}
    for path in own.values():
        path.mkdir(parents=True)
    return kept | {"PATH": ":".join(paths)} | {name: str(path) for name, path in own.items()}


def _is_ours(path: str) -> bool:
    return Path(path).is_relative_to(ROOT)


class FreshDemo:
    """One start of the demo in the clone, with everything measured from its first moment."""

    def __init__(self, checkout: Path, environment: dict[str, str], name: str) -> None:
        self._checkout = checkout
        self._started = time.monotonic()
        self.log = checkout.parent / f"{name}.log"
        with self.log.open("wb") as log:
            self._make = subprocess.Popen(
                ["make", "demo"],
                cwd=checkout,
                env=environment | {"DEMO_BROWSER": "0"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._page = f"http://127.0.0.1:{environment.get('SIMULATOR_PORT', '8080')}"

    def seconds_until(self, condition: Callable[[], bool], what: str, at_most_s: float) -> float:
        """Wait for a condition; the seconds since the start. Raises FreshError."""
        while not condition():
            if self._make.poll() is not None:
                raise FreshError(f"the demo ended before {what}")
            if time.monotonic() - self._started > at_most_s:
                raise FreshError(f"no {what} within {at_most_s:.0f} s")
            time.sleep(0.1)
        return time.monotonic() - self._started

    def seconds_to_the_page(self) -> float:
        """Wait until the page is there."""
        return self.seconds_until(lambda: loopback.answers(f"{self._page}/"), "the page", 120)

    def seconds_to_an_answer(self) -> float:
        """Write to the Page at once, as a new person, and wait until the bot answered."""
        person = self._call("POST", "/people", {"name": "Ana", "locale": "en_GB"})
        psid = person["psid"]
        self._call("POST", f"/people/{psid}/messages", {"text": "hello"})
        return self.seconds_until(lambda: self._bot_spoke(psid), "an answer of the bot", 900)

    def _bot_spoke(self, psid: str) -> bool:
        messages = self._call("GET", f"/threads/{psid}")["messages"]
        return any(message["author"] == "app" for message in messages)

    def _call(self, method: str, path: str, body: object = None) -> Any:
        return loopback.call(method, f"{self._page}/_simulator{path}", body)

    def play_the_story(self, environment: dict[str, str]) -> None:
        """Play the whole handover over HTTP. Raises FreshError where a step fails."""
        python = self._checkout / ".venv" / "bin" / "python"
        scenario = ["scenario", "handover", "--url", self._page]
        command = [str(python), "-m", "inbox_simulator", *scenario]
        if subprocess.run(command, cwd=self._checkout, env=environment, check=False).returncode:
            raise FreshError("the story failed")

    def ctrl_c(self) -> float:
        """Do what a terminal does at Ctrl-C; the seconds until all has ended. Raises FreshError."""
        pressed = time.monotonic()
        with suppress(ProcessLookupError):
            os.killpg(self._make.pid, signal.SIGINT)
        try:
            self._make.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._make.pid, signal.SIGINT)  # the second time nothing is waited for
            raise FreshError("Ctrl-C did not end the demo within 30 s") from None
        return time.monotonic() - pressed


def check_nothing_is_left(folder: Path, environment: dict[str, str]) -> None:
    """Raise FreshError where a process of the clone still runs, or a port of it is taken."""
    left = [
        process.name
        for process in Path("/proc").glob("[0-9]*")  # nothing to look at on other systems
        if _belongs_to(process, str(folder))
    ]
    if left:
        raise FreshError(f"still running after Ctrl-C: processes {', '.join(left)}")
    try:
        settings = demo_settings.load(folder / "checkout", environment, has_screen=False)
        demo_settings.check_ports(settings)
    except DemoError as error:
        raise FreshError(f"after Ctrl-C: {error}") from error


def _belongs_to(process: Path, folder: str) -> bool:
    with suppress(OSError):
        if (process / "cwd").readlink().is_relative_to(folder):
            return True
        return folder in (process / "cmdline").read_text(errors="replace")
    return False  # it has ended meanwhile, or is not ours to look at


def try_it(folder: Path) -> dict[str, float]:
    """Do all of it in an empty folder; the seconds that each part took. Raises FreshError."""
    environment = clean_environment(folder)
    checkout = folder / "checkout"
    subprocess.run(["git", "clone", "--quiet", ROOT, checkout], env=environment, check=True)
    seconds = {}
    for name in ("first start", "second start"):
        demo = FreshDemo(checkout, environment, name.replace(" ", "-"))
        try:
            seconds[f"{name}: page"] = demo.seconds_to_the_page()
            seconds[f"{name}: the bot's first answer"] = demo.seconds_to_an_answer()
            demo.play_the_story(environment)
        finally:
            seconds[f"{name}: Ctrl-C until all had ended"] = demo.ctrl_c()
            print(demo.log.read_text(errors="replace"))
        check_nothing_is_left(folder, environment)
        check_repeats_nothing(demo.log, is_first=name == "first start")
    return seconds


def check_repeats_nothing(log: Path, is_first: bool) -> None:
    """Raise FreshError where a second start installed or trained again, or the first did not."""
    done_again = [word for word in ("installing", "training") if word in log.read_text()]
    if is_first != bool(done_again):
        raise FreshError(f"unexpected work: {', '.join(done_again) or 'none at the first start'}")


def main() -> int:
    """Print the seconds; 1 and the reason if something failed, and then keep the folder."""
    folder = Path(tempfile.mkdtemp(prefix="messenger-handover-fresh-")).resolve()
    try:
        seconds = try_it(folder)
    except (FreshError, NoAnswerError) as error:
        print(f"Failed: {error}. All of it is kept in {folder}", file=sys.stderr)
        return 1
    for what, value in seconds.items():
        print(f"  {value:6.1f} s  {what}")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
