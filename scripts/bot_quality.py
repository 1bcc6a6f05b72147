"""Measure how well the bot understands people, and how long it takes to learn.

messages: judge its answers to 120 messages that nobody trained it on.
measure: that and cross-validation; writes docs/bot-quality.md anew.
compare: the same, but only tells whether the document claims more than today's bot can.
training-time: train from nothing, without what Rasa keeps of earlier times.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts import rasa_env
from scripts.rasa_env import BOT, MODEL, PYTHON, ROOT, RasaEnvError, say

#: Both learn in the same environment.
BOTS = [folder for folder in (BOT, BOT / "moodbot") if (folder / "config.yml").exists()]

#: All bots together learn from nothing within so many seconds, on so many cores.
LIMIT = 120.0
CORES = 2

LOG = rasa_env.LOGS / "bot-quality.log"


def ask(command: str) -> int:
    """Run one of the bot's own measurements in Rasa's environment; return its exit code."""
    rasa_env.train()
    environment = {
        **rasa_env.child_environment(),
        "PYTHONPATH": str(ROOT),
        "RASA_MAX_CACHE_SIZE": "0",  # nothing of the models in between is of use later
    }
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("wb") as log:
        return subprocess.call(
            [str(PYTHON), "-m", "rasa_bot.checks", command, str(MODEL)],
            cwd=BOT,
            env=environment,
            stderr=log,
        )


def training_time() -> int:
    """Train each bot from nothing; 1 if that takes longer than it may."""
    rasa_env.setup()
    if hasattr(os, "sched_setaffinity"):  # where it is missing, all cores are used
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    total = sum(time_to_train(bot) for bot in BOTS)
    say(f"together {total:.0f} s of an idle machine, at most {LIMIT:.0f} s wanted")
    return 0 if total <= LIMIT else 1


def time_to_train(bot: Path) -> float:
    """Train one bot into a folder that is thrown away; return the seconds it took.

    Not more than the processors worked: the rest of the time others had them.
    """
    domain = ["--domain", "domain"] if (bot / "domain").is_dir() else []
    before, started = cpu_seconds(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [str(PYTHON), "-m", "rasa", "train", *domain, "--out", folder],
            cwd=bot,
            env={**rasa_env.child_environment(), "RASA_CACHE_DIRECTORY": f"{folder}/cache"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not list(Path(folder).glob("*.tar.gz")):
            raise RasaEnvError(f"training {bot.name} failed:\n{done.stderr[-2000:]}")
    seconds, busy = time.monotonic() - started, cpu_seconds() - before
    say(f"{bot.name}: {seconds:.1f} s, in which the processors worked {busy:.1f} s")
    return min(seconds, busy)


def cpu_seconds() -> float:
    """Return what all ended child processes have used of the processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Run one command; 0 if the bot is as good as it must be."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["messages", "measure", "compare", "training-time"])
    command = parser.parse_args().command
    try:
        return training_time() if command == "training-time" else ask(command)
    except RasaEnvError as error:
        print(f"rasa: {error}", file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
