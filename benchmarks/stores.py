"""The databases that lines are measured on, each durable: a commit is on the disk."""

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.servers import cpu_of, cpu_of_the_ended
from messenger_app.store.database import Database
from tests.support.postgres import Postgres


class Store(ABC):
    """A kind of database."""

    name: str

    @abstractmethod
    def address(self) -> Iterator[str]:
        """Lend the address of an empty database."""

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Lend the address of an empty database until the block ends."""
        yield from self.address()

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Lend a database with its tables until the block ends."""
        with self.lent() as url:
            database = Database(url)
            database.upgrade()
            yield database
            database.close()

    @abstractmethod
    def tidy(self, database: Database) -> None:
        """Do at once what would be done in the background after many rows were written."""

    def cpu(self) -> float:
        """Return the seconds of CPU that its own processes have used."""
        return 0.0

    def close(self) -> None:
        """End its own processes, if it has any."""
        return


class SQLite(Store):
    """A file, with synchronous=FULL, and nobody beside whoever uses it."""

    name = "SQLite"

    def address(self) -> Iterator[str]:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/handover.db"

    def tidy(self, database: Database) -> None:
        with database.reading() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


class PostgreSQL(Store):
    """One server on this machine for all lines, started for the first that needs it."""

    name = "PostgreSQL"

    def __init__(self) -> None:
        self._server: Postgres | None = None

    @property
    def server(self) -> Postgres:
        """The running server."""
        if self._server is None:
            self._server = Postgres().start()
        return self._server

    def address(self) -> Iterator[str]:
        with self.server.database() as url:
            yield url

    def tidy(self, database: Database) -> None:
        with database.reading() as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")

    def cpu(self) -> float:
        return cpu_of(self.server.process_id) + cpu_of_the_ended(self.server.process_id)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()


SQLITE, POSTGRESQL = SQLite(), PostgreSQL()
