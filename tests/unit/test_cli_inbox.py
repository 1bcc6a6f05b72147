import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from messenger_app.bridge import Bridge
from messenger_app.conversation.transcript import Line
from messenger_app.store import conversations, inbox, profiles, transcripts
from messenger_app.store.profiles import Profile
from messenger_app.store.tables import EventStatus
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
    assert purged == "Deleted: lines 1, languages 0.\n"
    assert (texts(bridge, "1"), len(texts(bridge, "2"))) == ([], 1)


def test_a_persons_language_goes_with_the_transcript(
    flask: Any, bridge: Bridge, said: None
) -> None:
    known = {thread(psid): Profile("de_DE", NOW, NOW + 1) for psid in "12"}
    with bridge.database.writing() as connection:
        profiles.save(connection, known)
    purged = flask("transcript", "purge", "--psid", "1", "--yes").output
    assert purged == "Deleted: lines 1, languages 1.\n"
    with bridge.database.reading() as connection:
        left = [profiles.find(connection, thread(psid)).locale for psid in "12"]
    assert left == [None, "de_DE"]


def test_old_lines_can_be_deleted_once_that_was_confirmed(
    flask: Any, bridge: Bridge, said: None
) -> None:
    refused = flask("transcript", "purge", "--older-than", "0", input="n\n")
    assert refused.exit_code == 1
    assert len(texts(bridge, "2")) == 1
    agreed = flask("transcript", "purge", "--older-than", "0", input="y\n")
    assert agreed.exit_code == 0
    assert texts(bridge, "2") == []


@pytest.mark.parametrize("options", [[], ["--psid", "1", "--older-than", "3"]])
def test_what_to_delete_has_to_be_said_once(flask: Any, said: None, options: list[str]) -> None:
    result = flask("transcript", "purge", "--yes", *options)
    assert (result.exit_code, result.output) == (1, "Error: Say either --psid or --older-than.\n")
