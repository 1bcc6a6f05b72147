"""The ports that servers of the tests listen on."""

import socket
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.support.ports import FIRST, LAST, free_port

EACH = 50


def some_ports(_: int) -> list[int]:
    return [free_port() for _ in range(EACH)]


def test_processes_that_ask_at_once_are_never_given_the_same_port():
    with ProcessPoolExecutor(4) as processes:
        given = [port for ports in processes.map(some_ports, range(4)) for port in ports]
    assert len(set(given)) == len(given) == 4 * EACH
    assert all(FIRST <= port <= LAST for port in given)


def test_a_port_that_somebody_listens_on_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    port = free_port()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with socket.create_server(("127.0.0.1", port)):
        free_port()
        (turns,) = tmp_path.iterdir()
        turns.write_text(str(port - 1))
        assert free_port() != port
    turns.write_text(str(port - 1))
    assert free_port() == port
