"""One worker on a real database in which another release left a row that this one can't read."""

import pytest
from sqlalchemy import text, update
from structlog.testing import CapturingLogger

from messenger_app import leases
from messenger_app import worker as worker_module
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Conversation
from messenger_app.store import conversations, inbox
from messenger_app.store.database import Database
from messenger_app.store.tables import conversation as table
from messenger_app.worker import Worker
from tests.support.waiting import wait_for
from tests.unit.payloads import PAGE_ID
from tests.unit.working import Silent, counts, is_quiet, running, say

THREAD = f"{PAGE_ID}:66"

STATE = "UPDATE conversation SET state = :body WHERE thread = :thread"
UNKNOWN = b'{"timer": {"kind": "newer"}}'
KIND = (
    "INSERT INTO outbox (key, thread, turn, kind, body, status, not_before)"
    " VALUES ('k', :thread, 0, 'SetPersona', :body, 0, 0)"
)
BODY = KIND.replace("SetPersona", "SendMessage")
SECRET = b'{"say": "what nobody may read"}'
STATUS = KIND.replace("SetPersona", "StopTyping").replace("0, 0)", "-1, 0)")
NO_COMMAND = "DELETE FROM outbox WHERE key = 'k' AND thread = :thread"
CHANNEL = "UPDATE inbox_event SET channel = 'newer' WHERE thread = :thread"
KNOWN_CHANNEL = "UPDATE inbox_event SET channel = 'messaging' WHERE thread = :thread"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    """Leases run out soon; returns what is logged."""
    monkeypatch.setattr(leases, "LEASE", 1_000)
    monkeypatch.setattr(leases, "HEARTBEAT", 200)
    monkeypatch.setattr(worker_module, "LEASE", 60_000)  # calls may begin all the same
    logger = CapturingLogger()
    for module in (leases, worker_module, conversations):
        monkeypatch.setattr(module, "log", logger)
    return logger


def execute(database: Database, statement: str, body: bytes = b"") -> None:
    """Execute it for the thread, with ``body`` where it has a place for it."""
    with database.writing() as connection:
        connection.execute(text(statement), {"thread": THREAD, "body": body})


@pytest.mark.parametrize(
    ("broken", "body", "mended"),
    [
        pytest.param(STATE, UNKNOWN, STATE, id="state"),
        pytest.param(KIND, b"{}", NO_COMMAND, id="kind of command"),
        pytest.param(BODY, SECRET, NO_COMMAND, id="command"),
        pytest.param(STATUS, b"{}", NO_COMMAND, id="status of a command"),
        pytest.param(CHANNEL, b"", KNOWN_CHANNEL, id="channel of an event"),
    ],
)
def test_a_row_that_cant_be_read_holds_back_its_own_thread_alone_until_it_can(
    told: CapturingLogger,
    worker: Worker,
    database: Database,
    executor: Silent,
    broken: str,
    body: bytes,
    mended: str,
) -> None:
    say(database, "1", "66", "2")
    execute(database, broken, body)
    with running(worker):
        wait_for(lambda: counts(database).get("done") == 2, "the others")
        say(database, "3")
        wait_for(lambda: counts(database).get("done") == 3, "one who came later")
        wait_for(lambda: {job.psid for job in executor.jobs} == {"1", "2", "3"}, "their calls")
        execute(database, mended)
        wait_for(lambda: counts(database) == {"done": 4}, "the thread that can be read again")
        wait_for(lambda: is_quiet(database), "quiet")
    failed = [call.kwargs for call in told.calls if call.args == ("thread.failed",)]
    assert {call["thread"] for call in failed} == {THREAD}
    assert "nobody may read" not in str(told.calls)
    assert "newer" not in str(told.calls)


def test_a_page_whose_own_row_cant_be_read_is_as_its_settings_say(database: Database) -> None:
    role = Routing.PRIMARY_RECEIVER
    other = "another"
    with database.writing() as connection:
        for page in (PAGE_ID, other):
            conversations.wake(connection, [f"{page}:{page}"], 1)
            kept = {f"{page}:{page}": Conversation(page, page, role=role)}
            conversations.save(connection, kept)
        broken = update(table).where(table.c.page_id == PAGE_ID).values(state=b'{"role": 7}')
        connection.execute(broken)
        assert conversations.roles(connection, [PAGE_ID, other]) == {other: role}


def test_what_was_refused_of_a_thread_with_a_call_under_way_is_looked_at_after_the_call(
    worker: Worker, database: Database
) -> None:
    say(database, "66")
    worker._turn([])
    hand = worker._leases.in_hand[THREAD]
    assert hand.running is not None
    worker._hold_back(THREAD, "refused", had_result=False)
    with database.reading() as connection:
        row = connection.execute(text("SELECT worker, due FROM conversation")).one()
        assert inbox.counts(connection) == {"done": 1}
    assert row.worker is None
    assert row.due is not None
