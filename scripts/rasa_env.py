"""Make Rasa's environment, train the bot, and run it: setup, train, check, run, actions.

Rasa caps libraries that the bridge needs newer, so it lives in `rasa_bot/.venv`, on Python 3.10 or
3.11. Each command first does what it needs and is not done yet; what is done is told by stamps that
hold the hash of what it was made from, written last. Standard library alone, since nothing else
is sure to be there. Progress goes to stdout, a line a step, each starting with "rasa:".
"""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
BOT = ROOT / "rasa_bot"
VENV = BOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed"
MODEL = BOT / "models" / "bot.tar.gz"
TRAINED = BOT / "models" / "trained"
LOGS = ROOT / "var" / "log"

#: The lock for each Python that Rasa runs on, the better one first.
LOCKS = {"3.10": BOT / "requirements.txt", "3.11": BOT / "requirements-3.11.txt"}

#: Extension modules that a home-built Python may lack and that Rasa's libraries import.
PROBE = "import bz2, ctypes, lzma, sqlite3, ssl, sys; print('%d.%d' % sys.version_info[:2])"

#: The bridge's secrets are none of the bot's business, the rest would lead to another environment.
NOT_FOR_RASA = {"APP_SECRET", "VERIFY_TOKEN", "PAGE_ACCESS_TOKEN", "ADMIN_TOKEN", "DATABASE_URL"}
NOT_FOR_RASA |= {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"}


class RasaEnvError(Exception):
    """A step failed. The message is one that a user can act on."""


def say(step: str) -> None:
    """Tell of one step, at once even where stdout is a file."""
    print(f"rasa: {step}", flush=True)


def version_of(python: str) -> str | None:
    """Return "3.10" or the like, or None when it does not run or lacks a module.

    A path is no proof: a pyenv shim exists for every version and exits 127 for most.
    """
    try:
        probe = subprocess.run(
            [python, "-c", PROBE], capture_output=True, text=True, timeout=30, check=True
        )
        return probe.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def places(version: str) -> Iterator[str]:
    """Yield where a Python of this version may be."""
    name = f"python{version}"
    if on_path := shutil.which(name):
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    newest_first = sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True)
    yield from map(str, newest_first)
    for folder in (sys.base_prefix + "/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        yield f"{folder}/{name}"


def find_python() -> tuple[str, str] | None:
    """Return path and version of a Python that Rasa can use; None when there is none here."""
    if chosen := os.environ.get("RASA_PYTHON"):
        version = version_of(chosen)
        if version not in LOCKS:
            found = f"is Python {version}" if version else "does not run, or lacks a module"
            raise RasaEnvError(
                f"RASA_PYTHON={chosen} {found}; set it to a Python 3.10 or 3.11, or unset it"
            )
        return chosen, version
    for wanted in LOCKS:
        for path in places(wanted):
            if version_of(path) == wanted:
                return path, wanted
    return None


def uv() -> str:
    """Return the path of uv: the one that UV names, that of this environment, or one on PATH."""
    beside = Path(sys.executable).parent / "uv"
    if not (found := os.environ.get("UV") or shutil.which(beside) or shutil.which("uv")):
        raise RasaEnvError(
            "uv is missing: run this with .venv/bin/python, which `make setup` makes"
        )
    return found


def fingerprint(paths: list[Path], *more: str) -> str:
    """Hash names and contents of files, and whatever else the result depends on."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def installed_stamp(version: str) -> str:
    """Return what an environment is made from. Its place counts: scripts inside name it."""
    return f"{version} {fingerprint([LOCKS[version]], str(VENV))}"


def is_installed() -> bool:
    """Tell whether the environment is complete, of today's lock, and its Python still there."""
    if not (INSTALLED.exists() and PYTHON.exists()):
        return False
    made_from, _, path = INSTALLED.read_text().partition("\n")
    chosen = os.environ.get("RASA_PYTHON") or path
    return chosen == path and made_from in map(installed_stamp, LOCKS)


def setup() -> None:
    """Make `rasa_bot/.venv` if it is missing, incomplete or older than its lock.

    Safe when two processes call it at once: the second waits for the first.
    """
    if not is_installed():
        with only_one("installing"):
            if not is_installed():
                install()


def install() -> None:
    """Make the environment anew. What was downloaded before comes from uv's cache."""
    started = time.monotonic()
    path, version = find_python() or ("", "3.10")
    INSTALLED.unlink(missing_ok=True)
    if path:
        say(f"installing on Python {version} (about 500 MB to download)")
    else:
        say("no Python 3.10 or 3.11 here: fetching 3.10, then installing (about 550 MB)")
    source = ["--python", path] if path else ["--python", version, "--managed-python"]
    advice = "install Python 3.10 or 3.11, or set RASA_PYTHON to the path of one"
    logged("rasa-install", [uv(), "venv", "--no-project", "--clear", *source, str(VENV)], advice)
    sync = [uv(), "pip", "sync", "--require-hashes", "--python", str(PYTHON), str(LOCKS[version])]
    advice = "check the network, then run the same command again"
    logged("rasa-install", sync, advice)
    write_stamp(INSTALLED, f"{installed_stamp(version)}\n{path}")
    say(f"installed in {time.monotonic() - started:.0f} s")


def trained_stamp() -> str:
    """Return the hash of all that a model is made from."""
    learned_from = [BOT / "config.yml", *BOT.glob("domain/*.yml"), *BOT.glob("data/**/*.yml")]
    return fingerprint(learned_from, INSTALLED.read_text())


def is_trained() -> bool:
    """Tell whether the model is of today's data."""
    return MODEL.exists() and TRAINED.exists() and TRAINED.read_text() == trained_stamp()


def train() -> None:
    """Train the bot if its data, settings or libraries changed since. Makes the environment."""
    setup()
    if is_trained():
        return
    with only_one("training"):
        if is_trained():
            return
        started = time.monotonic()
        say("training the bot")
        stamp = trained_stamp()  # before: what is edited meanwhile is trained the next time
        options = ["--domain", "domain", "--fixed-model-name", "new", "--out", str(MODEL.parent)]
        advice = "correct what it names in rasa_bot/, then run the same command again"
        logged("rasa-train", [str(PYTHON), "-m", "rasa", "train", *options], advice)
        (MODEL.parent / "new.tar.gz").replace(MODEL)
        write_stamp(TRAINED, stamp)
        say(f"trained in {time.monotonic() - started:.0f} s")


def check() -> None:
    """Check the bot's data, play its test conversations, and try phrasings it never saw."""
    train()
    logged("rasa-validate", [str(PYTHON), "checks/validate.py"], "correct rasa_bot/data")
    say("data: valid")
    results = str(BOT / "results")
    stories = ["--stories", "tests", "--model", str(MODEL), "--out", results]
    advice = "rasa_bot/results/failed_test_stories.yml shows what the bot did instead"
    play = [str(PYTHON), "-m", "rasa", "test", "core", "--fail-on-prediction-errors", *stories]
    logged("rasa-stories", play, advice)
    say("test conversations: all as expected")
    run_here([str(PYTHON), "-m", "checks.held_out", str(MODEL)])


def run() -> NoReturn:
    """Become Rasa's server on RASA_PORT. It answers there once the model is loaded."""
    train()
    (BOT / "var").mkdir(exist_ok=True)
    say("loading the model")
    port = os.environ.get("RASA_PORT", "5005")
    listen = ["--interface", "127.0.0.1", "--port", port, "--enable-api", "--model", str(MODEL)]
    run_here([str(PYTHON), "serve.py", "run", *listen])


def actions() -> NoReturn:
    """Become the bot's action server on ACTIONS_PORT."""
    setup()
    say("starting the action server")
    port = os.environ.get("ACTIONS_PORT", "5055")
    run_here([str(PYTHON), "-m", "rasa_sdk", "--actions", "actions", "--port", port])


def child_environment() -> dict[str, str]:
    """Return the environment of uv and Rasa: ours without other programs' secrets."""
    return {
        **{name: value for name, value in os.environ.items() if name not in NOT_FOR_RASA},
        "ACTIONS_PORT": os.environ.get("ACTIONS_PORT", "5055"),
        "RASA_TRACKER_DB": os.environ.get("RASA_TRACKER_DB", "var/tracker.db"),
        "PYTHONPATH": str(BOT),  # where checks/ finds what config.yml names
        "SANIC_HOST": "127.0.0.1",  # the action server listens on every interface otherwise
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "UV_COMPILE_BYTECODE": "1",  # without it every start of Rasa takes seconds longer
    }


def logged(name: str, command: list[str], advice: str) -> None:
    """Run one step with its output in `var/log/NAME.log`; RasaEnvError says why it failed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{name}.log"
    with path.open("wb") as log:
        code = subprocess.call(command, cwd=BOT, env=child_environment(), stdout=log, stderr=log)
    if code:
        line = f"{name} failed: {advice}. From {path.relative_to(ROOT)}:"
        raise RasaEnvError("\n  ".join([line, *what_failed(path)]))


def what_failed(log: Path) -> list[str]:
    """Return the lines from the last error in a log, or its end where none is marked as one."""
    lines = re.sub(r"\x1b\[\d+m", "", log.read_text(errors="replace")).strip().splitlines()
    errors = [n for n, line in enumerate(lines) if re.match(r"\w*([Ee]rror|Exception): ", line)]
    return lines[errors[-1] :][:8] if errors else lines[-8:]


def run_here(command: list[str]) -> NoReturn:
    """Become another program, so that whoever started us signals and watches that one."""
    os.chdir(BOT)
    os.execve(command[0], command, child_environment())


@contextmanager
def only_one(doing: str) -> Iterator[None]:
    """Hold the lock under which environment and model are made."""
    path = BOT / "var" / "setup.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{doing}, in another process")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_stamp(path: Path, stamp: str) -> None:
    """Write a stamp in one step: after a crash it is whole or not there."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(stamp)
    unfinished.replace(path)


COMMANDS = {"setup": setup, "train": train, "check": check, "run": run, "actions": actions}


def main() -> int:
    """Run one command; 0, or 1 after a line on stderr that says what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=COMMANDS)
    arguments = parser.parse_args()
    # As an exception, so that a step under way is ended too and not left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        COMMANDS[arguments.command]()
    except RasaEnvError as error:
        print(f"rasa: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
