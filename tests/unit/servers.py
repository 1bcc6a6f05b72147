"""Servers on 127.0.0.1 that misbehave in ways a library can't pretend."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.ports import free_port


def refused_url() -> str:
    """Return an address where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


def http(status: str, body: bytes) -> bytes:
    """Return an answer's bytes."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


@contextmanager
def answering(answer: bytes | None) -> Iterator[str]:
    """Serve one connection: read a request, send these bytes and close; None keeps silent."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, answer, done))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            done.set()
            thread.join()


def _serve(listener: socket.socket, answer: bytes | None, done: threading.Event) -> None:
    listener.settimeout(5)
    connection, _ = listener.accept()
    with connection:
        _read_request(connection)
        if answer is None:
            done.wait(30)
        else:
            connection.sendall(answer)


def _read_request(connection: socket.socket) -> None:
    """Read headers and body: to close with bytes unread would reset the connection."""
    with connection.makefile("rb") as request:
        length = 0
        while (line := request.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        request.read(length)
