"""Telling people outside Messenger that they are wanted: each address once, and all in time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from messenger_app.conversation.commands import NotifyAgents
from messenger_app.jobs import notifying
from messenger_app.jobs.job import CALL_DEADLINE, Job, Result, Settled
from messenger_app.jobs.notifying import Notifying
from messenger_app.store.outbox import OpenCommand
from tests.unit.servers import answering, http, refused_url

WANTED = NotifyAgents("handoff", "Somebody waits.")


def tell(*urls: str) -> Result:
    command = OpenCommand(key="k", turn=5, command=WANTED)
    return Notifying(urls).notify(Job("1:7", "1", "7", command, may_call=True), WANTED)


@contextmanager
def never_done() -> Iterator[str]:
    """Serve one connection that gets a byte every now and then, and never a whole answer."""
    done = threading.Event()

    def trickle(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not done.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:  # whoever called has hung up
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=trickle, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            done.set()
            thread.join()


def test_each_address_is_told_and_those_that_do_not_listen_are_counted() -> None:
    with answering(http("200 OK", b"")) as hears, answering(http("500 No", b"")) as fails:
        assert tell(hears) == Settled()
        assert tell(refused_url(), fails) == Settled(refused="2 of 2 failed")


def test_an_address_that_never_comes_to_an_end_keeps_no_one_from_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notifying, "NOTIFY_WITHIN", 1.0)
    began = time.monotonic()
    with never_done() as slow, answering(http("200 OK", b"")) as hears:
        assert tell(slow, hears) == Settled(refused="1 of 2 failed")
        assert time.monotonic() - began < 1.0


def test_a_notice_is_over_before_it_may_be_given_again() -> None:
    assert CALL_DEADLINE / 1000 > notifying.NOTIFY_WITHIN
