"""The people and the agents of a soak: who writes what and when, on two Pages."""

import asyncio
import json
import random
import threading
import time
from dataclasses import dataclass

from benchmarks.load import Load, post
from benchmarks.paced import pace
from inbox_simulator.client import Client
from tests.chaos import marks
from tests.chaos.people import WANTS_HUMAN, WORDS
from tests.chaos.run import INBOX
from tests.support.bridge import SETTINGS

BOOKS, BOOKS_TOKEN = SETTINGS["PAGE_ID"], SETTINGS["PAGE_ACCESS_TOKEN"]
CAFE, CAFE_TOKEN = "104729000000002", "token-of-the-cafe"

CONNECTIONS = 16
#: The share of words that ask for a human, and the seconds until the agent is done with one.
FOR_A_HUMAN, WITH_A_HUMAN = 0.02, 6.0
#: Seconds until who is not there yet is looked for again, and how often.
LOOK_AGAIN, LOOKS = 4.0, 10


@dataclass(frozen=True)
class Word:
    """What somebody will write, and when: seconds after the beginning."""

    psid: str
    text: str
    due: float

    @property
    def request(self) -> bytes:
        """The control call that lets them write it."""
        body = json.dumps({"text": self.text}).encode()
        return post(f"/_simulator/people/{self.psid}/messages", body, {"Host": "127.0.0.1"})


class Crowd:
    """The people of both Pages, and all that they will write."""

    def __init__(self, client: Client, people: dict[str, int], rates: dict[str, float]) -> None:
        """``people`` and ``rates`` (words a second) are by Page."""
        self.rate = sum(rates.values())
        self._rates = rates
        self._dice = random.Random("a soak")
        self.psids: dict[str, list[str]] = {}
        self._numbers: dict[str, int] = {}
        for page, count in people.items():
            self.psids[page] = []
            for _ in range(count):
                number = len(self._numbers) + 1
                answer = client.post("people", {"name": f"Person {number}", "page_id": page})
                self.psids[page].append(answer["psid"])
                self._numbers[answer["psid"]] = number

    def words(self, seconds: float) -> list[Word]:
        """Return what they write in this time, as evenly spread as a clock."""
        pages, shares = list(self._rates), list(self._rates.values())
        written = dict.fromkeys(self._numbers, 0)
        found = []
        for turn in range(int(self.rate * seconds)):
            (page,) = self._dice.choices(pages, shares)
            psid = self._dice.choice(self.psids[page])
            written[psid] += 1
            wants = self._dice.random() < FOR_A_HUMAN
            text = self._dice.choice(WANTS_HUMAN if wants else WORDS)
            word = marks.word(self._numbers[psid], written[psid])
            found.append(Word(psid, f"{text} {word}", turn / self.rate))
        return found


def write(port: int, words: list[Word], rate: float) -> Load:
    """Let everything be written when it is due, whether or not anybody keeps up."""
    return asyncio.run(pace(port, [word.request for word in words], CONNECTIONS, rate))


class Agents(threading.Thread):
    """Answer whoever asked for a human, and hand them back."""

    def __init__(self, url: str, words: list[Word]) -> None:
        super().__init__(name="agents", daemon=True)
        self._client = Client(url)
        asked = (word for word in words if word.text.startswith(WANTS_HUMAN))
        #: When to look after whom, and how often more: seconds after the beginning.
        self._due = [(word.due + WITH_A_HUMAN, word.psid, LOOKS) for word in asked]
        self._finishing = threading.Event()
        self.served = 0
        self.error: Exception | None = None

    def run(self) -> None:
        """Work until everybody who asked was looked after."""
        began, pause = time.monotonic(), threading.Event()
        try:
            while self._due:
                now = time.monotonic() - began
                for due in [each for each in self._due if each[0] <= now]:
                    self._due.remove(due)
                    _, psid, looks = due
                    if not self._look_after(psid) and looks:
                        self._due.append((now + LOOK_AGAIN, psid, looks - 1))
                pause.wait(0.5)
        except Exception as error:  # noqa: BLE001 - whatever it is, the soak tells of it
            self.error = error

    def hand_all_back(self, psids: list[str]) -> int:
        """Look after whoever is still with the agents; return how many those were."""
        return sum(self._look_after(psid) for psid in psids)

    def close(self) -> None:
        """Go home."""
        self._client.close()

    def _look_after(self, psid: str) -> bool:
        owner = self._client.get(f"threads/{psid}")["owner"]
        if owner is None or owner["app_id"] != INBOX:
            return False
        self._client.post(f"inbox/{psid}/replies", {"text": "This is Mia."})
        self._client.post(f"inbox/{psid}/done")
        self.served += 1
        return True
