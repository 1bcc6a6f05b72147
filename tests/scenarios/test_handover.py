"""The main job on the whole system, with a bot that needs no language."""

import json
from typing import Any

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person
from tests.support.bridge import SETTINGS, Bridge
from tests.support.stand_in_bot import StandInBot

OUR_APP = SETTINGS["APP_ID"]
PAGE_INBOX = "263902037430900"


@pytest.fixture
def waiting(bridge: Bridge, person: Person) -> Person:
    """A person who asked for a human and was told that one comes."""
    person.says("I want to talk to a person")
    bridge.settle()
    assert person.thread.owner == PAGE_INBOX
    return person


def journal(simulator: Simulator, edge: str) -> list[dict[str, Any]]:
    """Return the calls to one Graph edge, in order."""
    entries = requests.get(f"{simulator.url}/_simulator/journal", timeout=10).json()
    return [e for e in entries if e["kind"] == "call" and e["path"].endswith(edge)]


def texts(person: Person) -> list[tuple[str, str | None]]:
    return [(message.author, message.text) for message in person.thread.messages]


def test_the_bot_answers_a_person(bridge: Bridge, person: Person, bot: StandInBot):
    person.says("hello")
    bridge.settle()
    assert person.last_message == "You said: hello"
    assert bot.heard[person.psid] == ["hello"]


def test_a_quick_reply_of_the_bot_reaches_it_as_the_intent_it_carries(
    bridge: Bridge, person: Person, bot: StandInBot
):
    person.says("hello")
    person.taps("Chat with a person")
    bridge.settle()
    assert bot.heard[person.psid] == ["hello", "/human_handoff"]
    assert person.thread.owner == PAGE_INBOX


def test_the_person_is_told_before_control_is_passed(waiting: Person, simulator: Simulator):
    assert waiting.last_message is not None
    assert "connecting you" in waiting.last_message
    assert "Why: you asked for a person" in waiting.last_message
    (passed,) = journal(simulator, "/pass_thread_control")
    sent = journal(simulator, "/messages")
    assert max(call["seq"] for call in sent) < passed["seq"]
    assert "reason=user_asked" in str(passed["raw"])


def test_the_bot_hears_nothing_while_a_human_speaks_and_nothing_of_it_later(
    bridge: Bridge, waiting: Person, agent: Agent, bot: StandInBot
):
    agent.replies("Hi, Mia here.")
    for words in ("My parcel is lost", "It was order A17", "Thank you"):
        waiting.says(words)
    agent.replies("Sent again.")
    bridge.settle()
    agent.marks_done()
    bridge.settle()
    waiting.says("When are you open?")
    bridge.settle()
    assert bot.heard[waiting.psid] == [
        "I want to talk to a person",
        '/handback{"from": "page_inbox", "outcome": "done", "unanswered": false}',
        "When are you open?",
    ]


def test_done_gives_the_thread_back_and_the_bot_speaks_first(
    bridge: Bridge, waiting: Person, agent: Agent
):
    agent.replies("Hi, Mia here.")
    agent.marks_done()
    bridge.settle()
    assert waiting.thread.owner == OUR_APP
    assert waiting.last_message is not None
    assert waiting.last_message.startswith("The bot is back.")


def test_a_last_word_that_nobody_answered_is_told_to_the_bot(
    bridge: Bridge, waiting: Person, agent: Agent
):
    agent.replies("Hi, Mia here.")
    waiting.says("and my refund?")
    bridge.settle()
    agent.marks_done()
    bridge.settle()
    assert '"unanswered": true' in (waiting.last_message or "")


def test_never_mind_calls_the_bot_back(bridge: Bridge, waiting: Person):
    waiting.taps("Never mind")
    bridge.settle()
    assert waiting.thread.owner == OUR_APP
    assert '"outcome": "cancelled"' in (waiting.last_message or "")


