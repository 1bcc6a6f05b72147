import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from messenger_app.bridge import Bridge
from messenger_app.conversation.commands import StopTyping
from messenger_app.conversation.policy import Target
from messenger_app.conversation.state import Conversation, Handoff, Owner
from messenger_app.conversation.transcript import Line
from messenger_app.conversation.transitions import is_with
from messenger_app.store import conversations, inbox, outbox, transcripts
from messenger_app.store.tables import conversation
from tests.unit.payloads import NOW, PAGE_ID
from tests.unit.store.threads import add, event, finish, thread


@pytest.fixture
def flask(app: Flask) -> Any:
    runner = app.test_cli_runner()

    def run(*arguments: str) -> Result:
        return runner.invoke(args=list(arguments))

    return run


@pytest.fixture
def waiting(bridge: Bridge) -> Conversation:
    """Somebody who waits for a human, with what was said."""
    handoff = Handoff("page_inbox", "263902037430900", "user_asked", "Wants a person.")
    conversation = Conversation(PAGE_ID, "1", owner=Owner.WAITING, owner_since=NOW, handoff=handoff)
    with bridge.database.writing() as connection:
        add(connection, event("m_1", "1"))
        (stored,) = inbox.pending(connection, thread("1"))
        finish(connection, stored.id)
        conversations.save(connection, {thread("1"): conversation})
        outbox.write(connection, {thread("1"): [outbox.new(1, StopTyping())]}, [], NOW)
        lines = (
            Line("person", "Grüße 👋", NOW, "m_1", heard_by_bot=True),
            Line("bot", "Later", NOW + 1, note="not said"),
        )
        transcripts.add(connection, thread("1"), lines)
    return conversation


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_command_ends_with_a_line_where_the_database_is_away(flask: Any, bridge: Bridge) -> None:
    with bridge.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE conversation RENAME TO away")
    result = flask("thread", "list")
    assert result.exit_code == 1
    assert result.output.startswith("Error: The database refused")
    assert "Traceback" not in result.output


# Threads


def test_threads_are_listed_with_their_owners(flask: Any, waiting: Conversation) -> None:
    result = flask("thread", "list")
    assert (result.exit_code, result.output) == (0, "1  waiting\n")


def test_threads_are_listed_for_scripts(flask: Any, waiting: Conversation) -> None:
    (told,) = printed(flask("thread", "list", "--json"))
    assert (told["page_id"], told["psid"]) == (PAGE_ID, "1")
    assert (told["owner"], told["owner_since"]) == ("waiting", NOW)
    assert told["handoff"]["reason"] == "user_asked"


def test_no_threads_are_an_empty_list(flask: Any) -> None:
    assert flask("thread", "list").output == ""
    assert printed(flask("thread", "list", "--json")) == []


@pytest.fixture
def unreadable(bridge: Bridge, waiting: Conversation) -> str:
    """Another person's conversation, as no release writes it. Returns what is told of it."""
    with bridge.database.writing() as connection:
        add(connection, event("m_0", "0"))
        state = {"state": b'{"owner": "Nobody\'s business"}'}
        connection.execute(update(conversation).where(conversation.c.psid == "0").values(state))
    why = "ValidationError; another release may have written it."
    return f"The state of {thread('0')} can't be read: {why}"


def test_a_row_that_can_not_be_read_is_named_and_the_others_are_listed(
    flask: Any, unreadable: str
) -> None:
    result = flask("thread", "list")
    assert (result.exit_code, result.output.splitlines()) == (0, [f"0  {unreadable}", "1  waiting"])
    odd, fine = printed(flask("thread", "list", "--json"))
    assert odd == {"page_id": PAGE_ID, "psid": "0", "owner": None, "error": unreadable}
    assert fine["owner"] == "waiting"


@pytest.mark.parametrize("command", ["show", "take", "pass", "release"])
def test_a_row_that_can_not_be_read_is_said_in_a_line(
    flask: Any, unreadable: str, command: str
) -> None:
    result = flask("thread", command, "0")
    assert (result.exit_code, result.output) == (1, f"Error: {unreadable}\n")


