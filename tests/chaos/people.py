"""People, agents and an operator who act at random, each with dice of their own.

The same seed gives each of them the same intentions. What comes of them differs from run to run:
real processes race.
"""

import random
import threading
from collections.abc import Callable
from typing import Any

from inbox_simulator.client import JSON, Client, ControlError
from tests.chaos import marks

WORDS = ("hello", "when are you open", "where is the shop", "is my order on its way", "thanks")
WANTS_HUMAN = ("I want to talk to a person", "a person, please")
BACK = ("never mind", "Never mind!", "cancel")
MENU = (("Chat with a person", "/human_handoff"), ("Opening hours", "/ask_opening_hours"))

#: Seconds between two acts of one person, on average.
PACE = 1.5


class Person(threading.Thread):
    """Writes, taps and calls for a human until their number of messages is reached."""

    def __init__(self, url: str, seed: int, number: int, messages: int) -> None:
        super().__init__(name=f"person {number}", daemon=True)
        self._client = Client(url)
        self._dice = random.Random(f"{seed} person {number}")
        self._number, self._messages = number, messages
        self._sent = 0
        answer = self._client.post("people", {"name": f"Person {number}"})
        self.psid: str = answer["psid"]
        self.error: Exception | None = None

    def run(self) -> None:
        """Live."""
        pause = threading.Event()
        try:
            while self._sent < self._messages:
                pause.wait(self._dice.expovariate(1 / PACE))
                self._act()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run tells of it
            self.error = error
        finally:
            self._client.close()

    def _act(self) -> None:
        dice = self._dice.random()
        if dice < 0.55:
            self._write(self._dice.choice(WORDS))
        elif dice < 0.65:  # one after the other, faster than anybody answers
            for _ in range(self._dice.randint(2, 4)):
                self._write(self._dice.choice(WORDS))
        elif dice < 0.72:
            self._write("tell me twice")
        elif dice < 0.78:
            self._write(self._dice.choice(WANTS_HUMAN))
        elif dice < 0.84:
            self._post("messages", {"text": self._dice.choice(BACK)})
        elif dice < 0.87:
            title, payload = self._dice.choice(MENU)
            self._post("postbacks", {"title": title, "payload": payload, "on": ""})
        elif not self._tap():
            self._write(self._dice.choice(WORDS))

    def _write(self, text: str) -> None:
        if self._sent < self._messages:
            word = marks.word(self._number, self._sent + 1)
            self._post("messages", {"text": f"{text} {word}"})

    def _tap(self) -> bool:
        """Tap a quick reply on the newest message, if it offers one."""
        messages = self._client.get(f"threads/{self.psid}")["messages"]
        choices = messages[-1]["quick_replies"] if messages else []
        if not choices:
            return False
        chosen = self._dice.choice(choices)
        reply = {"title": chosen["title"], "payload": chosen["payload"]}
        self._post("messages", {"text": chosen["title"], "quick_reply": reply})
        return True

    def _post(self, kind: str, body: JSON) -> None:
        self._client.post(f"people/{self.psid}/{kind}", body)
        self._sent += 1


class Agent(threading.Thread):
    """Looks after whatever thread comes to mind: replies, presses Done, steps in uninvited."""

    def __init__(self, url: str, seed: int, number: int, psids: list[str], inbox: str) -> None:
        super().__init__(name=f"agent {number}", daemon=True)
        self._client = Client(url)
        self._dice = random.Random(f"{seed} agent {number}")
        self._psids, self._inbox = psids, inbox
        self._stopping = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        """Work until told to stop."""
        try:
            while not self._stopping.wait(self._dice.expovariate(5)):
                self._act(self._dice.choice(self._psids))
        except Exception as error:  # noqa: BLE001 - whatever it is, the run tells of it
            self.error = error
        finally:
            self._client.close()

    def stop(self) -> None:
        """Go home."""
        self._stopping.set()

    def _act(self, psid: str) -> None:
        thread: dict[str, Any] = self._client.get(f"threads/{psid}")
        owner, dice = thread["owner"], self._dice.random()
        try:
            if owner is not None and owner["app_id"] == self._inbox:
                self._answer(psid, dice)
            elif thread["messages"] and dice < 0.04:
                act = "replies" if dice < 0.02 else "take"
                self._client.post(f"inbox/{psid}/{act}", {"text": "Mia here, may I help?"})
        except ControlError:
            if not thread["messages"]:
                raise

    def _answer(self, psid: str, dice: float) -> None:
        if dice < 0.6:
            self._client.post(f"inbox/{psid}/replies", {"text": "This is Mia."})
        if 0.3 < dice < 0.85:
            self._client.post(f"inbox/{psid}/done")


class Operator(threading.Thread):
    """Now and then takes, passes or releases a thread with the bridge's own commands."""

    def __init__(self, seed: int, psids: list[str], flask: Callable[..., str]) -> None:
        """``flask`` runs a command; AssertionError is a command that ended with a complaint."""
        super().__init__(name="operator", daemon=True)
        self._dice = random.Random(f"{seed} operator")
        self._psids, self._flask = psids, flask
        self._stopping = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        """Work until told to stop."""
        while not self._stopping.wait(self._dice.uniform(2, 8)):
            act = self._dice.choice(("take", "take", "pass", "release"))
            try:
                self._flask("thread", act, self._dice.choice(self._psids))
            except AssertionError as error:  # nobody did it in time, or another was quicker
                if "Traceback" in str(error):
                    self.error = error

    def stop(self) -> None:
        """Go home."""
        self._stopping.set()
