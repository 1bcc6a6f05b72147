"""Whether web and worker need more memory the more events they have seen.

What each needs after its first events is compared with the most that it needs until the last one:
caches fill first.
"""

import functools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import goals, programs
from benchmarks.line import Line, Round, Sample
from benchmarks.load import hammer
from benchmarks.servers import children, cpu_of, gunicorn
from benchmarks.stand_ins import stand_ins
from benchmarks.stores import SQLITE
from benchmarks.webhook import CONNECTIONS, delivery
from benchmarks.worker import PEOPLE, fill
from messenger_app.store import inbox
from tests.support.bridge import Bridge
from tests.support.ports import free_port

MILLION = 1_000_000
#: What the worker is given where nobody asks for more: it does some hundreds a second.
FEWER = 60_000
#: The share of the events after which what is needed counts as the beginning.
WARM = 0.2
#: Deliveries between two looks, of a hundred events each.
BETWEEN = 50


def lines(events: int) -> list[Line]:
    """Return the lines; the worker is given so many events."""
    warm = "after the first fifth of them"
    fewer = f"over {events:,} events and not {MILLION:,}" if events < MILLION else ""
    return [
        Line(
            f"g. memory of web over {MILLION:,} events",
            warm,
            "the most that it needs until the last one",
            (goals.megabytes_of(1.1),),
            _web,
            once=True,
        ),
        Line(
            f"g. memory of the worker over {events:,} events",
            warm,
            "the most that it needs until the last one; calls over HTTP",
            (goals.megabytes_of(1.1, fewer),),
            functools.partial(_worker, events),
            once=True,
        ),
    ]


@contextmanager
def _web() -> Iterator[tuple[Round, Round]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        SQLITE.lent() as url,
        gunicorn("wsgi:app", "threads", Path(folder), url) as server,
    ):
        watched = _Watched(server.process.pid)

        def post(events: int) -> Iterator[int]:
            for _ in range(0, events, 100 * BETWEEN):
                requests = [delivery("/webhook", 100) for _ in range(BETWEEN)]
                yield 100 * len(hammer(server.port, iter(requests), CONNECTIONS, 600).took)

        yield (
            lambda: watched.at_the_end(post(int(MILLION * WARM))),
            lambda: watched.at_most(post(int(MILLION * (1 - WARM)))),
        )


@contextmanager
def _worker(events: int) -> Iterator[tuple[Round, Round]]:
    with tempfile.TemporaryDirectory() as folder, stand_ins(think=0.02) as url:
        bridge = programs.stopped(Path(folder), url, url, free_port())
        bridge.database.upgrade()
        bridge.start_worker()
        assert bridge.worker is not None
        watched = _Watched(bridge.worker.pid)
        work = functools.partial(_work, bridge, [str(person) for person in range(PEOPLE)])
        try:
            yield (
                lambda: watched.at_the_end(work(int(events * WARM))),
                lambda: watched.at_most(work(int(events * (1 - WARM)))),
            )
            programs.nothing_went_wrong(bridge)
        finally:
            bridge.stop()


def _work(bridge: Bridge, psids: list[str], events: int) -> Iterator[int]:
    """Let everybody write a little, again and again, and wait for the answers each time."""
    words = 10
    for _ in range(0, events, words * len(psids)):
        fill(bridge.database, psids, words)
        programs.wait_until_idle(bridge, within=600)
        yield words * len(psids)
    with bridge.database.reading() as connection:
        assert inbox.counts(connection).keys() == {"done"}


class _Watched:
    """A process whose memory is looked at again and again."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def at_the_end(self, done: Iterator[int]) -> Sample:
        """Return what it needs after these events."""
        return self._watch(done, lambda seen: seen[-1])

    def at_most(self, done: Iterator[int]) -> Sample:
        """Return the most that it needs from their first to their last."""
        return self._watch(done, max)

    def _watch(self, done: Iterator[int], of: Callable[[list[float]], float]) -> Sample:
        cpu, began = cpu_of(self._pid), time.perf_counter()
        looks = [(events, self._megabytes()) for events in done]
        seconds, used = time.perf_counter() - began, cpu_of(self._pid) - cpu
        events = sum(events for events, _ in looks)
        return Sample(events, seconds, used, megabytes=of([seen for _, seen in looks]))

    def _megabytes(self) -> float:
        return sum(map(_resident, (self._pid, *children(self._pid))))


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
