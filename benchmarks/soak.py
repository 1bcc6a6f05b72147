"""Everyday life for half an hour while processes die: nothing may be lost, nothing said twice.

    python -m benchmarks.soak [--minutes 30] [--rate 50] [--rasa-rate 5] [--every 25] [--no-write]

Two web processes and three workers on PostgreSQL serve two Pages: one with a stand-in bot, and one
with two real Rasa servers. Every 25 seconds something is killed, or all restarted in good order.
Ends with 1 where anything was lost, said twice or came late, where the bridge logged a fault of its
own, and where too little happened to tell; writes ``benchmarks/SOAK.md``.
"""

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import yaml

from benchmarks import report, soak_report
from benchmarks.soak_harm import EVERY, Harms, Victims, plan
from benchmarks.soak_life import BOOKS, BOOKS_TOKEN, CAFE, CAFE_TOKEN, Agents, Crowd, write
from benchmarks.soak_report import Soaked
from inbox_simulator.client import Client
from tests.chaos import programs
from tests.chaos.bots import StandInBot, TwoRasas
from tests.chaos.journal import Journal, JournalReader
from tests.chaos.judge import judge
from tests.chaos.run import INBOX
from tests.chaos.systems import Several
from tests.chaos.truth import ThreadTruth, gather
from tests.support.bridge import SETTINGS
from tests.support.whole_system import faults_of_our_own

PAGE = Path(__file__).with_name("SOAK.md")

#: People for each word a second: at the stand-in each writes about every eight seconds. With Rasa
#: it is every forty, since its answers get slower the more one person has said.
PEOPLE_FOR_A_RATE = {BOOKS: 8, CAFE: 40}
#: Of each of the three workers: together not more than two Rasa servers answer before the bridge
#: takes an answer for lost. With 32 they fall behind for good where the machine is busy for a
#: while: what timed out is looked up in the tracker, which is more work for them.
CALLS_AT_ONCE = 12
#: Seconds until what is left over at the end has settled.
TO_SETTLE = 180.0


