"""What the script that makes Rasa's environment repeats, repairs and says; with a stand-in for uv.

The real install and the real training are what the other tests here start from.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.rasa import ROOT


class Checkout:
    """A folder with the script and the bot's data, where uv and Rasa are the stand-in."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "checkout"
        self.notes = folder / "notes"
        self.notes.touch()
        ignored = shutil.ignore_patterns(".venv", "models", "var", "results", ".rasa")
        shutil.copytree(ROOT / "rasa_bot", self.root / "rasa_bot", ignore=ignored)
        (self.root / "scripts").mkdir()
        for name in ("__init__.py", "rasa_env.py", "rasa_python.py"):
            shutil.copy(ROOT / "scripts" / name, self.root / "scripts")
        shutil.copy(Path(__file__).with_name("fake_uv.py"), folder)
        self.uv = folder / "fake_uv"
        self.uv.write_text(f'#!/bin/sh\nexec {sys.executable} {folder}/fake_uv.py "$@"\n')
        self.uv.chmod(0o755)

    def start(self, command: str, **settings: str) -> subprocess.Popen[str]:
        inherited = {k: v for k, v in os.environ.items() if k != "RASA_PYTHON"}
        return subprocess.Popen(
            [sys.executable, "scripts/rasa_env.py", command],
            cwd=self.root,
            env={**inherited, "UV": str(self.uv), "NOTES": str(self.notes), **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, command: str, **settings: str) -> tuple[int, str, str]:
        """Run the script; return its exit code, what it said, and its errors."""
        process = self.start(command, **settings)
        said, errors = process.communicate(timeout=60)
        return process.returncode, said, errors

    def steps(self) -> list[str]:
        """Return the steps done since the last look."""
        done = self.notes.read_text().split()
        self.notes.write_text("")
        return done


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_second_run_repeats_no_finished_work(checkout: Checkout) -> None:
    code, said, _ = checkout.run("train")
    assert code == 0
    assert [line.split(" in ")[0] for line in said.splitlines()] == [
        "rasa: installing on Python " + said.split()[4] + " (about 500 MB to download)",
        "rasa: installed",
        "rasa: training the bot",
        "rasa: trained",
    ]
    assert checkout.steps() == ["venv", "sync", "rasa"]
    assert checkout.run("train") == (0, "", "")
    assert checkout.steps() == []


@pytest.mark.parametrize("name", ["domain/shop.yml", "config.yml", "data/nlu/shop.yml", "tfidf.py"])
def test_a_change_of_what_the_bot_learns_from_trains_it_again(
    checkout: Checkout, name: str
) -> None:
    checkout.run("train")
    checkout.steps()
    with (checkout.root / "rasa_bot" / name).open("a") as file:
        file.write("# something new\n")
    checkout.run("train")
    assert checkout.steps() == ["rasa"]


def test_a_file_that_is_only_newer_trains_nothing(checkout: Checkout) -> None:
    checkout.run("train")
    checkout.steps()
    (checkout.root / "rasa_bot" / "domain" / "shop.yml").touch()
    checkout.run("train")
    assert checkout.steps() == []


def test_a_change_of_the_lock_installs_again(checkout: Checkout) -> None:
    checkout.run("setup")
    checkout.steps()
    for lock in (checkout.root / "rasa_bot").glob("requirements*.txt"):
        lock.write_text(lock.read_text() + "# newer\n")
    checkout.run("setup")
    assert checkout.steps() == ["venv", "sync"]


def test_an_install_that_was_killed_is_made_again(checkout: Checkout, tmp_path: Path) -> None:
    process = checkout.start("setup", WAIT_FOR=str(tmp_path / "never"))
    wait_for_step(checkout, "sync")
    process.terminate()
    process.communicate(timeout=10)
    assert checkout.steps() == ["venv", "sync"]
    assert checkout.run("setup")[0] == 0
    assert checkout.steps() == ["venv", "sync"]


def test_of_two_at_once_one_installs_and_the_other_waits(
    checkout: Checkout, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    first = checkout.start("setup", WAIT_FOR=str(gate))
    wait_for_step(checkout, "sync")
    second = checkout.start("setup")
    assert second.stdout is not None
    assert second.stdout.readline() == "rasa: installing, in another process\n"
    gate.touch()
    first.communicate(timeout=10)
    second.communicate(timeout=10)
    assert (first.returncode, second.returncode) == (0, 0)
    assert checkout.steps() == ["venv", "sync"]


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        ("venv", "set RASA_PYTHON"),
        ("sync", "check the network"),
        ("rasa", "correct what it names"),
    ],
)
def test_a_failed_step_says_what_to_do_shows_its_error_and_is_tried_again(
    checkout: Checkout, step: str, advice: str
) -> None:
    code, _, errors = checkout.run("train", FAIL=step)
    first, *rest = errors.splitlines()
    assert code == 1
    assert advice in first
    assert (checkout.root / first.rpartition("From ")[2].rstrip(":")).exists()
    assert rest == ["  ValueError: this is what went wrong", "    and here"]
    assert checkout.run("train")[0] == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("exit 127", "does not run, or lacks a module"),
        ("echo 3.12", "is Python 3.12"),
    ],
)
def test_a_python_that_rasa_cannot_use_is_refused_by_name(
    checkout: Checkout, tmp_path: Path, content: str, reason: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{content}\n")
    python.chmod(0o755)
    code, _, errors = checkout.run("setup", RASA_PYTHON=str(python))
    assert code == 1
    assert errors == (
        f"rasa: RASA_PYTHON={python} {reason}; set it to a Python 3.10 or 3.11, or unset it\n"
    )
    assert checkout.steps() == []


def test_neither_rasa_nor_uv_is_given_the_secrets_of_the_bridge(checkout: Checkout) -> None:
    checkout.uv.write_text(f"#!/bin/sh\nenv >> {checkout.notes}\nexit 1\n")
    checkout.run("setup", APP_SECRET="hush", PAGE_ACCESS_TOKEN="hush", ADMIN_TOKEN="hush")
    environment = checkout.notes.read_text()
    assert "RASA_TELEMETRY_ENABLED=false" in environment
    assert "hush" not in environment


@pytest.mark.parametrize(
    ("settings", "host"), [({}, "127.0.0.1"), ({"RASA_HOST": "10.0.0.21"}, "10.0.0.21")]
)
def test_a_bot_listens_where_it_is_told_and_else_to_this_machine_alone(
    checkout: Checkout, settings: dict[str, str], host: str
) -> None:
    code, said, _ = checkout.run("run", **settings)
    assert code == 0
    assert f"--interface {host} " in said


def wait_for_step(checkout: Checkout, step: str) -> None:
    deadline = time.monotonic() + 30
    while step not in checkout.notes.read_text().split():
        assert time.monotonic() < deadline, f"{step} was never reached"
        time.sleep(0.01)
