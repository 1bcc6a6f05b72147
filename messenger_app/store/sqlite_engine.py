"""SQLite: one file for web and worker on one machine."""

import importlib
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from messenger_app.errors import SettingsError

#: How long a writer waits for another one, in milliseconds.
BUSY_TIMEOUT = 10_000
#: Pages of 4 KiB in the WAL before they are copied to where they belong, which waits for the disk:
#: most pages change many times over meanwhile.
CHECKPOINT_AFTER = 8_000


def build(url: URL) -> Engine:
    """Return the engine, and make the file's folder. Opens nothing yet.

    Raises SettingsError for a database in memory, and where the folder can't be made.
    """
    file = url.database or ":memory:"
    if ":memory:" in file or url.query.get("mode") == "memory":
        raise SettingsError(
            "DATABASE_URL is in memory, where web and worker would each have their own. "
            "Name a SQLite file: sqlite:////folder/handover.db."
        )
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"DATABASE_URL: {error.filename} can't be made a folder: {error.strerror}."
        ) from None
    engine = create_engine(
        url,
        module=_module(),
        hide_parameters=True,  # what people wrote has no place in an error's text
        connect_args={"timeout": BUSY_TIMEOUT / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    aside = _aside()
    event.listen(engine, "begin", partial(_begin_immediate, aside))
    engine.dialect.do_commit = partial(aside, engine.dialect.do_commit)  # type: ignore[method-assign,assignment]
    return engine


def _aside() -> Callable[..., object]:
    """Return how to call what waits for the disk or for another writer.

    Under gevent a thread of its own waits: else everybody in the process would.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return lambda wait, *arguments: wait(*arguments)
    hub = importlib.import_module("gevent").get_hub
    return lambda wait, *arguments: hub().threadpool.apply(wait, arguments)


def version() -> str:
    """Return the version of SQLite that is used."""
    return str(_module().sqlite_version)


def _module() -> ModuleType:
    """Prefer the SQLite that comes as a wheel, for Linux: older ones can corrupt their WAL."""
    try:
        module = importlib.import_module("pysqlite3")
    except ImportError:
        module = sqlite3
    _say_how_values_are_written(module)
    return module


def _say_how_values_are_written(module: ModuleType) -> None:
    """Name the kinds of values that are written as they are.

    The driver asks each value that is no number and no text what to write in its place, which
    takes 0.7 µs for one that says nothing; a row has up to eight such. For these it is 0.1.
    """
    module.register_adapter(bool, int)
    module.register_adapter(bytes, bytes)
    module.register_adapter(type(None), lambda none: none)


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_AFTER}")
    cursor.close()


def _begin_immediate(aside: Callable[..., object], connection: Connection) -> None:
    """Take the write lock at once: a lock that is upgraded later can fail half way."""
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        aside(connection.exec_driver_sql, "BEGIN IMMEDIATE")
