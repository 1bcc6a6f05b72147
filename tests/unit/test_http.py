"""Calls that end by a deadline, on real sockets."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from messenger_app.http import deadline, make_session, was_never_sent


@pytest.fixture
def dripping() -> Iterator[str]:
    """A server that sends its answer a byte at a time, and never gets to its end."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    over.set()
    thread.join()
    listener.close()


def test_a_server_that_drips_is_cut_off_and_the_outcome_is_unknown(dripping: str) -> None:
    with make_session(1) as session:
        began = time.monotonic()
        with pytest.raises(requests.RequestException) as failed, deadline(0.3):
            session.get(dripping, timeout=(1, 20))
    assert time.monotonic() - began < 5
    assert not was_never_sent(failed.value)


def test_a_refused_connection_was_never_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with make_session(1) as session, pytest.raises(requests.ConnectionError) as failed:
        session.get(f"http://127.0.0.1:{port}/", timeout=1)
    assert was_never_sent(failed.value)
