"""A small bot that speaks Rasa's REST channel, with a tracker, for tests that need no language.

It answers what it is told to, remembers everything it heard, can be slow, and can be away.
"""

import socket
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Self

from flask import Flask, jsonify, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tests.support.ports import free_port

#: What the simulator's stories say to a bot of a bookshop, and what they look for in its answers.
BOOKSHOP = {
    "hello": "Hello, I'm the Harbour Books bot.",
    "Where is your shop?": "Our shop is at Quay Street 12.",
}
HANDOFF = {"target": "page_inbox", "reason": "user_asked", "summary": "Wants a person."}


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: pytest's output is for what fails."""


@dataclass
class StandInBot:
    """``with StandInBot() as bot:`` serves until the block ends."""

    port: int = field(default_factory=free_port)
    #: What each person said to it, intents included, in order.
    heard: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: The mids it was given, over all people, in order.
    mids: list[str] = field(default_factory=list)
    #: What came beside each person's words, in order.
    told: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    #: How many of its next answers never arrive, though it has heard and remembered.
    loses_answers: int = 0
    #: How many questions of one person it was asked at once, at most.
    most_at_once: int = 0
    #: How many questions it has begun to think about.
    begun: int = 0
    #: Seconds it thinks before it answers.
    delay: float = 0.0
    #: Answers to exact messages, in place of the usual ones.
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._server: BaseWSGIServer | None = None
        self._trackers: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._thinking: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._app = Flask("stand_in_bot")
        self._app.add_url_rule("/version", view_func=lambda: jsonify(version="stand-in"))
        self._app.add_url_rule(
            "/webhooks/rest/webhook", view_func=self._hear, methods=["POST"], endpoint="hear"
        )
        self._app.add_url_rule("/conversations/<sender>/tracker", view_func=self._tracker)

    @property
    def url(self) -> str:
        """Where it listens, or will."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Listen."""
        self._server = make_server(
            "127.0.0.1", self.port, self._app, threaded=True, request_handler=_Quiet
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Be away: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def learn_the_bookshop(self) -> None:
        """Have a menu, and an answer to each question of the simulator's stories."""
        menu = [{"title": "Chat with a person", "payload": "/human_handoff"}]
        self.answers = {said: [{"text": text, "buttons": menu}] for said, text in BOOKSHOP.items()}
        self.answers["I want to talk to a human"] = self.answer_to("/human_handoff")

    def forget(self) -> None:
        """Start afresh between two tests."""
        with self._lock:
            self.heard.clear()
            self.mids.clear()
            self.told.clear()
            self._trackers.clear()
        self.answers = {}
        self.delay = 0.0
        self.begun = 0
        self.most_at_once = 0
        self.loses_answers = 0

    def _hear(self) -> Any:
        body = request.get_json()
        sender, message = body["sender"], body["message"]
        self.begun += 1
        with self._lock:
            self._thinking[sender] += 1
            self.most_at_once = max(self.most_at_once, self._thinking[sender])
        if self.delay:
            threading.Event().wait(self.delay)
        with self._lock:
            self._thinking[sender] -= 1
            self.heard[sender].append(message)
            self.told[sender].append(body.get("metadata") or {})
            if mid := (body.get("metadata") or {}).get("mid"):
                self.mids.append(mid)
            answer = self.answer_to(message)
            self._remember(sender, message, body.get("metadata"), answer)
            lost, self.loses_answers = self.loses_answers > 0, max(self.loses_answers - 1, 0)
        if lost:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return jsonify([{"recipient_id": sender, **part} for part in answer])

    def answer_to(self, message: str) -> list[dict[str, Any]]:
        """Return what it says to a message."""
        if message in self.answers:
            return self.answers[message]
        if message.startswith("/handback"):
            return [{"text": f"The bot is back. {message.removeprefix('/handback')}"}]
        if message == "/human_handoff" or "a person" in message:
            return [{"custom": {"handoff": HANDOFF}}]
        button = {"title": "Chat with a person", "payload": "/human_handoff"}
        return [{"text": f"You said: {message}", "buttons": [button]}]

    def _remember(
        self, sender: str, message: str, metadata: Any, answer: list[dict[str, Any]]
    ) -> None:
        tracker = self._trackers[sender]
        tracker.append({"event": "user", "text": message, "metadata": metadata or {}})
        for part in answer:
            data = {key: value for key, value in part.items() if key != "text"}
            tracker.append({"event": "bot", "text": part.get("text"), "data": data})

    def _tracker(self, sender: str) -> Any:
        with self._lock:
            return jsonify(sender_id=sender, events=list(self._trackers.get(sender, [])))
