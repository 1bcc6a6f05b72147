"""A worker whose calls do nothing, and what to ask of its database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

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


def is_quiet(database: Database) -> bool:
    with database.reading() as connection:
        return conversations.busy(connection) == 0


def counts(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return inbox.counts(connection)
