"""One run: everything starts, people and agents act while things go wrong, all is judged."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inbox_simulator.client import Client
from tests.chaos import programs
from tests.chaos.bots import Bot
from tests.chaos.journal import Journal, JournalReader
from tests.chaos.judge import Verdict, judge
from tests.chaos.people import Agent, Operator, Person
from tests.chaos.systems import System
from tests.chaos.truth import ThreadTruth, gather
from tests.chaos.weather import Killer, Weather
from tests.support.bridge import SETTINGS
from tests.support.whole_system import faults_of_our_own

INBOX = "263902037430900"
AGENTS = 3
#: Seconds until what is left over has settled: a call that hangs, an echo that is waited for, a
#: delivery that the platform sends again after a minute.
TO_SETTLE = 180.0
#: Seconds after which both of the bridge's timers have run out.
ALL_TIMERS = 15 * 60 + 4 * 60 * 60 + 60

#: Seconds between two deaths of what all depend on, at least and at most.
SELDOM = (4.0, 12.0)

#: Two answers of the platform's that its documents leave open, for each seed another pair.
SWITCHES = [
    {"inbox_done": done, "echo_and_take": order}
    for done in ("pass_to_default", "release")
    for order in ("take_first", "echo_first")
]


@dataclass
class Outcome:
    """What a run came to."""

    seed: int
    seconds: float
    verdict: Verdict
    killed: Counter[str]
    storms: Counter[str]
    #: Where logs and databases are.
    folder: Path
    #: Anything besides the rules that went wrong, such as a system that never came to rest.
    trouble: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong but what was meant to."""
        return self.verdict.is_good and not self.trouble


class Run:
    """All processes and all who act, for one seed."""

    def __init__(self, seed: int, messages: int, folder: Path, bot: Bot, system: System) -> None:
        self.seed, self._messages, self._folder, self._bot = seed, messages, folder, bot
        self._bridge = system
        self._simulator = programs.simulator(folder, self._bridge.webhook_url)
        self._trouble: list[str] = []

    def play(self) -> Outcome:
        """Run from the first message to the verdict."""
        began = time.monotonic()
        with self._running():
            client = Client(self._simulator.url)
            client.put("switches", SWITCHES[self.seed % len(SWITCHES)])
            reader = JournalReader(self._simulator.url)
            reader.start()
            people = self._people()
            killed, storms = self._chaos(people)
            self._come_to_rest(client)
            threads = self._gather(client, people, reader.stop())
            client.close()
        self._trouble += faults_of_our_own(self._bridge.logged())
        verdict = judge(threads)
        seconds = time.monotonic() - began
        trouble = "\n  ".join(self._trouble)
        return Outcome(self.seed, seconds, verdict, killed, storms, self._folder, trouble)

    @contextmanager
    def _running(self) -> Iterator[None]:
        try:
            self._simulator.start()
            self._bot.start()
            self._bridge.connect(self._simulator.url, self._bot.url)
            self._bridge.start()
            yield
            self._bridge.stop()
        finally:
            self._bridge.end()
            self._bot.stop()
            self._simulator.kill()

    def _people(self) -> list[Person]:
        number = max(4, min(100, self._messages // 10))
        each, more = divmod(self._messages, number)
        return [
            Person(self._simulator.url, self.seed, n, each + (n <= more))
            for n in range(1, number + 1)
        ]

    def _chaos(self, people: list[Person]) -> tuple[Counter[str], Counter[str]]:
        """Let everybody act until all messages are sent, while things go wrong."""
        psids = [person.psid for person in people]
        staff: list[Agent | Operator] = [
            Agent(self._simulator.url, self.seed, n, psids, INBOX) for n in range(AGENTS)
        ]
        staff.append(Operator(self.seed, psids, self._bridge.flask))
        weather = Weather(self._simulator.url, self.seed)
        killers = self._killers()
        for thread in (weather, *killers, *staff, *people):
            thread.start()
        for person in people:
            person.join()
        for worker in staff:
            worker.stop()
            worker.join()
        for killer in killers:
            killer.stop()
        weather.stop()
        self._note_errors([*killers, *staff, *people])
        return sum((killer.killed for killer in killers), Counter[str]()), weather.storms

    def _killers(self) -> list[Killer]:
        """One for each group of victims; the bot belongs to the first."""
        first, *rest = self._bridge.victims()
        first = {**first, "bot": (self._bot.kill, self._bot.start)}
        others = [Killer(self.seed, each, SELDOM, f"killer of {min(each)}") for each in rest]
        return [Killer(self.seed, first), *others]

    def _note_errors(self, threads: list[Killer | Agent | Operator | Person]) -> None:
        for thread in threads:
            if thread.error is not None:
                self._trouble.append(f"{thread.name}: {thread.error!r}")

    def _come_to_rest(self, client: Client) -> None:
        """Let everything under way end, then every timer, then what follows from that."""
        with self._noted("after the last message"):
            self._bridge.settle(within=TO_SETTLE)
        now = client.post("clock", {"advance_seconds": ALL_TIMERS})["now"]
        with self._noted("after the last timer"):
            self._bridge.wait_for_timers(now, within=TO_SETTLE)
            self._bridge.settle(within=TO_SETTLE)

    @contextmanager
    def _noted(self, when: str) -> Iterator[None]:
        try:
            yield
        except AssertionError as error:
            self._trouble.append(f"{when}: {error}")

    def _gather(self, client: Client, people: list[Person], journal: Journal) -> list[ThreadTruth]:
        shown = [client.get(f"threads/{person.psid}") for person in people]
        turns = self._bot.turns([person.psid for person in people])
        return gather(shown, journal, turns, our_app_id=SETTINGS["APP_ID"], inbox_app_id=INBOX)


def play(seed: int, messages: int, folder: Path, bot: Bot, system: System) -> Outcome:
    """Play one seed; logs and databases stay in the folder."""
    return Run(seed, messages, folder, bot, system).play()
