"""On large tables PostgreSQL finds what is asked for by an index, whatever the worker does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from messenger_app.store import conversations, inbox, outbox
from messenger_app.store.database import Database
from messenger_app.store.purge import DAY, Purge
from tests.unit.store.threads import claim, thread

#: As after a month: nearly everything is over, a little waits, some is with a worker.
FILL = """
INSERT INTO conversation (thread, page_id, psid, owner, state, due, timer_due, worker, waits_for,
    waits_since)
SELECT '1:' || n, '1', n, 'bot', '', CASE n % 500 WHEN 0 THEN -n WHEN 1 THEN 2^60 + n END,
    CASE WHEN n % 700 = 0 THEN n END, CASE WHEN n % 900 = 0 THEN 'A' END,
    CASE WHEN n % 500 = 1 THEN 'bot:5005' END, CASE WHEN n % 500 = 1 THEN n END
FROM generate_series(1, 20000) n;
INSERT INTO inbox_event (thread, page_id, channel, dedupe_key, at, received_at, overtakes, body,
    status, finished_at)
SELECT '1:' || n % 20000, '1', 'messaging', decode(md5(n::text), 'hex'), n, n, n % 3 = 0,
    decode(repeat('78', 600), 'hex'),
    CASE WHEN n % 500 = 0 THEN 0 ELSE 1 END, CASE WHEN n % 500 = 0 THEN NULL ELSE n END
FROM generate_series(1, 60000) n;
INSERT INTO outbox (key, thread, turn, kind, body, status, not_before, settled_at)
SELECT n, '1:' || n % 20000, 0, 'StopTyping', decode(repeat('78', 600), 'hex'),
    CASE WHEN n % 500 = 0 THEN 0 ELSE 2 END, 0, CASE WHEN n % 500 = 0 THEN NULL ELSE n END
FROM generate_series(1, 60000) n;
INSERT INTO transcript (thread, at, author, text, heard_by_bot, note)
SELECT '1:' || n % 20000, n, 'bot', 'Hi', true, '' FROM generate_series(1, 60000) n;
"""

SOME = [thread(str(psid)) for psid in range(100, 130)]
OLD = {"steady": 0, "machine": 30 * DAY + 100, "now": 90 * DAY + 100}

WORK: dict[str, Callable[[Connection], object]] = {
    "claim": lambda it: claim(it, "B", machine=1, now=1_000),
    "claim who queues": lambda it: conversations.claim_queued(
        it, "bot:5005", "B", lease_until=1, limit=10
    ),
    "look who queues": conversations.queues,
    "hold": lambda it: conversations.held(it, dict.fromkeys(SOME, 0)),
    "keep": lambda it: conversations.extend(it, "A", SOME, 1),
    "mend": lambda it: conversations.mend(it, 10**12, 20_000),
    "free": lambda it: conversations.release_all(it, ["A"]),
    "read": lambda it: inbox.waiting(it, SOME),
    "look for what overtakes": lambda it: inbox.overtaken(it, "A"),
    "read what overtakes": lambda it: inbox.overtaking(it, SOME),
    "read commands": lambda it: outbox.open_commands(it, SOME),
    "look at the token": outbox.token_is_refused,
    "purge": lambda it: Purge().run(it, **OLD),
    "count who is busy": conversations.busy,
    "count what waits": inbox.number_pending,
    "count open commands": outbox.open_counts,
}


@pytest.fixture(scope="module")
def large(postgres: Any, postgres_template: str) -> Iterator[Database]:
    with postgres.database(postgres_template) as url:
        database = Database(url)
        with database.writing() as connection:
            connection.exec_driver_sql(FILL)
            connection.exec_driver_sql("ANALYZE")
        yield database
        database.close()


@contextmanager
def explained(connection: Connection) -> Iterator[list[str]]:
    """Gather the plan of each statement, right before it is executed."""
    plans: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, values: Any, *__: Any) -> None:
        one = values[0] if isinstance(values, list) else values  # for many rows the plan is one
        cursor.execute(f"EXPLAIN {statement}", one)
        plans.append("\n".join(line for (line,) in cursor.fetchall()))

    event.listen(connection, "before_cursor_execute", explain)
    yield plans
    event.remove(connection, "before_cursor_execute", explain)


@pytest.mark.parametrize("work", WORK.values(), ids=WORK.keys())
def test_no_table_is_read_from_end_to_end(
    large: Database, work: Callable[[Connection], object]
) -> None:
    with large.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        with explained(connection) as plans:
            work(connection)
        transaction.rollback()
    assert plans
    assert [plan for plan in plans if "Seq Scan on" in plan] == []