def test_a_page_whose_row_can_be_read_is_shown_beside_one_that_can_not(
    flask: Any, bridge: Bridge, unreadable: str
) -> None:
    with bridge.database.writing() as connection:
        add(connection, event("m_9", "0", page_id="9"))
    assert flask("thread", "show", "0", "--page", "9").output == "owner    idle\n"


def test_a_list_may_be_limited(flask: Any, bridge: Bridge) -> None:
    with bridge.database.writing() as connection:
        add(connection, *(event(f"m_{psid}", psid) for psid in "123"))
    assert len(printed(flask("thread", "list", "--limit", "2", "--json"))) == 2


def test_a_thread_is_shown_with_its_handoff_and_what_was_said(
    flask: Any, waiting: Conversation
) -> None:
    result = flask("thread", "show", "1")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "owner    waiting",
        "handoff  page_inbox: user_asked",
        " person  Grüße 👋 (heard by the bot)",
        "    bot  Later [not said]",
    ]


def test_a_thread_with_another_bot_names_it(flask: Any, bridge: Bridge) -> None:
    with bridge.database.writing() as connection:
        add(connection, event("m_1", "1"))
        told = Conversation(PAGE_ID, "1", owner=Owner.BOT, bot="moodbot")
        conversations.save(connection, {thread("1"): told})
    assert flask("thread", "show", "1").output == "owner    bot\nbot      moodbot\n"
    (told,) = printed(flask("thread", "list", "--json"))
    assert told["bot"] == "moodbot"


def test_a_thread_is_shown_for_scripts(flask: Any, waiting: Conversation) -> None:
    told = printed(flask("thread", "show", "1", "--json"))
    assert told["owner"] == "waiting"
    assert [line["text"] for line in told["transcript"]] == ["Grüße 👋", "Later"]
    assert told["transcript"][0]["heard_by_bot"] is True


@pytest.mark.parametrize("command", ["show", "take", "pass", "release"])
def test_a_thread_that_there_is_not_is_said_in_a_line(flask: Any, command: str) -> None:
    result = flask("thread", command, "404")
    assert result.exit_code == 1
    assert result.output.startswith("Error: No thread with 404.")
    assert "Traceback" not in result.output


# Handing over by hand

INBOX = Target("page_inbox", "A person", "263902037430900")
BILLING = Target("billing", "Billing", "7", kind="app")
MOODBOT = Target("moodbot", "MoodBot", "", kind="bot")


@pytest.mark.parametrize(
    ("owner", "app_id", "bot", "those"),
    [
        (Owner.BOT, None, "", []),
        (Owner.BOT, None, "moodbot", [MOODBOT]),
        (Owner.HANDING_OFF, None, "moodbot", []),
        (Owner.WAITING, "263902037430900", "moodbot", [INBOX]),
        (Owner.HUMAN, "26390203743090", "", [INBOX]),
        (Owner.HUMAN, None, "", [INBOX]),
        (Owner.OTHER_APP, "7", "", [BILLING]),
        (Owner.OTHER_APP, "8", "", []),
        (Owner.OTHER_APP, None, "moodbot", []),
        (Owner.WAITING, "7", "", [BILLING]),  # the default target: people work in that app
    ],
)
def test_a_thread_is_with_whoever_really_has_it(
    owner: Owner, app_id: str | None, bot: str, those: list[Target]
) -> None:
    told = Conversation(PAGE_ID, "1", owner=owner, owner_app_id=app_id, bot=bot)
    assert [target for target in (INBOX, BILLING, MOODBOT) if is_with(told, target)] == those


@pytest.mark.parametrize("bot", ["", "moodbot"])
def test_what_somebody_else_has_is_to_be_taken_before_it_is_passed(
    flask: Any, bridge: Bridge, waiting: Conversation, bot: str
) -> None:
    with bridge.database.writing() as connection:
        conversations.save(connection, {thread("1"): replace(waiting, bot=bot)})
    result = flask("thread", "pass", "1", "--target", "moodbot")
    assert result.exit_code == 1
    assert result.output == (
        "Error: The thread's owner is waiting, and only its owner can pass it. "
        f"Take it first: flask thread take 1 --page {PAGE_ID}\n"
    )
    with bridge.database.reading() as connection:
        assert inbox.pending(connection, thread("1")) == []


