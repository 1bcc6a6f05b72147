"""How many events a second one worker takes forward, each with a question and an answer.

    python -m benchmarks.worker [--people 200] [--words 20] [--think 20] [--calls 200] [--profile]

"engine" is the worker alone: calls sleep and cost nothing. "http" has a bot and a Graph of its own
in another process, so it also measures HTTP. Both wait ``--think`` milliseconds for the bot.
`python -m benchmarks` compares the engine with the same calls and nothing between them.
"""

import argparse
import cProfile
import functools
import itertools
import json
import pstats
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks import goals, other_queues
from benchmarks.line import Line, Round, Sample
from benchmarks.stand_ins import stand_ins
from benchmarks.stores import POSTGRESQL, SQLITE, Store
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
from messenger_app.store.purge import Purge
from messenger_app.store.wakeup import bell_of
from messenger_app.webhook.envelope import split
from messenger_app.worker import Worker

PAGE = "104729000000001"
APP = "615243000000001"

#: How many people write at once, and how many seconds the bot thinks.
PEOPLE, THINK = 200, 0.02

_numbers = itertools.count()


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


def fill(database: Database, psids: Sequence[str], words: int) -> None:
    """Store what everybody says, in their order."""
    for _ in range(words):
        now, number = Clock.machine(), next(_numbers)
        messaging = [
            {
                "sender": {"id": psid},
                "recipient": {"id": PAGE},
                "timestamp": now + number,
                "message": {"mid": f"m_{psid}_{number}", "text": f"word {number}"},
            }
            for psid in psids
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
    executor: Executor,
    people: int,
    words: int,
    calls: int,
    store: Store = SQLITE,
    profile: cProfile.Profile | None = None,
) -> Sample:
    """Run one worker until nothing is left of what everybody said."""
    with store.opened() as database:
        fill(database, [str(person) for person in range(1, people + 1)], words)
        sample = work_off(database, executor, people * words, calls, store, profile)
        with database.reading() as connection:
            assert inbox.counts(connection) == {"done": people * words}
            assert outbox.counts(connection) == {"done": 2 * people * words}
        return sample


def work_off(
    database: Database,
    executor: Executor,
    events: int,
    calls: int,
    store: Store,
    profile: cProfile.Profile | None = None,
    purge: Purge | None = None,
) -> Sample:
    """Run one worker in this process until these events are done.

    ``purge`` is one that went before, where what a worker does at its start isn't to count.
    """
    policy = Policy(app_id=APP, targets={}, default_target="")
    bell = bell_of(database)
    worker = Worker(database, executor, policy, Clock(), bell, calls=calls, purge=purge)
    run = functools.partial(profile.runcall, worker.run) if profile else worker.run
    thread = threading.Thread(target=run)
    began, cpu = time.perf_counter(), time.process_time() + store.cpu()
    thread.start()
    wait_until_done(database)
    used = time.process_time() + store.cpu() - cpu
    sample = Sample(events, time.perf_counter() - began, used)
    worker.stop()
    thread.join()
    bell.close()
    return sample


def wait_until_done(database: Database) -> None:
    """Wait until no thread has anything to do."""
    while True:
        with database.reading() as connection:
            if conversations.busy(connection) == 0:
                return
        time.sleep(0.02)


def lines() -> list[Line]:
    """Return the lines of the worker."""
    work = f"one reply an event, 20 ms, {PEOPLE} people at once: taken, asked, answered, recorded"
    calls_alone = "the same calls with nothing between them"
    return [
        Line(
            f"e. worker, {SQLITE.name}",
            calls_alone,
            work,
            (goals.rate(2_500),),
            functools.partial(_compare, _calls_alone, SQLITE, 40),
        ),
        Line(
            f"e. worker, {POSTGRESQL.name}",
            calls_alone,
            work,
            (goals.rate(1_500),),
            functools.partial(_compare, _calls_alone, POSTGRESQL, 30),
        ),
        Line(
            f"e. worker and Huey, {SQLITE.name}",
            "Huey with fsync: no order, no second look after a crash",
            work,
            (goals.rate_of(None),),
            functools.partial(_compare, _huey, SQLITE, 40),
        ),
        Line(
            f"e. worker and Procrastinate, {POSTGRESQL.name}",
            "Procrastinate, a lock for each person",
            work,
            (goals.rate_of(1.0),),
            functools.partial(_compare, _procrastinate, POSTGRESQL, 20),
        ),
    ]


def _calls_alone() -> Sample:
    return sleep_only(PEOPLE, PEOPLE * 40, THINK)


def _huey() -> Sample:
    return other_queues.huey(PEOPLE, 20, THINK)


def _procrastinate() -> Sample:
    return other_queues.procrastinate(POSTGRESQL, PEOPLE, 5, THINK)


@contextmanager
def _compare(baseline: Round, store: Store, words: int) -> Iterator[tuple[Round, Round]]:
    """Let the worker take turns with something; each person writes so many words in a round."""
    logs.configure(as_json=True, level="ERROR")
    yield (
        baseline,
        lambda: measure(Sleeper(Clock(), THINK), PEOPLE, words, PEOPLE, store),
    )


def tell(name: str, sample: Sample) -> None:
    """Print one sample."""
    print(f"{name:<7} {sample.rate:7.0f} events/s   {sample.micros:6.0f} µs CPU each", flush=True)


def over_http(asked: argparse.Namespace, store: Store) -> Sample:
    """Measure with a bot and a Graph in another process."""
    with stand_ins(think=asked.think / 1000) as url:
        graph = GraphClient(url, "v26.0", PAGE, "none", connections=asked.calls)
        rasa = RasaClient(url, connections=asked.calls)
        executor = Executor({PAGE: graph}, {PAGE: rasa}, APP, Clock())
        sample = measure(executor, asked.people, asked.words, asked.calls, store)
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
    parser.add_argument("--postgresql", action="store_true", help="in place of SQLite")
    parser.add_argument("--profile", action="store_true", help="where the engine's time goes")
    asked = parser.parse_args()
    logs.configure(as_json=True, level="ERROR")
    store = POSTGRESQL if asked.postgresql else SQLITE
    profile = cProfile.Profile() if asked.profile else None
    engine = Sleeper(Clock(), asked.think / 1000)
    tell("engine", measure(engine, asked.people, asked.words, asked.calls, store, profile))
    if profile is None:
        tell("http", over_http(asked, store))
    else:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    store.close()


if __name__ == "__main__":
    main()
