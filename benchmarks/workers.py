"""Whether several worker processes share the work on PostgreSQL, where the bot takes most of it."""

import argparse
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.line import Goal, Line, Round, Sample
from benchmarks.servers import cpu_of
from benchmarks.stores import POSTGRESQL, Store
from benchmarks.worker import APP, PEOPLE, THINK, Sleeper, fill, wait_until_done
from messenger_app import logs
from messenger_app.clock import Clock
from messenger_app.conversation.policy import Policy
from messenger_app.store import inbox
from messenger_app.store.database import Database
from messenger_app.store.wakeup import bell_of
from messenger_app.worker import Worker


@dataclass(frozen=True)
class Work:
    """What there is to do for each process."""

    #: Calls that it has under way at once, and how long the bot thinks, in seconds.
    calls: int
    think: float
    #: How many people write to it, and how much each says.
    people: int
    words: int

    @property
    def most(self) -> float:
        """How many events a second it could do at most if it cost nothing: the bot's limit."""
        return self.calls / self.think

    def __str__(self) -> str:
        return f"the bot thinks {self.think * 1000:.0f} ms, {self.calls} calls at once in each"


#: The bot takes nearly all of the time, and little of a CPU: turns for few threads cost more for
#: each. So it shows whether workers stand in each other's way, and not what CPUs can do.
OF_THE_BOT = Work(calls=8, think=0.2, people=40, words=4)
#: The worker takes as much of a CPU as it gets, with PostgreSQL beside it.
OF_THE_WORKER = Work(calls=PEOPLE, think=THINK, people=PEOPLE, words=20)


def lines() -> list[Line]:
    """Return a line for each number of processes that the bot holds up, and one for their own."""
    return [
        _line(2, f", at most {OF_THE_BOT.most:.0f}/s each", OF_THE_BOT, 0.8),
        _line(4, f", at most {OF_THE_BOT.most:.0f}/s each", OF_THE_BOT, 0.8),
        _line(2, " at their own limit", OF_THE_WORKER, None),
    ]


def _line(processes: int, limit: str, work: Work, least: float | None) -> Line:
    return Line(
        f"e. {processes} workers{limit}, {POSTGRESQL.name}",
        "one worker",
        f"{work}, {work.people} people for each",
        (
            Goal(
                lambda one, several: several.rate / one.rate / processes,
                least,
                f"of {processes} times the rate",
            ),
        ),
        functools.partial(_compare, processes, work),
    )


@contextmanager
def _compare(processes: int, work: Work) -> Iterator[tuple[Round, Round]]:
    yield lambda: measure(POSTGRESQL, 1, work), lambda: measure(POSTGRESQL, processes, work)


def measure(store: Store, processes: int, work: Work) -> Sample:
    """Let so many processes do as many times the work."""
    events = work.people * work.words * processes
    with store.opened() as database:
        fill(database, [str(number) for number in range(work.people * processes)], work.words)
        with _started(database, processes, work) as workers:
            began, cpu = time.perf_counter(), store.cpu() + _cpu(workers)
            for worker in workers:
                assert worker.stdin is not None
                worker.stdin.write(b"\n")
                worker.stdin.flush()
            wait_until_done(database)
            seconds, used = time.perf_counter() - began, store.cpu() + _cpu(workers) - cpu
        with database.reading() as connection:
            assert inbox.counts(connection) == {"done": events}
        return Sample(events, seconds, used)


def _cpu(workers: list[subprocess.Popen[bytes]]) -> float:
    return sum(cpu_of(worker.pid) for worker in workers)


@contextmanager
def _started(
    database: Database, processes: int, work: Work
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start the processes, and wait until each waits for the word to begin."""
    url = database.url.render_as_string(hide_password=False)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.workers", str(work.calls), str(work.think)],
            env={**os.environ, "DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline(), "It ended at once."
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.communicate(timeout=30)


def main() -> None:
    """Be one of the processes: work once a line came in, until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int, help="at once")
    parser.add_argument("think", type=float, help="seconds that the bot takes")
    asked = parser.parse_args()
    logs.configure(as_json=True, level="ERROR")
    database = Database(os.environ["DATABASE_URL"])
    policy = Policy(app_id=APP, targets={}, default_target="")
    executor = Sleeper(Clock(), asked.think)
    worker = Worker(database, executor, policy, Clock(), bell_of(database), calls=asked.calls)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    print("ready", flush=True)
    sys.stdin.readline()
    worker.run()


if __name__ == "__main__":
    main()
