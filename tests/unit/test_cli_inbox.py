import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Table, select

from messenger_app.bridge import Bridge
from messenger_app.conversation.commands import NotifyAgents
from messenger_app.conversation.state import Conversation, Handoff, Owner
from messenger_app.conversation.transcript import Line
from messenger_app.store import conversations, inbox, outbox, profiles, transcripts
from messenger_app.store.profiles import Profile
from messenger_app.store.tables import CommandStatus, EventStatus, inbox_event
from messenger_app.store.tables import outbox as outbox_table
from tests.unit.payloads import NOW, PAGE_ID
from tests.unit.store.threads import add, claim, event, finish, names, release, thread

REASON = "KeyError"


@pytest.fixture
def flask(app: Flask) -> Any:
    runner = app.test_cli_runner()

    def run(*arguments: str, **more: Any) -> Result:
        return runner.invoke(args=list(arguments), **more)

    return run


@pytest.fixture
def dead(bridge: Bridge) -> int:
    """An event that was set aside, and one that was not; returns the first one's number."""
    with bridge.database.writing() as connection:
        add(connection, event("m_1", "1"), event("m_2", "1"))
        first, second = inbox.pending(connection, thread("1"))
        finish(connection, first.id, EventStatus.SET_ASIDE, REASON)
        finish(connection, second.id)
        claim(connection)
    release(bridge.database, "1")
    return first.id


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_what_was_set_aside_is_listed_with_its_reason(flask: Any, dead: int) -> None:
    (line,) = flask("inbox", "dead").output.splitlines()
    assert line.split() == [str(dead), "2026-11-18T11:06:40+00:00", thread("1"), REASON]
    (told,) = printed(flask("inbox", "dead", "--json"))
    assert (told["id"], told["status"], told["error"]) == (dead, "set_aside", REASON)


def test_an_event_is_shown_with_its_body(flask: Any, dead: int) -> None:
    lines = flask("inbox", "show", str(dead)).output.splitlines()
    assert f"error       {REASON}" in lines
    assert lines[-1] == "m_1"
    assert printed(flask("inbox", "show", str(dead), "--json"))["body"] == "m_1"


def test_an_event_that_was_set_aside_can_be_brought_back(
    flask: Any, bridge: Bridge, dead: int
) -> None:
    result = flask("inbox", "replay", str(dead))
    assert result.exit_code == 0
    assert "pending again" in result.output
    with bridge.database.writing() as connection:
        (stored,) = inbox.pending(connection, thread("1"))
        assert (stored.id, stored.attempts) == (dead, 0)
        assert names(claim(connection)) == ["1"]
        assert inbox.with_status(connection, EventStatus.SET_ASIDE, 10) == []


def test_a_script_is_told_what_was_brought_back(flask: Any, dead: int) -> None:
    told = printed(flask("inbox", "replay", str(dead), "--json"))
    assert (told["id"], told["status"], told["attempts"]) == (dead, "pending", 0)


@pytest.mark.parametrize("command", ["show", "replay"])
def test_an_event_that_there_is_not_is_said_in_a_line(flask: Any, command: str) -> None:
    result = flask("inbox", command, "404")
    assert (result.exit_code, result.output) == (1, "Error: There is no event 404.\n")


def test_an_event_that_was_worked_off_is_not_brought_back(
    flask: Any, bridge: Bridge, dead: int
) -> None:
    result = flask("inbox", "replay", str(dead + 1))
    assert result.exit_code == 1
    assert "it is done" in result.output
    with bridge.database.reading() as connection:
        assert conversations.busy(connection) == 0


# Transcripts


@pytest.fixture
def said(bridge: Bridge) -> None:
    with bridge.database.writing() as connection:
        add(connection, event("m_1", "1"), event("m_2", "2"))
        for psid, at in (("1", NOW), ("2", bridge.clock.now())):
            line = Line("person", "Grüße 👋", at, f"m_{psid}", heard_by_bot=True)
            transcripts.add(connection, thread(psid), [line])


def texts(bridge: Bridge, psid: str) -> list[str]:
    with bridge.database.reading() as connection:
        return [line.text for line in transcripts.read(connection, thread(psid))]


def test_a_transcript_is_shown(flask: Any, said: None) -> None:
    result = flask("transcript", "show", "1")
    assert result.output == "2026-11-18T11:06:40+00:00   person  Grüße 👋\n"
    (told,) = printed(flask("transcript", "show", "1", "--json"))
    assert (told["page_id"], told["text"], told["heard_by_bot"]) == (PAGE_ID, "Grüße 👋", True)


def test_transcripts_are_exported_line_by_line(flask: Any, said: None) -> None:
    lines = flask("transcript", "export", "1", "2").output.splitlines()
    assert [json.loads(line)["psid"] for line in lines] == ["1", "2"]
    assert "Grüße 👋" in lines[0]


def test_a_persons_transcript_can_be_deleted(flask: Any, bridge: Bridge, said: None) -> None:
    purged = flask("transcript", "purge", "--psid", "1", "--yes").output
    assert purged == "Deleted: lines 1, languages 0, events 0, commands 0, handoffs 0.\n"
    assert (texts(bridge, "1"), len(texts(bridge, "2"))) == ([], 1)


def test_a_persons_language_goes_with_the_transcript(
    flask: Any, bridge: Bridge, said: None
) -> None:
    known = {thread(psid): Profile("de_DE", NOW, NOW + 1) for psid in "12"}
    with bridge.database.writing() as connection:
        profiles.save(connection, known)
    purged = flask("transcript", "purge", "--psid", "1", "--yes").output
    assert purged == "Deleted: lines 1, languages 1, events 0, commands 0, handoffs 0.\n"
    with bridge.database.reading() as connection:
        left = [profiles.find(connection, thread(psid)).locale for psid in "12"]
    assert left == [None, "de_DE"]