def test_a_target_that_there_is_not_is_said_in_a_line(flask: Any, waiting: Conversation) -> None:
    result = flask("thread", "pass", "1", "--target", "nobody")
    assert (result.exit_code, result.output) == (
        1,
        "Error: There is no target nobody. The handoff config has: page_inbox, moodbot.\n",
    )


# The inbox


def test_the_inbox_is_counted(flask: Any, waiting: Conversation) -> None:
    lines = [line.split() for line in flask("inbox", "list").output.splitlines()]
    assert ["events", "done", "1"] in lines
    assert ["commands", "queued", "1"] in lines
    assert ["threads", "busy", "1"] in lines


def test_the_inbox_is_counted_for_scripts(flask: Any, waiting: Conversation) -> None:
    assert printed(flask("inbox", "list", "--json")) == {
        "events": {"done": 1},
        "commands": {"queued": 1},
        "threads_busy": 1,
    }


# The database


def test_the_database_is_brought_up_to_date(flask: Any, bridge: Bridge) -> None:
    with bridge.database.writing() as connection:
        for table in ("conversation", "inbox_event", "outbox", "transcript", "alembic_version"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    assert not bridge.database.is_current()
    result = flask("db", "upgrade")
    assert (result.exit_code, result.output) == (0, "The database is up to date.\n")
    assert bridge.database.is_current()


# The Page


@pytest.mark.parametrize("command", ["subscribe", "status"])
def test_graph_that_is_away_is_said_in_a_line_without_the_token(flask: Any, command: str) -> None:
    result = flask("page", command)
    assert result.exit_code == 1
    assert result.output.startswith("Error: Graph: ")
    assert "a-page-token" not in result.output


# A person's id on several Pages


@pytest.fixture
def on_two_pages(bridge: Bridge, waiting: Conversation) -> str:
    """The same id on another Page, which means another person. Returns that Page's id."""
    other = "104729000000009"
    with bridge.database.writing() as connection:
        add(connection, event("m_9", "1", page_id=other))
        transcripts.add(connection, f"{other}:1", (Line("person", "Elsewhere", NOW),))
    return other


@pytest.mark.parametrize(
    "command",
    [
        ("thread", "show", "1"),
        ("thread", "take", "1"),
        ("thread", "pass", "1"),
        ("thread", "release", "1"),
        ("transcript", "show", "1"),
        ("transcript", "export", "1"),
        ("transcript", "purge", "--yes", "--psid", "1"),
    ],
)
def test_a_person_who_may_be_two_is_asked_for_by_the_page(
    flask: Any, on_two_pages: str, command: tuple[str, ...]
) -> None:
    result = flask(*command)
    assert result.exit_code == 1
    assert result.output == (
        "Error: There are threads with 1 on several Pages. "
        f"Say which with --page: {PAGE_ID}, {on_two_pages}.\n"
    )


def test_the_page_says_which_person_is_meant(flask: Any, bridge: Bridge, on_two_pages: str) -> None:
    shown = flask("transcript", "show", "1", "--page", on_two_pages)
    assert "Elsewhere" in shown.output
    assert "waiting" in flask("thread", "show", "1", "--page", PAGE_ID).output
    purged = flask("transcript", "purge", "--yes", "--json", "--psid", "1", "--page", on_two_pages)
    told = printed(purged)
    assert (told["lines"], told["languages"]) == (1, 0)
    with bridge.database.reading() as connection:
        assert len(transcripts.read(connection, thread("1"))) == 2


def test_a_person_who_is_not_on_that_page_is_not_found(flask: Any, waiting: Conversation) -> None:
    result = flask("thread", "show", "1", "--page", "7")
    assert result.output.startswith("Error: No thread with 1 on Page 7.")


def test_a_page_alone_is_nothing_to_delete(flask: Any) -> None:
    result = flask("transcript", "purge", "--yes", "--older-than", "3", "--page", PAGE_ID)
    assert (result.exit_code, result.output) == (1, "Error: --page goes with --psid.\n")
