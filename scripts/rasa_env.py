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
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a program started by its path sees its own folder alone

from scripts.rasa_python import RasaEnvError as RasaEnvError  # noqa: E402, PLC0414 - for callers
from scripts.rasa_python import find_python  # noqa: E402

BOT = ROOT / "rasa_bot"
VENV = BOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed"
LOGS = ROOT / "var" / "log"

#: The lock for each Python that Rasa runs on, the better one first.
LOCKS = {"3.10": BOT / "requirements.txt", "3.11": BOT / "requirements-3.11.txt"}

#: The bridge's secrets are none of the bot's business, the rest would lead to another environment.
NOT_FOR_RASA = {"APP_SECRET", "VERIFY_TOKEN", "PAGE_ACCESS_TOKEN", "ADMIN_TOKEN", "DATABASE_URL"}
NOT_FOR_RASA |= {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"}


@dataclass(frozen=True)
class Bot:
    """One bot of the project. All share the environment and the action server."""

    name: str
    folder: Path
    #: Its domain: a file, or a folder of them.
    domain: str
    #: Where it is served, and the setting that moves it.
    setting: str
    port: str

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.folder / "models" / "bot.tar.gz"

    @property
    def trained(self) -> Path:
        """The stamp that says what the model was made from."""
        return self.folder / "models" / "trained"

    @property
    def sources(self) -> list[str]:
        """What Rasa's commands are told to read."""
        domain, data, config = (self.folder / name for name in (self.domain, "data", "config.yml"))
        return ["--domain", str(domain), "--data", str(data), "--config", str(config)]


SHOP = Bot("bot", BOT, "domain", "RASA_PORT", "5005")
MODEL = SHOP.model
BOTS = {
    SHOP.name: SHOP,
    "moodbot": Bot("moodbot", BOT / "moodbot", "domain.yml", "MOODBOT_PORT", "5007"),
}


def say(step: str) -> None:
    """Tell of one step, at once even where stdout is a file."""
    print(f"rasa: {step}", flush=True)


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
    path, version = find_python(LOCKS) or ("", "3.10")
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


def trained_stamp(bot: Bot) -> str:
    """Return the hash of all that a model is made from."""
    domain = [bot.folder / bot.domain, *bot.folder.glob(f"{bot.domain}/*.yml")]
    config = bot.folder / "config.yml"
    ours = [BOT / f"{name}.py" for name in re.findall(r"name: (\w+)\.\w+", config.read_text())]
    learned_from = [config, *ours, *domain, *bot.folder.glob("data/**/*.yml")]
    return fingerprint([path for path in learned_from if path.is_file()], INSTALLED.read_text())


def is_trained(bot: Bot) -> bool:
    """Tell whether the model is of today's data."""
    made_from = bot.trained.read_text() if bot.model.exists() and bot.trained.exists() else None
    return made_from is not None and made_from == trained_stamp(bot)


def train(bot: Bot = SHOP) -> None:
    """Train a bot if its data, settings or libraries changed since. Makes the environment."""
    setup()
    if is_trained(bot):
        return
    with only_one("training", bot.folder):
        if is_trained(bot):
            return
        started = time.monotonic()
        say(f"training the {bot.name}")
        stamp = trained_stamp(bot)  # before: what is edited meanwhile is trained the next time
        out = ["--fixed-model-name", "new", "--out", str(bot.model.parent)]
        advice = f"correct what it names in {bot.folder.relative_to(ROOT)}/, then run it again"
        logged(f"rasa-train-{bot.name}", rasa("train", *bot.sources, *out), advice)
        (bot.model.parent / "new.tar.gz").replace(bot.model)
        write_stamp(bot.trained, stamp)
        say(f"trained in {time.monotonic() - started:.0f} s")


def check(bot: Bot) -> None:
    """Check a bot's data, and play its test conversations."""
    train(bot)
    folder = bot.folder.relative_to(ROOT)
    validate = [str(PYTHON), "checks/validate.py", *bot.sources]
    logged(f"rasa-validate-{bot.name}", validate, f"correct {folder}/data")
    say(f"data of the {bot.name}: valid")
    results = BOT / "results" / bot.name
    stories = ["--stories", str(bot.folder / "tests"), "--model", str(bot.model)]
    play = rasa("test", "core", "--fail-on-prediction-errors", *stories, "--out", str(results))
    shown = results.relative_to(ROOT) / "failed_test_stories.yml"
    logged(f"rasa-stories-{bot.name}", play, f"{shown} shows what the bot did instead")
    say(f"test conversations of the {bot.name}: all as expected")


def check_all() -> None:
    """Check each bot, and try phrasings on the shop's that it never saw."""
    for bot in BOTS.values():
        check(bot)
    run_here([str(PYTHON), "checks/held_out.py", str(SHOP.model)])


def run(bot: Bot) -> NoReturn:
    """Become a bot's server on its port. It answers there once the model is loaded."""
    train(bot)
    (BOT / "var").mkdir(exist_ok=True)
    say("loading the model")
    port = os.environ.get(bot.setting, bot.port)
    served = ["--enable-api", "--model", str(bot.model)]
    # Rasa asks nobody for a password: another address than this is for a private network.
    listen = ["--interface", os.environ.get("RASA_HOST", "127.0.0.1"), "--port", port]
    # Another file for several servers behind one address; MoodBot has one server.
    chosen = os.environ.get("RASA_ENDPOINTS") if bot is SHOP else None
    endpoints = ["--endpoints", str(bot.folder / (chosen or "endpoints.yml"))]
    run_here([str(PYTHON), "serve.py", "run", *listen, *served, *endpoints])


def rasa(*arguments: str) -> list[str]:
    """Return the command that runs Rasa."""
    return [str(PYTHON), "-m", "rasa", *arguments]


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
        "RASA_REDIS_HOST": os.environ.get("RASA_REDIS_HOST", "127.0.0.1"),
        "RASA_REDIS_PORT": os.environ.get("RASA_REDIS_PORT", "6379"),
        "RASA_REDIS_PASSWORD": os.environ.get("RASA_REDIS_PASSWORD", ""),
        # Seconds. The bridge waits for no turn longer, and who died over one holds up its person.
        "TICKET_LOCK_LIFETIME": os.environ.get("TICKET_LOCK_LIFETIME", "10"),
        "MOODBOT_TRACKER_DB": os.environ.get("MOODBOT_TRACKER_DB", "var/moodbot.db"),
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
def only_one(doing: str, folder: Path = BOT) -> Iterator[None]:
    """Hold the lock under which the environment, or a model, is made."""
    path = folder / "var" / "setup.lock"
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


COMMANDS = ("setup", "train", "check", "run", "actions")


def do(command: str, bots: list[Bot]) -> None:
    """Do one command; training and serving for each of the bots."""
    match command:
        case "setup":
            setup()
        case "check":
            check_all()
        case "actions":
            actions()
        case "train":
            for bot in bots:
                train(bot)
        case "run":
            run(bots[0])


def main() -> int:
    """Run one command; 0, or 1 after a line on stderr that says what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("bot", nargs="*", help="which bot to train or run; the shop's without it")
    arguments = parser.parse_args()
    if unknown := set(arguments.bot) - BOTS.keys():
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(BOTS)}")
    # As an exception, so that a step under way is ended too and not left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        do(arguments.command, [BOTS[name] for name in arguments.bot] or [SHOP])
    except RasaEnvError as error:
        print(f"rasa: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