@pytest.fixture
def told(bridge: Bridge) -> None:
    """Two people who told something before they were handed to agents; each has work that waits."""
    told = Handoff("inbox", "7", "asked_for_human", "My summary", {"name": "Ana"})
    for psid in "12":
        with bridge.database.writing() as connection:
            for status in EventStatus:
                mid = f"{psid} {status.name}"
                add(connection, event(mid, psid))
                waiting = {
                    each.body.decode(): each.id for each in inbox.pending(connection, thread(psid))
                }
                if status is not EventStatus.PENDING:
                    finish(connection, waiting[mid], status)
            commands = [
                replace(outbox.new(1, NotifyAgents("handoff", status.name)), status=status)
                for status in CommandStatus
            ]
            outbox.write(connection, {thread(psid): commands}, [], NOW)
            state = Conversation(PAGE_ID, psid, Owner.WAITING, handoff=told)
            conversations.save(connection, {thread(psid): state})


def bodies(bridge: Bridge, table: Table, psid: str) -> list[bytes]:
    with bridge.database.reading() as connection:
        kept = select(table.c.body).where(table.c.thread == thread(psid), table.c.body != b"")
        return list(connection.execute(kept.order_by(table.c.id)).scalars())


def handoff(bridge: Bridge, psid: str) -> Handoff | None:
    with bridge.database.reading() as connection:
        (found,) = conversations.find(connection, psid)
    return found.handoff


def test_of_what_is_over_nothing_that_a_person_said_is_left(
    flask: Any, bridge: Bridge, told: None
) -> None:
    purged = flask("transcript", "purge", "--psid", "1", "--yes", "--json")
    counted = {"lines": 0, "languages": 0, "events": 3, "commands": 3, "handoffs": 1}
    assert printed(purged) == counted
    assert bodies(bridge, inbox_event, "1") == [b"1 PENDING"]  # the worker still needs it
    assert len(bodies(bridge, outbox_table, "1")) == 2  # a queued command and a running one
    assert handoff(bridge, "1") == Handoff("inbox", "7", "asked_for_human")
    again = flask("transcript", "purge", "--psid", "1", "--yes", "--json")
    assert set(printed(again).values()) == {0}


def test_what_still_waits_is_worked_off_after_a_purge(
    flask: Any, bridge: Bridge, told: None
) -> None:
    flask("transcript", "purge", "--psid", "1", "--yes")
    with bridge.database.writing() as connection:
        assert [each.body for each in inbox.pending(connection, thread("1"))] == [b"1 PENDING"]
        found = outbox.open_commands(connection, [thread("1")])[thread("1")]
        assert [each.command for each in found] == [
            NotifyAgents("handoff", "QUEUED"),
            NotifyAgents("handoff", "RUNNING"),
        ]
        assert "1" in names(claim(connection))
        repeated = add(connection, event("1 DONE", "1"))
    assert repeated == 0  # a second delivery is still known


def test_what_another_person_said_stays(flask: Any, bridge: Bridge, told: None) -> None:
    flask("transcript", "purge", "--psid", "1", "--yes")
    assert len(bodies(bridge, inbox_event, "2")) == len(EventStatus)
    assert len(bodies(bridge, outbox_table, "2")) == len(CommandStatus)
    kept = handoff(bridge, "2")
    assert kept is not None
    assert kept.answers == {"name": "Ana"}


def test_a_thread_that_the_worker_has_is_not_changed_under_it(
    flask: Any, bridge: Bridge, told: None
) -> None:
    before = handoff(bridge, "1")
    with bridge.database.writing() as connection:
        claim(connection)
    refused = flask("transcript", "purge", "--psid", "1", "--yes")
    assert refused.exit_code == 1
    assert "The worker has this thread" in refused.output
    assert handoff(bridge, "1") == before


def test_what_a_person_told_is_kept_until_the_agents_have_it(
    flask: Any, bridge: Bridge, told: None
) -> None:
    before = handoff(bridge, "1")
    state = Conversation(PAGE_ID, "1", Owner.HANDING_OFF, handoff=before)
    with bridge.database.writing() as connection:
        conversations.save(connection, {thread("1"): state})
    assert printed(flask("transcript", "purge", "--psid", "1", "--yes", "--json"))["handoffs"] == 0
    assert handoff(bridge, "1") == before


def test_old_lines_can_be_deleted_once_that_was_confirmed(
    flask: Any, bridge: Bridge, said: None
) -> None:
    refused = flask("transcript", "purge", "--older-than", "0", input="n\n")
    assert refused.exit_code == 1
    assert len(texts(bridge, "2")) == 1
    agreed = flask("transcript", "purge", "--older-than", "0", input="y\n")
    assert agreed.exit_code == 0
    assert texts(bridge, "2") == []


def test_more_days_than_there_ever_were_are_refused_in_a_line(flask: Any) -> None:
    result = flask("transcript", "purge", "--yes", "--older-than", str(10**15))
    assert result.exit_code == 2
    assert "0<=x<=36500" in result.output


@pytest.mark.parametrize("options", [[], ["--psid", "1", "--older-than", "3"]])
def test_what_to_delete_has_to_be_said_once(flask: Any, said: None, options: list[str]) -> None:
    result = flask("transcript", "purge", "--yes", *options)
    assert (result.exit_code, result.output) == (1, "Error: Say either --psid or --older-than.\n")
