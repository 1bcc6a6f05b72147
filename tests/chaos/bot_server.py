"""The HTTP side of a bot: Rasa's REST channel, its tracker, its version."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

#: A status and a JSON value.
Answer = tuple[int, Any]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(
    port: int, hear: Callable[[dict[str, Any]], Answer], tracker: Callable[[str], Answer]
) -> None:
    """Serve on 127.0.0.1 until the process ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = [unquote(part) for part in urlsplit(self.path).path.split("/")[1:]]
            if len(parts) == 3 and parts[0] == "conversations" and parts[2] == "tracker":
                self._answer(*tracker(parts[1]))
            else:
                self._answer(200, {"version": "3.6.21"})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._answer(*hear(json.loads(self.rfile.read(length))))

        def _answer(self, status: int, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base
            """Say nothing."""

    with _Server(("127.0.0.1", port), Handler) as server:
        server.serve_forever()
