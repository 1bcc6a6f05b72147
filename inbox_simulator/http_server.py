"""A threaded HTTP/1.1 server that keeps connections open.

Werkzeug's own handler closes the connection after each request and lingers to drain it. A bridge
under load makes hundreds of calls a second, and a body read in full needs no draining.
"""

import contextlib
import io
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from typing import Any, cast

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

LONGEST_BODY = 30_000_000
IDLE_SECONDS = 75


class KeepAliveHandler(WSGIRequestHandler):
    """Reads each request in full, answers it, and waits for the next on the same connection."""

    protocol_version = "HTTP/1.1"
    # A stream's head and parts leave as separate small writes; with Nagle's algorithm a part would
    # wait for the receiver's delayed acknowledgement.
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    def run_wsgi(self) -> None:
        """Serve one request."""
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.environ = self.make_environ()
        body = self._read_body()
        if body is None:
            self.send_error(413)
            self.close_connection = True
            return
        self.environ["wsgi.input"] = io.BytesIO(body)
        self.environ["wsgi.input_terminated"] = True
        try:
            self._answer()
        except OSError:
            self.close_connection = True  # The client is gone, or was cut off on purpose.

    def _read_body(self) -> bytes | None:
        if self.environ.get("wsgi.input_terminated"):
            stream = cast("io.RawIOBase", self.environ["wsgi.input"])
            return b"".join(iter(lambda: stream.read(65_536), b""))
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            return None
        return self.rfile.read(int(length))

    def _answer(self) -> None:
        head: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            head.append((status, headers))

        answer: Iterable[bytes] = self.server.app(self.environ, start_response)
        try:
            status, headers = head[-1]
            sized = any(name.lower() == "content-length" for name, _ in headers)
            with self._in_one_piece() if sized else contextlib.nullcontext():
                self._send_head(status, headers, sized=sized)
                for part in answer:
                    if part and self.command != "HEAD":
                        self.wfile.write(part)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    @contextlib.contextmanager
    def _in_one_piece(self) -> Iterator[None]:
        """Let head and body leave together: each write is a system call, and wakes who reads."""
        connection, self.wfile = self.wfile, io.BytesIO()
        try:
            yield
            connection.write(self.wfile.getvalue())
        finally:
            self.wfile = connection

    def _send_head(self, status: str, headers: list[tuple[str, str]], *, sized: bool) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if not sized:
            # A stream ends when the connection does.
            self.send_header("Connection", "close")
        self.end_headers()

    def log_request(self, *_: Any) -> None:
        """Keep the terminal quiet: the journal has every request that matters."""

    def log_error(self, *_: Any) -> None:
        """Keep the terminal quiet about idle connections that time out."""


class PortTakenError(ValueError):
    """Something else listens on the port."""


class Server(ThreadedWSGIServer):
    """Serves one app from its own thread, and closes every connection when stopped."""

    def __init__(self, host: str, port: int, app: Flask, tls: ssl.SSLContext | None = None) -> None:
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._tls = tls
        super().__init__(host, port, app, handler=KeepAliveHandler)
        self.ssl_context = tls  # Tells the requests' scheme; wrapping is done here.
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def server_bind(self) -> None:
        """Take the port; Werkzeug would end the process if that can't be."""
        try:
            super().server_bind()
        except OSError as error:
            host, port = self.server_address[:2]
            raise PortTakenError(
                f"port {port} of {host!s} can't be taken ({error.strerror}): end what listens"
                " there, or choose another one with SIMULATOR_PORT"
            ) from None

    def start(self) -> None:
        """Serve until stopped."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, and cut the connections that are still open."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            cut(connection)

    def get_request(self) -> tuple[Any, Any]:
        """Take a connection. A handshake waits for the thread that reads, and holds nobody up."""
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it is open."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)


def cut(connection: socket.socket) -> None:
    """End a connection at once, whatever the other side waits for."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # It was closed already.
