"""A bot that speaks Rasa's REST channel, as a process: ``python -m tests.chaos.stand_in``.

It has moods: now and then it thinks for long, answers with an error before or after it has heard,
or says two things at once. Like Rasa it writes a turn down at its end, so that a bot that was
killed over a question has not heard it. What it wrote down outlives it. ``--calm`` has no moods.
"""

import argparse
import random
import threading
import time
from pathlib import Path
from typing import Any

from tests.chaos import marks
from tests.chaos.bot_server import Answer, serve
from tests.chaos.record import Record, Turn

BUTTONS = [
    {"title": "Opening hours", "payload": "/ask_opening_hours"},
    {"title": "Where we are", "payload": "/ask_where"},
    {"title": "Chat with a person", "payload": "/human_handoff"},
]
HANDOFF = {"target": "page_inbox", "reason": "user_asked", "summary": "Wants a person."}


class StandIn:
    """Thinks, writes down, answers."""

    def __init__(self, record: Record, seed: str, *, calm: bool = False) -> None:
        self._record, self._calm = record, calm
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def hear(self, body: dict[str, Any]) -> Answer:
        """Answer one message of the REST channel."""
        with self._lock:
            pause, trouble = self._pause(), 0.5 if self._calm else self._random.random()
        time.sleep(pause)
        if trouble < 0.01:
            return 500, {"error": "it fell over before it had heard"}
        metadata = body.get("metadata") or {}
        said = replies(body["message"])
        said = marks.put_on(said, marks.of_question(body["message"], metadata))
        now = time.time_ns() // 1_000_000
        self._record.add(Turn(now, body["sender"], body["message"], metadata, said))
        if trouble > 0.99:
            return 500, {"error": "it fell over after it had heard"}
        return 200, [{"recipient_id": body["sender"], **reply} for reply in said]

    def tracker(self, sender: str) -> Answer:
        """Return a person's conversation as Rasa does."""
        events: list[dict[str, Any]] = []
        for turn in self._record.turns(sender):
            events.append({"event": "user", "text": turn.message, "metadata": turn.metadata})
            for reply in turn.replies:
                data = {key: value for key, value in reply.items() if key != "text"}
                events.append({"event": "bot", "text": reply.get("text"), "data": data})
        return 200, {"sender_id": sender, "events": events}

    def _pause(self) -> float:
        """Return how many seconds this question takes."""
        mood = self._random.random()
        if mood < 0.9 or self._calm:
            return self._random.uniform(0, 0.03)
        return self._random.uniform(0.1, 0.5) if mood < 0.98 else self._random.uniform(1, 4)


def replies(message: str) -> list[dict[str, Any]]:
    """Return what the bot says to a message."""
    if message.startswith("/handback"):
        return [{"text": "The bot is back."}]
    if message == "/human_handoff" or "a person" in message:
        return [{"custom": {"handoff": HANDOFF}}]
    answer: list[dict[str, Any]] = [{"text": f"You said: {message}", "buttons": BUTTONS}]
    return [{"text": "Let me see."}, *answer] if "twice" in message else answer


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--calm", action="store_true")
    options = parser.parse_args()
    bot = StandIn(Record(options.record), options.seed, calm=options.calm)
    serve(options.port, bot.hear, bot.tracker)


if __name__ == "__main__":
    main()
