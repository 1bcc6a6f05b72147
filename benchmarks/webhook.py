"""What it costs to store deliveries before they are answered, over HTTP.

Two gunicorns with the same settings: the bridge, and a Flask view that does nothing or only checks
and parses. The same deliveries go to both over 32 connections, one process sends them.
"""

import functools
import itertools
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import goals
from benchmarks.line import Line, Round, Sample
from benchmarks.load import hammer, post
from benchmarks.servers import Server, gunicorn
from benchmarks.stores import POSTGRESQL, SQLITE, Store
from messenger_app.store import inbox
from messenger_app.store.database import Database
from tests.support.meta import JSON, entry, message, signatures

CONNECTIONS = 32
PEOPLE = 500
#: Deliveries with events that the bridge has not seen, for a second: more than it can take, of one
#: event and of a hundred.
FRESH = {1: 8_000, 100: 700}
#: A view that stores nothing can't tell whether it has seen a delivery: these are sent in turns.
REPEATED = 200

_numbers = itertools.count()


def lines(seconds: float) -> list[Line]:
    """Return the lines; each round lasts so long."""
    nothing = "a Flask view that does nothing"
    return [
        *(
            Line(
                f"a. webhook, {kind}, {store.name}",
                nothing,
                "one event stored",
                (goals.rate_of(least),),
                functools.partial(_compare, kind, "/webhook", 1, seconds, store),
            )
            for kind, store, least in (
                ("threads", SQLITE, 0.45),
                ("threads", POSTGRESQL, 0.35),
                ("gevent", SQLITE, 0.6),
                ("gevent", POSTGRESQL, 0.5),
            )
        ),
        *(
            Line(
                f"a. webhook, threads, batches of 100, {store.name}",
                "a view that only verifies and parses",
                "100 events stored at once",
                (goals.rate_of(0.3),),
                functools.partial(_compare, "threads", "/parse", 100, seconds, store),
            )
            for store in (SQLITE, POSTGRESQL)
        ),
    ]


@contextmanager
def _compare(
    kind: str, path: str, events: int, seconds: float, store: Store
) -> Iterator[tuple[Round, Round]]:
    with tempfile.TemporaryDirectory() as name, store.opened() as database:
        folders = [Path(name) / "baseline", Path(name) / "subject"]
        for folder in folders:
            folder.mkdir()
        url = database.url.render_as_string(hide_password=False)
        with (
            gunicorn("benchmarks.nothing:app", kind, folders[0]) as baseline,
            gunicorn("wsgi:app", kind, folders[1], url) as subject,
        ):
            stored = _Stored(database)

            def ours() -> Sample:
                fresh, beside = _fresh(events, seconds), store.cpu()
                sample = _round(subject, fresh, events, seconds)
                return stored.check(replace(sample, cpu=sample.cpu + store.cpu() - beside))

            yield lambda: _round(baseline, _repeated(path, events), events, seconds), ours


def _round(server: Server, requests: Iterator[bytes], events: int, seconds: float) -> Sample:
    cpu = server.cpu()
    load = hammer(server.port, requests, CONNECTIONS, seconds)
    assert load.seconds >= seconds, "There were not enough deliveries for the whole round."
    return Sample(len(load.took) * events, load.seconds, server.cpu() - cpu, load.took)


def _repeated(path: str, events: int) -> Iterator[bytes]:
    return itertools.cycle([delivery(path, events) for _ in range(REPEATED)])


def _fresh(events: int, seconds: float) -> Iterator[bytes]:
    return iter([delivery("/webhook", events) for _ in range(int(FRESH[events] * seconds))])


def delivery(path: str, events: int) -> bytes:
    """Return a signed request with so many events that nobody has seen."""
    said = [
        message(str(number % PEOPLE + 1), "hello there", f"m_{number}")
        for number in itertools.islice(_numbers, events)
    ]
    return signed(path, said)


def signed(path: str, said: list[JSON]) -> bytes:
    """Return a signed request with these events."""
    body = json.dumps({"object": "page", "entry": [entry(messaging=said)]}).encode()
    return post(path, body, signatures(body))


class _Stored:
    """Holds that what was answered is in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answered = 0

    def check(self, sample: Sample) -> Sample:
        self._answered += sample.done
        with self._database.reading() as connection:
            assert inbox.counts(connection)["pending"] >= self._answered
        return sample
