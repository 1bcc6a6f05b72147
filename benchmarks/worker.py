"""How many events a second one worker takes forward, each with a question and an answer.

    python -m benchmarks.worker [--people 200] [--words 20] [--think 20] [--calls 200] [--profile]

"engine" is the worker alone: calls sleep and cost nothing. "http" has a bot and a Graph of its own
in another process, so it also measures HTTP. Both wait ``--think`` milliseconds for the bot.
`python -m benchmarks` compares the engine with the same calls and nothing between them.
"""

import argparse
import cProfile
import functools
import json
import pstats
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import goals
from benchmarks.line import Line, Round, Sample
from benchmarks.stand_ins import stand_ins
from messenger_app import logs
from messenger_app.calls import Call, Calls
from messenger_app.clock import Clock
from messenger_app.conversation.commands import AskBot, SendMessage
from messenger_app.conversation.events import BotAnswered, MessageSent
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import Policy
from messenger_app.executor import Executor
from messenger_app.graph.client import GraphClient
from messenger_app.jobs.job import Job, Result, Settled
from messenger_app.rasa.client import RasaClient
from messenger_app.store import conversations, inbox, outbox
from messenger_app.store.database import Database
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.wakeup import SocketBell
from messenger_app.webhook.envelope import split
from messenger_app.worker import Worker

PAGE = "104729000000001"
APP = "615243000000001"

#: How many people write at once, and how many seconds the bot thinks.
PEOPLE, THINK = 200, 0.02


class Sleeper(Executor):
    """Answers without a network, after a while."""

    def __init__(self, clock: Clock, think: float) -> None:
        super().__init__({}, {}, APP, clock)
        self._think = think

    def run(self, job: Job) -> Result:
        now = Clock.machine()
        turn = job.open.turn
        match job.open.command:
            case AskBot() as asked:
                time.sleep(self._think)
                said = (BotMessage(text=f"You said: {asked.text}"),)
                return Settled(BotAnswered(at=now, received_at=now, turn=turn, messages=said))
            case SendMessage() as sent:
                text = sent.message.text
                mid = f"m_{job.open.key}"
                return Settled(
                    MessageSent(at=now, received_at=now, turn=turn, mid=mid, text=text), mid=mid
                )
            case _:
                return Settled()


def fill(database: Database, people: int, words: int) -> None:
    """Store what everybody says, in their order."""
    now = Clock.machine()
    for word in range(words):
        messaging = [
            {
                "sender": {"id": str(person)},
                "recipient": {"id": PAGE},
                "timestamp": now + word,
                "message": {"mid": f"m_{person}_{word}", "text": f"word {word}"},
            }
            for person in range(1, people + 1)
        ]
        entry = {"id": PAGE, "time": now, "messaging": messaging}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        with database.writing() as connection:
            inbox.add(connection, split(body, frozenset({PAGE}), now), now)


def sleep_only(calls: int, events: int, think: float) -> Sample:
    """Make the same calls with nothing between them: what the worker could do at best."""

    def think_only(_: Call) -> None:
        time.sleep(think)

    pool = Calls(think_only, calls)
    began, cpu = time.perf_counter(), time.process_time()
    command = OpenCommand(key="", turn=0, command=AskBot("", ""))
    call = Call(Job("", "", "", command, may_call=True), 0, 0, 0)
    for _ in range(events):
        pool.begin(call)
    left = events
    while left:
        left -= len(pool.wait(1.0))
    sample = Sample(events, time.perf_counter() - began, time.process_time() - cpu)
    pool.close()
    return sample


def measure(
    executor: Executor, people: int, words: int, calls: int, profile: cProfile.Profile | None = None
) -> Sample:
    """Run one worker until nothing is left of what everybody said."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/handover.db")
        database.upgrade()
        fill(database, people, words)
        policy = Policy(app_id=APP, targets={}, default_target="")
        bell = SocketBell(Path(folder) / "bell")
        worker = Worker(database, executor, policy, Clock(), bell, calls=calls)
        run = functools.partial(profile.runcall, worker.run) if profile else worker.run
        thread = threading.Thread(target=run)
        began, cpu = time.perf_counter(), time.process_time()
        thread.start()
        while True:
            with database.reading() as connection:
                if conversations.busy(connection) == 0:
                    break
            time.sleep(0.02)
        events = people * words
        sample = Sample(events, time.perf_counter() - began, time.process_time() - cpu)
        worker.stop()
        thread.join()
        with database.reading() as connection:
            assert inbox.counts(connection) == {"done": events}
            assert outbox.counts(connection) == {"done": 2 * events}
        database.close()
        bell.close()
        return sample


def lines() -> list[Line]:
    """Return the lines of the worker."""
    return [
        Line(
            f"e. worker, one reply an event, 20 ms, {PEOPLE} people at once",
            "the same calls with nothing between them",
            "taken, asked, answered and recorded on SQLite, synchronous=FULL",
            (goals.rate(2_500),),
            _compare,
        )
    ]


@contextmanager
def _compare() -> Iterator[tuple[Round, Round]]:
    logs.configure(as_json=True, level="ERROR")
    words = 40
    yield (
        lambda: sleep_only(PEOPLE, PEOPLE * words, THINK),
        lambda: measure(Sleeper(Clock(), THINK), PEOPLE, words, PEOPLE),
    )


def tell(name: str, sample: Sample) -> None:
    """Print one sample."""
    print(f"{name:<7} {sample.rate:7.0f} events/s   {sample.micros:6.0f} µs CPU each", flush=True)


def over_http(asked: argparse.Namespace) -> Sample:
    """Measure with a bot and a Graph in another process."""
    with stand_ins(think=asked.think / 1000) as url:
        graph = GraphClient(url, "v26.0", PAGE, "none", connections=asked.calls)
        rasa = RasaClient(url, connections=asked.calls)
        executor = Executor({PAGE: graph}, {PAGE: rasa}, APP, Clock())
        sample = measure(executor, asked.people, asked.words, asked.calls)
        graph.close()
        rasa.close()
    return sample


def main() -> None:
    """Measure both, or profile the engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--words", type=int, default=20)
    parser.add_argument("--think", type=float, default=THINK * 1000, help="milliseconds")
    parser.add_argument("--calls", type=int, default=PEOPLE, help="at once")
    parser.add_argument("--profile", action="store_true", help="where the engine's time goes")
    asked = parser.parse_args()
    logs.configure(as_json=True, level="ERROR")
    profile = cProfile.Profile() if asked.profile else None
    engine = Sleeper(Clock(), asked.think / 1000)
    tell("engine", measure(engine, asked.people, asked.words, asked.calls, profile))
    if profile is None:
        tell("http", over_http(asked))
    else:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
