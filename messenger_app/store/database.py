"""The database that keeps everything: a SQLite file or a PostgreSQL server, by DATABASE_URL."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from messenger_app.errors import SettingsError, StoreInDoubt, StoreRefused, StoreUnavailable
from messenger_app.store import postgresql_engine, sqlite_engine

log = structlog.get_logger(__name__)


class Database:
    """The connections of this process."""

    def __init__(self, url: str) -> None:
        """Raises SettingsError where the URL can't be used. Opens nothing yet."""
        try:
            self.url = make_url(url)
            self.engine = _engine(self.url)
        except (SQLAlchemyError, ValueError):  # its text may hold a password
            raise SettingsError("DATABASE_URL can't be read; see .env.example.") from None

    @property
    def is_file(self) -> bool:
        """Whether it is a SQLite file, which processes of one machine share."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end.

        Raises StoreUnavailable where the database can't take it, StoreRefused where it would not
        take it later either; nothing was written then. Raises StoreInDoubt where the connection
        was lost over the commit: then it was written or not.
        """
        try:
            with self.engine.connect() as connection, connection.begin() as transaction:
                yield connection
                _commit(transaction)
        except (DataError, IntegrityError) as error:
            raise StoreRefused(_cause(error)) from None
        except SQLAlchemyError as error:
            raise StoreUnavailable(_cause(error)) from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that writes nothing and waits for no writer."""
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")
        except SQLAlchemyError as error:
            raise StoreUnavailable(_cause(error)) from None

    def upgrade(self) -> None:
        """Bring the tables up to date. Several processes may call this at once.

        Those of a newer release stay as they are: an older one works with them, for as long as
        both run and where the newer one is given up.

        Raises SettingsError where the database can't keep what people write.
        """
        config = migrations_config()
        with self._one_at_a_time() as connection:
            if _is_newer(revision := _revision(connection)):
                log.warning("database.of_newer_release", revision=revision)
                return
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def is_current(self) -> bool:
        """Say whether every migration of this release has run. Raises StoreUnavailable."""
        head = ScriptDirectory.from_config(migrations_config()).get_current_head()
        with self.reading() as connection:
            revision = _revision(connection)
        return revision == head or _is_newer(revision)

    def version(self) -> tuple[int, ...]:
        """Return the version of SQLite or of the server. Raises StoreUnavailable."""
        with self.reading() as connection:
            return tuple(map(int, connection.dialect.server_version_info or ()))

    def path_beside(self, suffix: str) -> Path | None:
        """Return a path beside the SQLite file, for locks and wake-ups; None for a server."""
        return Path(f"{self.url.database}{suffix}") if self.is_file else None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[Connection]:
        """Open a transaction for changing the tables, which no other process changes meanwhile."""
        path = self.path_beside(".migrating")
        if path is None:
            with self.writing() as connection:
                postgresql_engine.lock_migrations(connection)
                yield connection
        else:
            with path.open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                with self.writing() as connection:
                    yield connection


def migrations_config() -> Config:
    """Return Alembic's configuration; there is no ini file to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_newer(revision: str | None) -> bool:
    """Say whether this release knows nothing of a migration that has run."""
    scripts = ScriptDirectory.from_config(migrations_config())
    return revision not in {None, *(script.revision for script in scripts.walk_revisions())}


def _engine(url: URL) -> Engine:
    if url.drivername == "sqlite":
        return sqlite_engine.build(url)
    if postgresql_engine.speaks(url):
        return postgresql_engine.build(url)
    raise SettingsError(
        f"DATABASE_URL: {url.drivername} is not known here. Name a SQLite file, "
        "sqlite:////folder/handover.db, or a PostgreSQL server, postgresql://…"
    )


def _commit(transaction: RootTransaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreInDoubt(_cause(error)) from None
        raise


def _cause(error: SQLAlchemyError) -> str:
    """Name the fault without statement or values: those hold what people wrote.

    PostgreSQL's whole text would hold the row that it refuses.
    """
    fault = getattr(error, "orig", None)
    short = getattr(getattr(fault, "diag", None), "message_primary", None)
    return f"The database refused: {short or fault or type(error).__name__}"
