"""What it costs to store deliveries before they are answered, over HTTP.

Two gunicorns with the same settings: the bridge, and a Flask view that does nothing or only checks
and parses. The same deliveries go to both over 32 connections, one process sends them.
"""

import functools
import itertools
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.line import Line, Round, Sample
from benchmarks.load import hammer, post
from benchmarks.servers import Server, gunicorn
from messenger_app.store import inbox
from messenger_app.store.database import Database
from tests.support.meta import entry, message, signatures

CONNECTIONS = 32
PEOPLE = 500
#: More than either side can take in a second.
PREPARED = 8_000

_numbers = itertools.count()


def lines(seconds: float) -> list[Line]:
    """Return the lines; each round lasts so long."""
    nothing = "a Flask view that does nothing"
    return [
        Line(
            "a. webhook, threads",
            nothing,
            "one event stored on SQLite, synchronous=FULL",
            "0.45 of the rate",
            functools.partial(_compare, "threads", "/webhook", 1, seconds),
        ),
        Line(
            "a. webhook, gevent",
            nothing,
            "one event stored on SQLite, synchronous=FULL",
            "0.60 of the rate",
            functools.partial(_compare, "gevent", "/webhook", 1, seconds),
        ),
        Line(
            "a. webhook, threads, batches of 100",
            "a view that only verifies and parses",
            "100 events stored at once",
            "0.20 of the rate",
            functools.partial(_compare, "threads", "/parse", 100, seconds),
        ),
    ]


@contextmanager
def _compare(kind: str, path: str, events: int, seconds: float) -> Iterator[tuple[Round, Round]]:
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / "baseline", Path(name) / "subject"]
        for folder in folders:
            folder.mkdir()
        with (
            gunicorn("benchmarks.nothing:app", kind, folders[0]) as baseline,
            gunicorn("wsgi:app", kind, folders[1]) as subject,
        ):
            stored = _Stored(folders[1])
            yield (
                lambda: _round(baseline, path, events, seconds),
                lambda: stored.check(_round(subject, "/webhook", events, seconds)),
            )
            stored.close()


def _round(server: Server, path: str, events: int, seconds: float) -> Sample:
    requests = [_delivery(path, events) for _ in range(int(PREPARED * seconds / events))]
    cpu = server.cpu()
    load = hammer(server.port, requests, CONNECTIONS, seconds)
    used, done = server.cpu() - cpu, len(load.took) * events
    return Sample(done, load.seconds, used, statistics.quantiles(load.took, n=100)[98])


def _delivery(path: str, events: int) -> bytes:
    said = [
        message(str(number % PEOPLE + 1), "hello there", f"m_{number}")
        for number in itertools.islice(_numbers, events)
    ]
    body = json.dumps({"object": "page", "entry": [entry(messaging=said)]}).encode()
    return post(path, body, signatures(body))


class _Stored:
    """Holds that what was answered is in the database."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(f"sqlite:///{folder}/handover.db")
        self._answered = 0

    def check(self, sample: Sample) -> Sample:
        self._answered += sample.done
        with self._database.reading() as connection:
            assert inbox.counts(connection)["pending"] >= self._answered
        return sample

    def close(self) -> None:
        self._database.close()