class Stage:
    """Everything that runs during a soak."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.seed = seed
        self.system = Several(folder)
        self.simulator = programs.simulator(folder, self.system.webhook_url)
        self.stand_in = StandInBot(folder, seed, "--calm")
        self.rasas = TwoRasas(folder, seed, self.system.postgres)
        self._pages = folder / "pages.yml"

    @contextmanager
    def running(self) -> Iterator[Client]:
        """Start everything; at the end stop it in good order, and whatever is left at once."""
        try:
            self.simulator.start()
            self.stand_in.start()
            self.rasas.start()
            client = Client(self.simulator.url)
            self._connect(client)
            self.system.start()
            yield client
            client.close()
            self.system.stop()
        finally:
            self.rasas.stop()
            self.stand_in.stop()
            self.system.end()
            self.simulator.kill()

    def victims(self) -> Victims:
        """Say what is harmed: for each kind of harm who ends, and how each starts again."""
        webs, workers, fleet = self.system.webs, self.system.workers, self.system
        redis, postgres = self.rasas.rasas.redis, self.system.postgres
        return {
            "kill -9 of a web process": [(w.kill_web, partial(fleet.start_web, w)) for w in webs],
            "kill -9 of a worker": [
                (w.kill_worker, partial(fleet.start_worker, w)) for w in workers
            ],
            "kill -9 of PostgreSQL": [(postgres.kill, postgres.start)],
            "kill -9 of a Rasa server": [(self.rasas.kill, self.rasas.start)],
            "kill -9 of Redis": [(redis.kill, redis.start)],
            "rolling restart of the whole bridge": [(self._roll, _nothing)],
        }

    def _connect(self, client: Client) -> None:
        added = {"page_id": CAFE, "name": "Harbour Café", "access_token": CAFE_TOKEN}
        client.post("pages", added)
        pages = [
            {"id": BOOKS, "token": BOOKS_TOKEN, "rasa_url": self.stand_in.url},
            {"id": CAFE, "token": CAFE_TOKEN, "rasa_url": self.rasas.url},
        ]
        self._pages.write_text(yaml.safe_dump(pages))
        for each in self.system.bridges:
            each.settings |= {"PAGES_FILE": str(self._pages), "CALLS_AT_ONCE": str(CALLS_AT_ONCE)}
        self.system.connect(self.simulator.url, self.stand_in.url)

    def _roll(self) -> None:
        """Restart every process of the bridge in good order, one after the other."""
        for web in self.system.webs:
            web.stop_web()
            self.system.start_web(web)
        for worker in self.system.workers:
            worker.stop_worker()
            self.system.start_worker(worker)


def _nothing() -> None:
    """Nothing is left to do."""


def soak(
    minutes: float, rates: dict[str, float], every: float, folder: Path, seed: int = 1
) -> Soaked:
    """Run it all with a harm every so many seconds, and judge."""
    stage = Stage(folder, seed)
    with stage.running() as client:
        people = {page: int(rate * PEOPLE_FOR_A_RATE[page]) for page, rate in rates.items()}
        crowd = Crowd(client, {page: count for page, count in people.items() if count}, rates)
        words = crowd.words(minutes * 60)
        agents = Agents(stage.simulator.url, words)
        victims = stage.victims()
        planned = plan(seed, list(victims), minutes * 60, every)
        harms, telling = Harms(planned, victims), threading.Event()
        reader = JournalReader(stage.simulator.url)
        reader.start()
        for thread in (agents, harms, threading.Thread(target=_tell, args=(stage, telling))):
            thread.start()
        load = write(stage.simulator.port, words, crowd.rate)
        written = time.monotonic()
        telling.set()
        harms.stop()
        agents.join()
        troubles = [repr(each.error) for each in (harms, agents) if each.error is not None]
        troubles += _come_to_rest(stage, agents, {word.psid for word in words})
        settled = time.monotonic() - written
        agents.close()
        journal = reader.stop()
        threads = {
            page: _gather(stage, client, psids, journal) for page, psids in crowd.psids.items()
        }
    troubles += faults_of_our_own(stage.system.logged())
    return Soaked(
        minutes=minutes,
        asked=crowd.rate,
        rate=load.rate,
        planned=Counter(harm.kind for harm in planned),
        done=harms.done,
        every=every,
        harmed=harms.began,
        threads=threads,
        verdicts={page: judge(found) for page, found in threads.items()},
        served=agents.served,
        settled=settled,
        troubles=troubles,
    )


def _tell(stage: Stage, over: threading.Event) -> None:
    """Say each minute what the bridge still has to do."""
    began = time.monotonic()
    while not over.wait(60):
        minute = (time.monotonic() - began) / 60
        try:
            told = stage.system.bridges[0].describe()
        except Exception as error:  # noqa: BLE001 - the database may be down just now
            told = repr(error)
        print(f"minute {minute:.0f}: {told}", flush=True)


def _come_to_rest(stage: Stage, agents: Agents, psids: set[str]) -> list[str]:
    """Let everything under way end, and hand back whom a late handoff gave to the agents."""
    troubles: list[str] = []
    while not troubles:
        try:
            stage.system.settle(TO_SETTLE)
        except AssertionError as error:
            troubles.append(str(error))
        if not agents.hand_all_back(sorted(psids)):
            break
    return troubles


def _gather(stage: Stage, client: Client, psids: list[str], journal: Journal) -> list[ThreadTruth]:
    shown = [client.get(f"threads/{psid}") for psid in psids]
    turns = [*stage.stand_in.turns(psids), *stage.rasas.turns(psids)]
    return gather(shown, journal, turns, our_app_id=SETTINGS["APP_ID"], inbox_app_id=INBOX)


def main() -> int:
    """Soak, tell, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=50.0, help="words a second to the stand-in")
    parser.add_argument("--rasa-rate", type=float, default=5.0, help="words a second to real Rasa")
    parser.add_argument("--every", type=float, default=EVERY, help="seconds between two harms")
    parser.add_argument("--keep", type=Path, default=None, help="where logs of a failure go")
    parser.add_argument("--no-write", action="store_true", help="leave SOAK.md as it is")
    asked = parser.parse_args()
    machine = report.machine()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="soak-", dir=asked.keep))
    soaked = soak(asked.minutes, {BOOKS: asked.rate, CAFE: asked.rasa_rate}, asked.every, folder)
    page = soak_report.page(soaked, {BOOKS: "stand-in", CAFE: "two Rasa servers"}, machine)
    print(f"\n{page}")
    if not asked.no_write:
        PAGE.write_text(page)
    if soaked.is_good:
        shutil.rmtree(folder)
        return 0
    print("\n".join([*soaked.complaints(), f"Logs: {folder}"]))
    return 1


if __name__ == "__main__":
    sys.exit(main())
