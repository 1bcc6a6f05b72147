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

from benchmarks.line import Goal, Line, Round, Sample
from benchmarks.servers import cpu_of
from benchmarks.stores import POSTGRESQL, Store
from benchmarks.worker import APP, Sleeper, fill, wait_until_done
from messenger_app import logs
from messenger_app.clock import Clock
from messenger_app.conversation.policy import Policy
from messenger_app.store import inbox
from messenger_app.store.database import Database
from messenger_app.store.wakeup import bell_of
from messenger_app.worker import Worker

#: Calls that one process has under way at once, and how long the bot thinks, in seconds. So many
#: can do 40 events a second, which takes little of a CPU: turns for few threads cost more for each.
CALLS, THINK = 8, 0.2
#: Events for each process, and how many people write them.
EVENTS, PEOPLE = 160, 40


def lines() -> list[Line]:
    """Return a line for each number of processes."""
    return [_line(2), _line(4)]


def _line(processes: int) -> Line:
    return Line(
        f"e. {processes} workers, {POSTGRESQL.name}",
        "one worker",
        f"the bot thinks {THINK * 1000:.0f} ms, {CALLS} calls at once in each",
        (
            Goal(
                lambda one, several: several.rate / one.rate / processes,
                0.8,
                f"of {processes} times the rate",
            ),
        ),
        functools.partial(_compare, processes),
    )


@contextmanager
def _compare(processes: int) -> Iterator[tuple[Round, Round]]:
    yield lambda: measure(POSTGRESQL, 1), lambda: measure(POSTGRESQL, processes)


def measure(store: Store, processes: int) -> Sample:
    """Let so many processes work off as many times the events."""
    with store.opened() as database:
        people = [str(number) for number in range(PEOPLE * processes)]
        fill(database, people, EVENTS // PEOPLE)
        with _started(database, processes) as workers:
            began, cpu = time.perf_counter(), store.cpu() + _cpu(workers)
            for worker in workers:
                assert worker.stdin is not None
                worker.stdin.write(b"\n")
                worker.stdin.flush()
            wait_until_done(database)
            seconds, used = time.perf_counter() - began, store.cpu() + _cpu(workers) - cpu
        with database.reading() as connection:
            assert inbox.counts(connection) == {"done": EVENTS * processes}
        return Sample(EVENTS * processes, seconds, used)


def _cpu(workers: list[subprocess.Popen[bytes]]) -> float:
    return sum(cpu_of(worker.pid) for worker in workers)


@contextmanager
def _started(database: Database, processes: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start the processes, and wait until each waits for the word to begin."""
    url = database.url.render_as_string(hide_password=False)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.workers"],
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
    argparse.ArgumentParser(description=__doc__).parse_args()
    logs.configure(as_json=True, level="ERROR")
    database = Database(os.environ["DATABASE_URL"])
    policy = Policy(app_id=APP, targets={}, default_target="")
    executor = Sleeper(Clock(), THINK)
    worker = Worker(database, executor, policy, Clock(), bell_of(database), calls=CALLS)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    print("ready", flush=True)
    sys.stdin.readline()
    worker.run()


if __name__ == "__main__":
    main()
