"""What it costs to store events without HTTP: the bridge's way, and the same rows by the driver.

python -m benchmarks.rows

CPU for each event, a server's own included, for deliveries of a hundred events of which sixteen
share a transaction. The driver inserts the rows and does nothing else: it looks for no thread, and
asks not which of them were new.
"""

import functools
import itertools
import random
import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from benchmarks.stores import POSTGRESQL, SQLITE, Store
from benchmarks.webhook import PEOPLE
from messenger_app.store import inbox
from messenger_app.store.database import Database
from messenger_app.store.inbox import NewRow
from messenger_app.store.statements import MOST_TOGETHER
from tests.support.meta import PAGE

EVENTS, TOGETHER = 100, 16
#: Transactions that a figure is taken over, and how many come before the later ones.
MEASURED, BEFORE = 20, 150
BODY = b'{"sender":{"id":"1"},"message":{"mid":"m_123456","text":"hello there"}}' + b" " * 70

Write = Callable[[Connection, Sequence[Sequence[NewRow]]], object]


def main() -> None:
    """Print them for an empty inbox, and for one in which many events wait."""
    try:
        for store in (SQLITE, POSTGRESQL):
            ways: tuple[tuple[str, Write], ...] = (("driver", _driver), ("bridge", inbox.add_all))
            for name, write in ways:
                with store.opened() as database:
                    early = _cost(store, database, write)
                    for _ in range(BEFORE):
                        _store(database, write, _deliveries())
                    late = _cost(store, database, write)
                waiting = (BEFORE + MEASURED) * TOGETHER * EVENTS
                print(f"{store.name:10} {name}: {early:5.1f} µs an event among few, "
                      f"{late:5.1f} among {waiting:,}", flush=True)  # fmt: skip
    finally:
        POSTGRESQL.close()


def _cost(store: Store, database: Database, write: Write) -> float:
    """Return microseconds of CPU for an event."""
    prepared = [_deliveries() for _ in range(MEASURED)]
    began = time.process_time() + store.cpu()
    for deliveries in prepared:
        _store(database, write, deliveries)
    return (time.process_time() + store.cpu() - began) / MEASURED / TOGETHER / EVENTS * 1e6


def _store(database: Database, write: Write, deliveries: list[list[NewRow]]) -> None:
    with database.writing() as connection:
        write(connection, deliveries)


def _deliveries() -> list[list[NewRow]]:
    return [[_row() for _ in range(EVENTS)] for _ in range(TOGETHER)]


def _row() -> NewRow:
    thread = inbox.thread_of(PAGE, str(random.randint(1, PEOPLE)))
    now = time.time_ns() // 1_000_000
    key = random.randbytes(16)
    return NewRow(thread, PAGE, "messaging", key, now, now, False, BODY, 0, None)


def _driver(connection: Connection, deliveries: Sequence[Sequence[NewRow]]) -> None:
    rows = list(itertools.chain.from_iterable(deliveries))
    cursor = connection.connection.cursor()
    for start in range(0, len(rows), MOST_TOGETHER):
        some = rows[start : start + MOST_TOGETHER]
        text = _insert(len(some), is_file=connection.dialect.name == "sqlite")
        cursor.execute(text, list(itertools.chain.from_iterable(some)))
    cursor.close()


@functools.cache
def _insert(rows: int, *, is_file: bool) -> str:
    names = NewRow._fields
    number = itertools.count(1)
    places = [", ".join("?" if is_file else f"${next(number)}" for _ in names) for _ in range(rows)]
    return f"INSERT INTO inbox_event ({', '.join(names)}) VALUES ({'), ('.join(places)})"


if __name__ == "__main__":
    main()
