"""The bot as one person meets it over Rasa's REST channel."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.rasa import Rasa


class Bot:
    """One person's conversation with a Rasa server."""

    def __init__(self, url: str, person: str) -> None:
        self.url = url
        self.person = person

    def hears(self, message: str, **beside: object) -> list[dict[str, Any]]:
        """Send one message, and metadata; return the bot's answers, without whom they are for."""
        body = {"sender": self.person, "message": message, "metadata": beside}
        response = requests.post(f"{self.url}/webhooks/rest/webhook", json=body, timeout=20)
        response.raise_for_status()
        answers = response.json()
        assert all(answer.pop("recipient_id") == self.person for answer in answers)
        return list(answers)

    def events(self, **query: str) -> list[dict[str, Any]]:
        """Return all that Rasa keeps of the conversation."""
        url = f"{self.url}/conversations/{self.person}/tracker"
        response = requests.get(url, params={"include_events": "ALL", **query}, timeout=20)
        response.raise_for_status()
        return list(response.json()["events"])


@pytest.fixture
def bot(rasa: Rasa, request: pytest.FixtureRequest) -> Bot:
    """The bot, with a conversation of this test's own. Its action server is down."""
    return Bot(rasa.url, person=request.node.name)


@pytest.fixture
def action_server(rasa: Rasa) -> Iterator[None]:
    """The action server, up during one test."""
    rasa.start("actions")
    yield
    rasa.stop("actions")
