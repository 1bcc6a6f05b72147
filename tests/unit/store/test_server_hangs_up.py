"""PostgreSQL ends a connection while it works for it, and hangs up at once or a moment later."""

import logging
import threading

import pytest
from psycopg import sql
from sqlalchemy import bindparam, insert, select, update

from messenger_app.errors import StoreUnavailable
from messenger_app.store.database import Database
from messenger_app.store.statements import Statement
from messenger_app.store.tables import conversation
from tests.support.cable import Cable
from tests.support.postgres import Postgres

PEOPLE = [str(psid) for psid in range(1, 4)]

_ADD = Statement(insert(conversation), "thread", "page_id", "psid", "owner", "state")
_CHANGE = Statement(
    update(conversation)
    .where(conversation.c.thread == bindparam("_thread"))
    .values(owner=bindparam("owner"))
)
_ADDED = [
    {"thread": psid, "page_id": "1", "psid": psid, "owner": "idle", "state": b""} for psid in PEOPLE
]
_CHANGED = [{"_thread": psid, "owner": "bot"} for psid in PEOPLE]

_END = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")


@pytest.mark.parametrize("late", [0.0, 0.2])
def test_a_server_that_ends_a_connection_at_work_costs_that_transaction_alone(
    postgres: Postgres,
    cable: Cable,
    at_the_end_of_it: Database,
    caplog: pytest.LogCaptureFixture,
    late: float,
) -> None:
    with at_the_end_of_it.writing() as connection:
        _ADD.each(connection, _ADDED)
    ender = threading.Thread(target=end_all, args=(postgres, at_the_end_of_it, cable))
    ender.start()
    with caplog.at_level(logging.ERROR):
        with pytest.raises(StoreUnavailable):
            change_in_vain(at_the_end_of_it, cable, late)
        ender.join()
        assert owners(at_the_end_of_it) == ["idle"] * len(PEOPLE)
    assert [record.getMessage() for record in caplog.records] == []
    with at_the_end_of_it.writing() as connection:
        _CHANGE.each(connection, _CHANGED)
    assert owners(at_the_end_of_it) == ["bot"] * len(PEOPLE)


def change_in_vain(database: Database, cable: Cable, late: float) -> None:
    with database.writing() as connection:
        connection.execute(select(conversation.c.owner))  # has a Sync of its own: not that one
        cable.hang_up_late(late)
        _CHANGE.each(connection, _CHANGED)


def end_all(server: Postgres, database: Database, cable: Cable) -> None:
    """End every connection to this database once its server has something unfinished."""
    assert cable.swallowed.wait(20)
    server.run(_END.format(sql.Literal(database.url.database)))


def owners(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(conversation.c.owner)).scalars())
