import re
from dataclasses import replace
from typing import Any

import pytest

from messenger_app.conversation.commands import (
    AskBot,
    Command,
    FindOwner,
    NotifyAgents,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    SendMessage,
    StopTyping,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.messages import BotMessage
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
    RequestThreadControl("asked back: timeout"),
    ReleaseThreadControl(),
    FindOwner(lapsed=True),
    NotifyAgents("handoff", "Somebody waits."),
]


def add(database: Database, *commands: Command, thread: str = THREAD) -> None:
    with database.writing() as connection:
        outbox.write(
            connection, {thread: [outbox.new(3, command) for command in commands]}, [], NOW
        )


def change(database: Database, command: OpenCommand, **changed: Any) -> None:
    with database.writing() as connection:
        outbox.write(connection, {}, [replace(command, **changed)], NOW)


def all_open(database: Database, thread: str = THREAD) -> list[OpenCommand]:
    with database.reading() as connection:
        return outbox.open_commands(connection, [thread]).get(thread, [])


def first(database: Database, thread: str = THREAD) -> OpenCommand:
    return all_open(database, thread)[0]


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
        seen.append(type(first(database).command))
        change(database, first(database), status=status, mid="m_1", error="why")
    assert seen == [StopTyping, TakeThreadControl, ReleaseThreadControl]
    assert all_open(database) == []
    with database.reading() as connection:
        assert outbox.counts(connection) == {"done": 1, "dropped": 1, "failed": 1}


def test_threads_do_not_see_each_others_commands(database: Database) -> None:
    add(database, StopTyping(), thread="another")
    assert all_open(database) == []
    with database.reading() as connection:
        assert outbox.open_commands(connection, []) == {}


def test_how_far_a_command_has_come_is_kept(database: Database) -> None:
    add(database, StopTyping())
    far: dict[str, Any] = {
        "status": CommandStatus.RUNNING,
        "not_before": NOW + 500,
        "started_at": NOW,
        "attempts": 2,
        "uncertain": True,
        "error": "no answer",
    }
    change(database, first(database), **far)
    after = first(database)
    assert {name: getattr(after, name) for name in far} == far


def test_several_commands_change_together_each_in_its_own_way(database: Database) -> None:
    add(database, StopTyping(), TakeThreadControl())
    one, two = all_open(database)
    with database.writing() as connection:
        changed = [replace(one, status=CommandStatus.DONE), replace(two, attempts=1)]
        outbox.write(connection, {THREAD: [outbox.new(3, ReleaseThreadControl())]}, changed, NOW)
    assert [(type(c.command), c.attempts) for c in all_open(database)] == [
        (TakeThreadControl, 1),
        (ReleaseThreadControl, 0),
    ]


def test_keys_are_random_and_fit_into_metadata() -> None:
    keys = {outbox.new(1, StopTyping()).key for _ in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)


def test_mids_are_those_of_the_thread_that_became_known_since(database: Database) -> None:
    for mid, thread in (("m_1", THREAD), ("m_2", "another")):
        add(database, SendMessage(BotMessage(text="Hi")), thread=thread)
        change(database, first(database, thread), status=CommandStatus.DONE, mid=mid)
    with database.reading() as connection:
        assert outbox.mids(connection, THREAD, NOW) == {"m_1"}
        assert outbox.mids(connection, THREAD, NOW + 1) == frozenset()


def test_a_token_that_was_refused_is_told_of_while_something_waits_for_it(
    database: Database,
) -> None:
    add(database, StopTyping())
    change(database, first(database), error="190/460: the password was changed")
    with database.reading() as connection:
        assert outbox.token_is_refused(connection)
    change(database, first(database), status=CommandStatus.DONE)
    with database.reading() as connection:
        assert not outbox.token_is_refused(connection)
