"""What an event costs, and a start, once a million people have written."""

import functools
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import crowd, goals, programs
from benchmarks.line import Line, Round, Sample
from benchmarks.stand_ins import stand_ins
from benchmarks.stores import POSTGRESQL, SQLITE, Store
from benchmarks.worker import PEOPLE, Sleeper, fill, work_off
from messenger_app import logs
from messenger_app.clock import Clock
from messenger_app.store import conversations, inbox
from messenger_app.store.database import Database
from messenger_app.store.purge import Purge
from tests.support.bridge import Bridge
from tests.support.ports import free_port
from tests.support.waiting import wait_for

FEW, MANY = 1_000, 1_000_000
#: How many people write in a round, taken at random among all, and how much each says.
WRITE, WORDS = 800, 4


def lines() -> list[Line]:
    """Return the lines."""
    return [line for store in (SQLITE, POSTGRESQL) for line in _lines_on(store)]


def _lines_on(store: Store) -> Iterator[Line]:
    yield Line(
        f"f. one event among {MANY:,} conversations, {store.name}",
        f"among {FEW:,}",
        "stored, taken and answered",
        (goals.micros_of(1.1),),
        functools.partial(_event, store),
    )
    yield Line(
        f"f. start with {MANY:,} conversations, {store.name}",
        f"with {FEW:,}",
        "until web answers and the worker has done an event",
        (goals.seconds(3),),
        functools.partial(_start, store),
    )


@contextmanager
def _event(store: Store) -> Iterator[tuple[Round, Round]]:
    logs.configure(as_json=True, level="ERROR")
    few, many = (Database(crowd.filled(store, size)) for size in (FEW, MANY))
    # A worker looks through old bodies once after its start, which the first rounds pay for.
    purges = Purge(), Purge()
    yield (
        lambda: _write(store, few, FEW, purges[0]),
        lambda: _write(store, many, MANY, purges[1]),
    )
    few.close()
    many.close()


def _write(store: Store, database: Database, size: int, purge: Purge) -> Sample:
    """Let people write whom nobody chose, and work it off."""
    psids = [str(number) for number in random.sample(range(2, size + 1), WRITE)]
    began, cpu = time.perf_counter(), time.process_time() + store.cpu()
    fill(database, psids, WORDS)
    seconds, used = time.perf_counter() - began, time.process_time() + store.cpu() - cpu
    worked = work_off(database, Sleeper(Clock(), 0.0), WRITE * WORDS, PEOPLE, store, purge=purge)
    with database.reading() as connection:
        assert inbox.counts(connection).keys() == {"done"}
    return Sample(worked.done, worked.seconds + seconds, worked.cpu + used)


@contextmanager
def _start(store: Store) -> Iterator[tuple[Round, Round]]:
    logs.configure(as_json=True, level="ERROR")
    with tempfile.TemporaryDirectory() as folder, stand_ins() as url:
        few, many = (
            programs.stopped(Path(folder), url, url, free_port(), crowd.filled(store, size))
            for size in (FEW, MANY)
        )
        yield lambda: _time_start(few), lambda: _time_start(many)


def _time_start(bridge: Bridge) -> Sample:
    """Start web and worker at once, as a host would, and wait until both do their work."""
    fill(bridge.database, ["1"], 1)
    began = time.perf_counter()
    bridge.start_worker()
    bridge.start_web()
    wait_for(lambda: _is_idle(bridge), "the worker to have done the event")
    seconds, cpu = time.perf_counter() - began, programs.bridge_cpu(bridge)
    bridge.stop()
    return Sample(1, seconds, cpu)


def _is_idle(bridge: Bridge) -> bool:
    with bridge.database.reading() as connection:
        return conversations.busy(connection) == 0
