"""A tiny webhook receiver: answers the challenge, keeps what it got, fails when told to."""

import contextlib
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from inbox_simulator.patience import Patience

PAGE = "104729000000001"
APP = "615243000000001"
INBOX = "263902037430900"
TOKEN = "simulated-page-token-opens-nothing-at-meta"
SECRET = "simulated-app-secret-opens-nothing-at-meta"
VERIFY_TOKEN = "simulated-verify-token"


class Received:
    """One entry of a webhook as it came in."""

    def __init__(self, body, headers, number=0):
        self.body, self.headers = body, headers
        self.entry = json.loads(body)["entry"][number]
        self.channel = "standby" if "standby" in self.entry else "messaging"
        self.event = self.entry[self.channel][0]

    @property
    def alone(self):
        """The body as it would be without the entries beside this one."""
        return {**json.loads(self.body), "entry": [self.entry]}

    @property
    def kind(self):
        names = {"sender", "recipient", "timestamp"}
        kind = next(key for key in self.event if key not in names)
        return "echo" if self.event[kind].get("is_echo") else kind

    def signed_with(self, secret, name="X-Hub-Signature-256", digest=hashlib.sha256):
        sent = self.headers[name].partition("=")[2]
        return hmac.compare_digest(sent, hmac.new(secret.encode(), self.body, digest).hexdigest())


class Receiver:
    """Listens on a free port. ``statuses`` are answered first, then 200."""

    def __init__(self, on_event=None, verify_token=VERIFY_TOKEN, port=0, before_answer=None):
        self.received: list[Received] = []
        self.statuses: list[int] = []
        self.challenges = self.posts = 0
        self.asked_by: list[str] = []
        self._before_answer = before_answer
        self._on_event, self.verify_token = on_event, verify_token
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/webhook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def kinds(self):
        return [(got.kind, got.channel) for got in self.received]

    def of_kind(self, *kinds):
        return [got for got in self.received if got.kind in kinds]

    def wait_for(self, count, *kinds, seconds=10):
        def enough():
            return len(self.of_kind(*kinds) if kinds else self.received) >= count

        Patience(seconds).wait_for(enough, lambda: f"only {self.kinds()} came in")
        return self.of_kind(*kinds) if kinds else self.received

    def _handler(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                receiver.challenges += 1
                receiver.asked_by.append(self.headers["User-Agent"])
                known = query["hub.verify_token"][0] == receiver.verify_token
                self._answer(200 if known else 403, query["hub.challenge"][0].encode())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                receiver.posts += 1
                entries = range(len(json.loads(body)["entry"]))
                got = [Received(body, dict(self.headers), number) for number in entries]
                receiver.received += got
                if receiver._before_answer is not None:
                    receiver._before_answer()
                with contextlib.suppress(OSError):
                    self._answer(status, b"EVENT_RECEIVED")
                if receiver._on_event is not None:
                    for each in got:
                        receiver._on_event(each)

            def _answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
