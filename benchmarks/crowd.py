"""A database with many conversations, each with what one question and its answer leave behind.

One of them is led by the real worker; the others are copies of it, made in the database. They
wrote one after the other, at even distances, and what is past its time is gone: so it is where a
bridge has run for as long with as much to do each day.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    Table,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    select,
)

from benchmarks.stores import Store
from benchmarks.worker import PAGE, Sleeper, fill, work_off
from messenger_app.clock import Clock
from messenger_app.store.database import Database
from messenger_app.store.purge import BODY_DAYS, DAY, KEY_DAYS
from messenger_app.store.tables import conversation, inbox_event, outbox, transcript

#: Over how many days they wrote: a day less than would let the worker delete rows of theirs.
DAYS = KEY_DAYS - 1
#: The times that a copy has earlier than its model. All are milliseconds.
_TIMES = ("at", "received_at", "finished_at", "started_at", "settled_at")

_lent = ExitStack()


@cache
def filled(store: Store, size: int) -> str:
    """Return the address of a database with so many conversations; it lasts until `close`."""
    url = _lent.enter_context(store.lent())
    with _opened(url) as database:
        database.upgrade()
        fill(database, ["1"], 1)
        work_off(database, Sleeper(Clock(), 0.0), 1, 1, store)
        with database.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            for table in (conversation, inbox_event, outbox, transcript):
                _copy(connection, table, size)
        store.tidy(database)
    return url


def close() -> None:
    """Let go of all of them."""
    _lent.close()
    filled.cache_clear()


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def _copy(connection: Connection, table: Table, size: int) -> None:
    """Write a table's rows of the first conversation for each of the others."""
    number = select(literal(2).label("psid")).cte("number", recursive=True)
    number = number.union_all(select(number.c.psid + 1).where(number.c.psid < size))
    earlier = cast(size - number.c.psid, BigInteger) * (DAYS * DAY // size)
    changed = _changed(connection.dialect.name, table, number, earlier)
    kept = [column for column in table.c if column.name not in {"id", *changed}]
    rows = select(*kept, *changed.values()).select_from(table).join(number, literal(value=True))
    names = [*(column.name for column in kept), *changed]
    connection.execute(insert(table).from_select(names, rows.where(table.c.thread == f"{PAGE}:1")))


def _changed(
    dialect: str, table: Table, number: CTE, earlier: ColumnElement[int]
) -> dict[str, ColumnElement[Any]]:
    """Return what a copy has of its own; ``earlier`` are milliseconds."""
    psid, sqlite = cast(number.c.psid, Text), dialect == "sqlite"
    key = func.randomblob(16) if sqlite else func.uuid_send(func.gen_random_uuid())
    own: dict[str, ColumnElement[Any]] = {
        "thread": literal(f"{PAGE}:") + psid,
        "psid": psid,
        "dedupe_key": key,
    }
    own |= {name: table.c[name] - earlier for name in _TIMES if name in table.c}
    if table is inbox_event:
        own["body"] = case((earlier >= BODY_DAYS * DAY, b""), else_=table.c.body)
    if table is outbox:
        drawn = func.lower(func.hex(key)) if sqlite else func.encode(key, "hex")
        own["key"] = func.substr(drawn, 1, 16)
    if table is conversation:
        state = table.c.state
        said = cast(state, Text) if sqlite else func.convert_from(state, "UTF8")
        of_its_own = func.replace(said, '"psid":"1"', literal('"psid":"') + psid + '"')
        own["state"] = (
            cast(of_its_own, LargeBinary) if sqlite else func.convert_to(of_its_own, "UTF8")
        )
    return {name: value for name, value in own.items() if name in table.c}
