"""The SQLite file that keeps everything. PostgreSQL is not built yet, so it is refused."""

import fcntl
import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from messenger_app.errors import SettingsError, StoreRefused, StoreUnavailable

#: How long a writer waits for another one, in milliseconds.
BUSY_TIMEOUT = 10_000
#: Pages of 4 KiB in the WAL before they are copied to where they belong, which waits for the disk:
#: most pages change many times over meanwhile.
CHECKPOINT_AFTER = 8_000
#: KiB of pages that a connection may keep in memory.
CACHE = 32_000


class Database:
    """The connections of this process."""

    def __init__(self, url: str) -> None:
        """Raises SettingsError where the URL can't be used. Opens nothing yet."""
        try:
            self.url = make_url(url)
            _refuse_what_is_not_built(self.url)
            self.engine = self._sqlite()
        except (SQLAlchemyError, ValueError):  # its text may hold a password
            raise SettingsError("DATABASE_URL can't be read; see .env.example.") from None
        except OSError as error:
            raise SettingsError(
                f"DATABASE_URL: {error.filename} can't be made a folder: {error.strerror}."
            ) from None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end.

        Raises StoreUnavailable where the database can't take it, StoreRefused where it would not
        take it later either; nothing was written then.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except (DataError, IntegrityError) as error:
            raise StoreRefused(_cause(error)) from error
        except SQLAlchemyError as error:
            raise StoreUnavailable(_cause(error)) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that writes nothing and waits for no writer."""
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")
        except SQLAlchemyError as error:
            raise StoreUnavailable(_cause(error)) from error

    def upgrade(self) -> None:
        """Bring the tables up to date. Two processes on one machine may call this at once."""
        config = migrations_config()
        with self._one_at_a_time(), self.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def is_current(self) -> bool:
        """Say whether every migration has run. Raises StoreUnavailable."""
        head = ScriptDirectory.from_config(migrations_config()).get_current_head()
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision() == head

    def path_beside(self, suffix: str) -> Path:
        """Return a path beside the SQLite file, for locks and wake-ups."""
        return Path(f"{self.url.database}{suffix}")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with self.path_beside(".migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sqlite(self) -> Engine:
        self.path_beside("").parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url,
            module=_sqlite_module(),
            hide_parameters=True,  # what people wrote has no place in an error's text
            connect_args={"timeout": BUSY_TIMEOUT / 1000, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine


def _refuse_what_is_not_built(url: URL) -> None:
    """Raise SettingsError for a database that the bridge would lose events in, or never try."""
    if url.get_backend_name() != "sqlite":
        raise SettingsError(
            f"DATABASE_URL: {url.get_backend_name()} is not built yet. "
            "Name a SQLite file: sqlite:////folder/handover.db."
        )
    file = url.database or ":memory:"
    if ":memory:" in file or url.query.get("mode") == "memory":
        raise SettingsError(
            "DATABASE_URL is in memory, where web and worker would each have their own. "
            "Name a SQLite file: sqlite:////folder/handover.db."
        )


def migrations_config() -> Config:
    """Return Alembic's configuration; there is no ini file to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def sqlite_version() -> str:
    """Return the version of SQLite that is used."""
    return str(_sqlite_module().sqlite_version)


def _sqlite_module() -> ModuleType:
    """Prefer the SQLite that comes as a wheel, for Linux: older ones can corrupt their WAL."""
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return sqlite3


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_AFTER}")
    cursor.execute(f"PRAGMA cache_size = -{CACHE}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a lock that is upgraded later can fail half way."""
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _cause(error: SQLAlchemyError) -> str:
    """Name the fault without statement or values: those hold what people wrote."""
    return f"The database refused: {getattr(error, 'orig', None) or type(error).__name__}"
