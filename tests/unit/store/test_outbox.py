import re

import pytest

from messenger_app.conversation.commands import (
    AskBot,
    Command,
    NotifyAgents,
    PassThreadControl,
    ReleaseThreadControl,
    SendMessage,
    StopTyping,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import BotMessage
from messenger_app.store import outbox
from messenger_app.store.database import Database
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.tables import CommandStatus
from tests.unit.payloads import NOW

THREAD = "104729000000001:1"

EVERY_KIND: list[Command] = [
    AskBot("m_1", "Grüße 👋", "/greet"),
    AskBot("m_1", "Hi"),
    TellBot("handback", {"outcome": "done", "unanswered": False}),
    SendMessage(
        BotMessage(text="Hi", image="https://example.org/a.jpg", buttons=(("A", "/a"), ("B", "/b")))
    ),
    SendMessage(BotMessage(custom={"attachment": {"payload": {"n": 1, "list": [None]}}})),
    StopTyping(),
    PassThreadControl("263902037430900", "reason=user_asked"),
    TakeThreadControl("why"),
    ReleaseThreadControl(),
    NotifyAgents("handoff", "Somebody waits."),
]


def add(database: Database, *commands: Command, thread: str = THREAD) -> None:
    with database.writing() as connection:
        for command in commands:
            outbox.add(connection, thread, 3, command)


def first(database: Database, thread: str = THREAD) -> OpenCommand:
    with database.reading() as connection:
        found = outbox.first_open(connection, thread)
    assert found is not None
    return found


@pytest.mark.parametrize("command", EVERY_KIND, ids=lambda command: type(command).__name__)
def test_each_command_comes_back_as_it_was(database: Database, command: Command) -> None:
    add(database, command)
    found = first(database)
    assert found.command == command
    assert (found.turn, found.status, found.attempts) == (3, CommandStatus.QUEUED, 0)
    assert (found.started_at, found.not_before, found.uncertain) == (None, 0, False)


def test_every_kind_of_command_can_be_written_down() -> None:
    assert {type(command) for command in EVERY_KIND} == set(Command.__args__)


def test_commands_are_open_in_order_until_they_are_settled(database: Database) -> None:
    add(database, StopTyping(), TakeThreadControl(), ReleaseThreadControl())
    seen = []
    for status in (CommandStatus.DONE, CommandStatus.DROPPED, CommandStatus.FAILED):
        found = first(database)
        seen.append(type(found.command))
        with database.writing() as connection:
            outbox.finish(connection, found.id, status, mid="m_1", error="why")
    assert seen == [StopTyping, TakeThreadControl, ReleaseThreadControl]
    with database.reading() as connection:
        assert outbox.first_open(connection, THREAD) is None
        assert outbox.counts(connection) == {"done": 1, "dropped": 1, "failed": 1}


def test_threads_do_not_see_each_others_commands(database: Database) -> None:
    add(database, StopTyping(), thread="another")
    with database.reading() as connection:
        assert outbox.first_open(connection, THREAD) is None


def test_a_command_that_was_begun_is_marked_so(database: Database) -> None:
    add(database, StopTyping())
    with database.writing() as connection:
        begun = outbox.start(connection, first(database), NOW, may_call=True)
    assert begun.attempts == 1
    after = first(database)
    assert (after.status, after.started_at, after.attempts) == (CommandStatus.RUNNING, NOW, 1)


def test_a_try_that_is_only_looked_into_keeps_its_time_and_is_not_counted(
    database: Database,
) -> None:
    add(database, StopTyping())
    with database.writing() as connection:
        outbox.start(connection, first(database), NOW, may_call=True)
    with database.writing() as connection:
        outbox.start(connection, first(database), NOW + 500, may_call=False)
    after = first(database)
    assert (after.status, after.started_at, after.attempts) == (CommandStatus.RUNNING, NOW, 1)


def put_back(database: Database, *, uncertain: bool) -> OpenCommand:
    with database.writing() as connection:
        outbox.start(connection, first(database), NOW, may_call=True)
    with database.writing() as connection:
        outbox.put_back(
            connection,
            first(database).id,
            not_before=NOW + 500,
            uncertain=uncertain,
            error="no answer",
        )
    return first(database)


def test_a_command_that_is_put_back_is_tried_later(database: Database) -> None:
    add(database, StopTyping(), TakeThreadControl())
    back = put_back(database, uncertain=False)
    assert isinstance(back.command, StopTyping)
    assert (back.status, back.not_before, back.attempts) == (CommandStatus.QUEUED, NOW + 500, 1)
    assert not back.uncertain


def test_doubt_about_a_try_stays_until_the_command_is_settled(database: Database) -> None:
    add(database, StopTyping())
    assert put_back(database, uncertain=True).uncertain
    again = put_back(database, uncertain=False)
    assert (again.uncertain, again.attempts) == (True, 2)


def test_keys_are_random_and_fit_into_metadata(database: Database) -> None:
    add(database, *[StopTyping()] * 50)
    keys = set()
    for _ in range(50):
        found = first(database)
        keys.add(found.key)
        with database.writing() as connection:
            outbox.finish(connection, found.id, CommandStatus.DONE)
    assert len(keys) == 50
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)


def test_an_echo_finds_the_open_command_of_its_own_thread(database: Database) -> None:
    add(database, StopTyping(), SendMessage(BotMessage(text="Hi")))
    with database.writing() as connection:
        typing = first(database)
        outbox.finish(connection, typing.id, CommandStatus.DONE)
    message = first(database)
    with database.reading() as connection:
        assert outbox.by_key(connection, THREAD, message.key) == message
        assert outbox.by_key(connection, "another", message.key) is None
        assert outbox.by_key(connection, THREAD, typing.key) is None
        assert outbox.by_key(connection, THREAD, "") is None
