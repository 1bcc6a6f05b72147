"""Ways to break things on purpose, from outside."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests

from inbox_simulator import Simulator
from tests.faults import fillable
from tests.support.waiting import wait_for


def on_graph(simulator: Simulator, edge: str, do: str, seconds: float = 0.0) -> None:
    """Let the next call to this edge go wrong."""
    rule = {"on": "graph", "match": {"edge": edge}, "do": do, "times": 1, "seconds": seconds}
    requests.put(f"{simulator.url}/_simulator/faults", json={"rules": [rule]}, timeout=10)


def wait_until_struck(simulator: Simulator) -> None:
    """Wait until the fault has happened: the call has come, and has not been answered yet."""

    def struck() -> bool:
        rules = requests.get(f"{simulator.url}/_simulator/faults", timeout=10).json()["rules"]
        return bool(rules[0]["used"])

    wait_for(struck, "the call that goes wrong")


def sends(simulator: Simulator, text: str) -> int:
    """Count the calls that sent this text, whatever became of them."""
    journal = requests.get(f"{simulator.url}/_simulator/journal", timeout=10).json()
    return sum(
        entry["kind"] == "call"
        and entry["path"].endswith("/messages")
        and ((entry["body"] or {}).get("message") or {}).get("text") == text
        for entry in journal
    )


@contextmanager
def full_disk(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let a process and its children write nothing at the end of any larger file."""
    os.killpg(process.pid, fillable.FILL)
    try:
        yield
    finally:
        os.killpg(process.pid, fillable.EMPTY)


@contextmanager
def stopped(pid: int) -> Iterator[Callable[[], None]]:
    """Let a process stand still; yields what lets it go on, which happens at the end anyway."""
    os.kill(pid, signal.SIGSTOP)

    def go_on() -> None:
        os.kill(pid, signal.SIGCONT)

    try:
        yield go_on
    finally:
        go_on()


@contextmanager
def never_answering() -> Iterator[str]:
    """Serve an address that takes every connection and never says a word."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:

        def take() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


def texts(person: Any) -> list[tuple[str, str | None]]:
    """Return what stands in the thread, with who said it."""
    return [(message.author, message.text) for message in person.thread.messages]
