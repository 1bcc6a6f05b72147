"""One person's visit to the bookshop's Page: what they, the agent, the wire and the bot see."""

from dataclasses import dataclass, field
from typing import Any

import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person
from inbox_simulator.thread_view import MessageView
from tests.support.bridge import SETTINGS, Bridge
from tests.support.rasa import Rasa

OUR_APP = SETTINGS["APP_ID"]
PAGE_INBOX = "263902037430900"


@dataclass
class Visit:
    """Each act waits until the bridge has nothing to do, and returns what the Page said to it."""

    person: Person
    agent: Agent
    simulator: Simulator
    bridge: Bridge
    rasa: Rasa
    _seen: int = field(default=0, init=False)

    def says(self, text: str) -> list[str]:
        """Write a message."""
        self.person.says(text)
        return self.news()

    def taps(self, title: str) -> list[str]:
        """Tap the newest button with this title."""
        self.person.taps(title)
        return self.news()

    def taps_outside_the_thread(self, title: str, payload: str) -> list[str]:
        """Tap Get Started, or something in the Page's persistent menu."""
        address = f"{self.simulator.url}/_simulator/people/{self.person.psid}/postbacks"
        requests.post(address, json={"title": title, "payload": payload}, timeout=10)
        return self.news()

    def news(self) -> list[str]:
        """Wait for quiet and return what the Page said since the last look."""
        self.bridge.settle()
        said = [m for m in self.person.thread.messages if m.author != "person"]
        new, self._seen = said[self._seen :], len(said)
        return [message.text or "" for message in new]

    @property
    def last(self) -> MessageView:
        """The Page's newest message."""
        return [m for m in self.person.thread.messages if m.author != "person"][-1]

    @property
    def choices(self) -> list[str]:
        """The titles below the newest message."""
        return [choice["title"] for choice in self.last.choices()]

    @property
    def owner(self) -> str | None:
        """Whose the thread is."""
        return self.person.thread.owner

    @property
    def heard(self) -> list[str]:
        """What the bot's own conversation holds of the person's words, intents included."""
        return self.rasa.heard(self.person.psid)

    def passes(self) -> list[dict[str, Any]]:
        """Return what was asked of Graph when control was passed, in order."""
        return self.calls("pass_thread_control")

    def calls(self, edge: str) -> list[dict[str, Any]]:
        """Return the bodies of this thread's calls to one edge of Graph's."""
        return [
            entry["body"]
            for entry in self.simulator.journal.since(0)
            if entry["kind"] == "call"
            and entry["path"].endswith(f"/{edge}")
            and (entry["body"] or {}).get("recipient", {}).get("id") == self.person.psid
        ]
