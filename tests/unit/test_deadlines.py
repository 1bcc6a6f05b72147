"""Deadlines on a machine that doesn't always give the thread that watches them."""

import threading
import time
from collections.abc import Callable

import pytest
import requests

from messenger_app import deadlines
from messenger_app.deadlines import deadline
from messenger_app.graph.client import GraphClient
from messenger_app.graph.errors import GraphUnreachable
from messenger_app.http import Remote
from tests.unit.servers import answering, http

Refuse = Callable[[bool], None]


@pytest.fixture
def refuse_threads(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Begin without a watching thread, and let none be started until told otherwise."""
    genuine = threading.Thread.start
    refuses = True

    def start(thread: threading.Thread) -> None:
        if refuses and thread.name == "deadlines":
            raise RuntimeError("can't start new thread")
        genuine(thread)

    def refuse(still: bool) -> None:
        nonlocal refuses
        refuses = still

    monkeypatch.setattr(deadlines, "_watch", deadlines._Watch())
    monkeypatch.setattr(threading.Thread, "start", start)
    return refuse


def test_a_call_that_nobody_can_watch_is_not_begun_and_counts_as_never_sent(
    refuse_threads: Refuse,
) -> None:
    refuse_threads(True)
    with answering(http("200 OK", b"{}")) as url:
        graph = GraphClient(url, "v1.0", "1", "token")
        with pytest.raises(GraphUnreachable, match="NotWatched"):
            graph.send_message("42", {"text": "hello"})
        remote = Remote(url, 1)  # the server's one connection is still to be had
        refuse_threads(False)
        assert remote.post("", {}, timeout=(1, 1), within=2).ok
        remote.close()
        graph.close()


def test_deadlines_hold_again_once_there_are_threads(refuse_threads: Refuse) -> None:
    refuse_threads(True)
    with pytest.raises(deadlines.NotWatched), deadline(1):
        pass
    refuse_threads(False)
    with answering(None) as url:
        remote = Remote(url, 1)
        began = time.monotonic()
        with pytest.raises(requests.RequestException):
            remote.get("", timeout=(1, 20), within=0.3)
        assert time.monotonic() - began < 5
        remote.close()