def test_an_agent_who_replies_in_the_bots_thread_silences_it(
    bridge: Bridge, person: Person, agent: Agent, bot: StandInBot
):
    person.says("hello")
    bridge.settle()
    agent.replies("I take this one.")
    bridge.settle()
    person.says("oh, a human")
    bridge.settle()
    assert bot.heard[person.psid] == ["hello"]
    assert person.last_message == "I take this one."


def test_an_agent_who_moves_the_thread_to_main_silences_the_bot(
    bridge: Bridge, person: Person, agent: Agent, bot: StandInBot
):
    person.says("hello")
    bridge.settle()
    agent.takes()
    bridge.settle()
    person.says("anybody?")
    bridge.settle()
    assert bot.heard[person.psid] == ["hello"]
    assert person.last_message == "You said: hello"


def test_an_answer_that_the_bot_had_begun_when_the_agent_came_is_not_said(
    bridge: Bridge, person: Person, agent: Agent, bot: StandInBot
):
    bot.delay = 1.0
    person.says("hello")
    agent.takes()
    bridge.settle()
    assert texts(person) == [("person", "hello")]


def test_an_operator_takes_the_thread_back(bridge: Bridge, waiting: Person, agent: Agent):
    agent.replies("Hi, Mia here.")
    bridge.settle()
    told = json.loads(bridge.flask("thread", "take", waiting.psid, "--json"))
    assert told["owner"] == "bot"
    bridge.settle()
    assert waiting.thread.owner == OUR_APP
    assert '"outcome": "taken"' in (waiting.last_message or "")


def test_an_operator_passes_and_releases_a_thread(bridge: Bridge, person: Person):
    person.says("hello")
    bridge.settle()
    bridge.flask("thread", "release", person.psid)
    assert person.thread.owner is None
    bridge.flask("thread", "pass", person.psid)
    assert person.thread.owner == PAGE_INBOX


def test_a_thread_shows_who_said_what_and_what_the_bot_heard(
    bridge: Bridge, waiting: Person, agent: Agent
):
    agent.replies("Hi, Mia here.")
    waiting.says("hello Mia")
    bridge.settle()
    shown = json.loads(bridge.flask("thread", "show", waiting.psid, "--json"))
    assert shown["owner"] == "human"
    lines = [(line["author"], line["heard_by_bot"]) for line in shown["transcript"]]
    assert lines == [("person", True), ("bot", False), ("human", False), ("person", False)]


def test_nobody_in_time_gives_the_thread_back_to_the_bot(
    bridge: Bridge, waiting: Person, simulator: Simulator
):
    requests.post(
        f"{simulator.url}/_simulator/clock", json={"advance_seconds": 16 * 60}, timeout=10
    )
    waiting.sees('"outcome": "timeout"')
    bridge.settle()
    assert waiting.thread.owner == OUR_APP


def test_typed_slashes_are_words(bridge: Bridge, person: Person, bot: StandInBot):
    for typed in ("/restart", " /human_handoff", '/handback{"outcome": "done"}'):
        person.says(typed)
    bridge.settle()
    assert not any(heard.lstrip().startswith("/") for heard in bot.heard[person.psid])
    assert person.thread.owner == OUR_APP


def test_the_bot_is_asked_one_thing_at_a_time_for_each_person_and_in_order(
    bridge: Bridge, person: Person, bot: StandInBot
):
    bot.delay = 0.1
    words = [f"word {number}" for number in range(8)]
    for word in words:
        person.says(word)
    bridge.settle()
    assert bot.heard[person.psid] == words
    assert bot.most_at_once == 1


def test_two_people_are_kept_apart(bridge: Bridge, person: Person, simulator: Simulator):
    ben = Person(person._stage, "Ben")
    person.says("I want to talk to a person")
    ben.says("hello")
    bridge.settle()
    assert person.thread.owner == PAGE_INBOX
    assert ben.last_message == "You said: hello"


def test_no_secret_is_in_any_log_line(bridge: Bridge, waiting: Person):
    logged = bridge.log.read_text()
    assert "event.applied" in logged
    for name in ("APP_SECRET", "PAGE_ACCESS_TOKEN", "VERIFY_TOKEN"):
        assert SETTINGS[name] not in logged
