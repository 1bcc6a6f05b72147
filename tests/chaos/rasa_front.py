"""Stands between the bridge and a real Rasa and marks what Rasa says.

``python -m tests.chaos.rasa_front``. It keeps nothing and decides nothing: a word is taken out of
the message, so that Rasa understands it, and goes along in the metadata, which Rasa's tracker
keeps. Where Rasa gives no answer, the bridge gets none, and a question that the bridge gives up is
given up here too: Rasa then stops thinking about it.
"""

import argparse
from typing import Any
from urllib.parse import quote

import requests

from tests.chaos import marks
from tests.chaos.bot_server import Answer, serve
from tests.chaos.record import Turn

#: Seconds: just less than the bridge waits.
PATIENCE = 7.5


class RasaFront:
    """Passes on, and marks."""

    def __init__(self, url: str) -> None:
        self._url = url

    def hear(self, body: dict[str, Any]) -> Answer:
        """Pass a message on."""
        message, word = marks.without_word(body["message"])
        metadata = {**(body.get("metadata") or {}), "word": word}
        asked = {**body, "message": message, "metadata": metadata}
        answer = requests.post(f"{self._url}/webhooks/rest/webhook", json=asked, timeout=PATIENCE)
        said = answer.json()
        if isinstance(said, list):
            said = marks.put_on(said, marks.of_question(message, metadata))
        return answer.status_code, said

    def tracker(self, sender: str) -> Answer:
        """Pass on what Rasa remembers."""
        answer = requests.get(
            f"{self._url}/conversations/{quote(sender)}/tracker", timeout=PATIENCE
        )
        tracker = answer.json()
        events: list[dict[str, Any]] = []
        for turn in turns(sender, tracker.get("events") or []):
            events.append({"event": "user", "text": turn.message, "metadata": turn.metadata})
            for reply in turn.replies:
                data = {key: value for key, value in reply.items() if key != "text"}
                events.append({"event": "bot", "text": reply.get("text"), "data": data})
        return answer.status_code, {**tracker, "events": events}


def turns(sender: str, events: list[dict[str, Any]]) -> list[Turn]:
    """Read the turns of one person from Rasa's tracker, with the marks put on."""
    found: list[Turn] = []
    for event in events:
        if event["event"] == "user":
            at = int(event["timestamp"] * 1000)
            found.append(Turn(at, sender, event["text"] or "", event.get("metadata") or {}, []))
        elif event["event"] == "bot" and found:
            data = {key: value for key, value in (event.get("data") or {}).items() if value}
            found[-1].replies.append({**data, "text": event.get("text")})
    return [
        Turn(t.at, t.sender, t.message, t.metadata,
             marks.put_on(t.replies, marks.of_question(t.message, t.metadata)))
        for t in found
    ]  # fmt: skip


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rasa", required=True)
    options = parser.parse_args()
    front = RasaFront(options.rasa)
    serve(options.port, front.hear, front.tracker)


if __name__ == "__main__":
    main()
