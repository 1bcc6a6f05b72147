import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.supervisor import Program, Supervisor


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, os.environ)
    yield supervisor
    supervisor.stop(grace_s=0)


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Program]:
    """Return a maker of programs, each with a log of its own."""
    return lambda name, command: Program(name, command, tmp_path / "log" / f"{name}.log")
