"""Whatever the project imports stands in `pyproject.toml`, and came along with nothing else."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

OURS = {"messenger_app", "inbox_simulator", "rasa_bot", "scripts", "benchmarks", "tests", "wsgi"}
#: In environments of their own, or, as pytest for the simulator's fixtures, only where tests run.
ELSEWHERE = {"rasa", "fbmessenger", "pymessenger", "pytest"}


def named(needs: list[str]) -> set[str]:
    return {re.split(r"[\[;<>=~! ]", need, maxsplit=1)[0] for need in needs}


def normal(packages: list[str]) -> set[str]:
    return {re.sub("[-_.]+", "-", package).lower() for package in packages}


RUNS = named(PROJECT["dependencies"])
TESTS = RUNS | named(PROJECT["optional-dependencies"]["dev"])


def imported(folder: str) -> Iterator[str]:
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.split(".")[0]


@pytest.mark.parametrize(
    ("folder", "needs"),
    [
        ("messenger_app", RUNS),
        ("inbox_simulator", RUNS),
        ("scripts", TESTS),
        ("benchmarks", TESTS),
        ("tests", TESTS),
    ],
)
def test_each_package_that_is_imported_is_asked_for(folder: str, needs: set[str]) -> None:
    found = set(imported(folder)) - sys.stdlib_module_names - OURS - ELSEWHERE
    packages = packages_distributions()
    missing = {name for name in found if not normal(packages.get(name, [])) & needs}
    assert found
    assert missing == set()
