import pytest
from pydantic import TypeAdapter
from sqlalchemy import insert

from messenger_app.conversation.buttons import Kept
from messenger_app.conversation.commands import Command, SendMessage, StopTyping
from messenger_app.conversation.events import PersonMessaged, PersonTapped
from messenger_app.conversation.messages import BotMessage
from messenger_app.store import payloads
from messenger_app.store.database import Database
from messenger_app.store.tables import CommandStatus, outbox
from tests.unit.payloads import NOW

THREAD = "104729000000001:1"
LONG = "/tell" + "x" * 1000

MESSAGE = SendMessage(BotMessage(text="Hi", buttons=(("A", "/a"), ("B", LONG))))


@pytest.fixture
def sent(database: Database) -> Database:
    """A database in which the message "key" went out on the thread."""
    write(database, "key", MESSAGE)
    return database


def write(database: Database, key: str, command: Command) -> None:
    with database.writing() as connection:
        connection.execute(
            insert(outbox).values(
                key=key,
                thread=THREAD,
                turn=3,
                kind=type(command).__name__,
                body=TypeAdapter(type(command)).dump_json(command),
                status=CommandStatus.DONE.value,
                not_before=0,
            )
        )


def tap(key: str, button: int) -> PersonTapped:
    return PersonTapped(
        at=NOW, received_at=NOW, mid="m_1", title="B", sent_in=3, kept=Kept(key, button)
    )


def fetched(database: Database, thread: str, event: PersonTapped | PersonMessaged) -> str | None:
    with database.reading() as connection:
        found = payloads.fetched(connection, thread, event)
    assert isinstance(found, PersonTapped | PersonMessaged)
    return found.payload


def test_a_payload_that_stayed_at_home_is_found_again(sent: Database):
    assert fetched(sent, THREAD, tap("key", 1)) == LONG
    quick = PersonMessaged(at=NOW, received_at=NOW, mid="m", text="B", kept=Kept("key", 1))
    assert fetched(sent, THREAD, quick) == LONG


def test_one_that_is_gone_leaves_the_title(sent: Database):
    for event in (tap("other", 1), tap("key", 2)):
        assert fetched(sent, THREAD, event) is None


def test_nobody_taps_another_threads_button(sent: Database):
    assert fetched(sent, "104729000000001:2", tap("key", 1)) is None


def test_a_command_that_is_no_message_has_no_payload(sent: Database):
    write(sent, "typing", StopTyping())
    assert fetched(sent, THREAD, tap("typing", 0)) is None


def test_a_tap_with_its_own_payload_keeps_it(sent: Database):
    own = PersonTapped(at=NOW, received_at=NOW, mid="m_1", title="A", payload="/a")
    assert fetched(sent, THREAD, own) == "/a"
