"""A worker whose calls do nothing, and what to ask of its database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from messenger_app.clock import Clock
from messenger_app.conversation.policy import Policy
from messenger_app.executor import Executor
from messenger_app.jobs.job import Job, Result, Settled
from messenger_app.store import conversations, inbox
from messenger_app.store.database import Database
from messenger_app.webhook.envelope import split
from messenger_app.worker import Worker
from tests.unit.payloads import OWN_APP_ID, PAGE_ID, delivery, entry, message

POLICY = Policy(app_id=OWN_APP_ID, targets={}, default_target="")


class Silent(Executor):
    """Says that everything worked, and keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__({}, {}, OWN_APP_ID, Clock())
        self.jobs: list[Job] = []

    def run(self, job: Job) -> Result:
        self.jobs.append(job)
        return Settled()


@contextmanager
def running(worker: Worker) -> Iterator[None]:
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()


def say(database: Database, *psids: str, at: int | None = None) -> None:
    now = at or Clock.machine()
    for psid in psids:
        said = {**message(f"m_{psid}_{now}"), "sender": {"id": psid}, "timestamp": now}
        with database.writing() as connection:
            inbox.add(connection, split(delivery(entry(said)), frozenset({PAGE_ID}), now), now)


_REFUSE = {
    "sqlite": """
        CREATE TRIGGER refuse BEFORE {what} ON {table} WHEN {rows}
        BEGIN SELECT RAISE(ABORT, 'CHECK failed'); END""",
    "postgresql": """
        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE check_violation; END $$;
        CREATE TRIGGER refuse BEFORE {what} ON {table} FOR EACH ROW WHEN ({rows})
        EXECUTE FUNCTION refuse()""",
}
_ALLOW = {"sqlite": "DROP TRIGGER refuse", "postgresql": "DROP TRIGGER refuse ON {table}"}


def refuse(database: Database, what: str, table: str, rows: str) -> None:
    """Let the database refuse to INSERT or UPDATE such rows, by a rule of its own."""
    with database.writing() as connection:
        statement = _REFUSE[connection.dialect.name].format(what=what, table=table, rows=rows)
        connection.execute(text(statement.replace(":", r"\:")))


def allow(database: Database, table: str) -> None:
    """Take back what `refuse` said of this table."""
    with database.writing() as connection:
        connection.execute(text(_ALLOW[connection.dialect.name].format(table=table)))


def is_quiet(database: Database) -> bool:
    with database.reading() as connection:
        return conversations.busy(connection) == 0


def counts(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return inbox.counts(connection)
