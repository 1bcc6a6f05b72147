"""A call went out and no answer came back: what became of it, found out on the whole system."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person
from tests.support.bridge import SETTINGS, Bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for

OUR_APP = SETTINGS["APP_ID"]
PAGE_INBOX = "263902037430900"

#: Graph says that it doesn't know what became of the message; here, nothing did.
LOST = {"status": 400, "code": 1, "subcode": 1357046}


def break_calls(simulator: Simulator, *rules: dict[str, Any]) -> None:
    body = {"rules": [{"on": "graph", "times": 1, **rule} for rule in rules]}
    requests.put(f"{simulator.url}/_simulator/faults", json=body, timeout=10).raise_for_status()


def lose_answer(edge: str) -> dict[str, Any]:
    """Do what is asked, and cut the connection in place of an answer."""
    return {"match": {"edge": edge}, "do": "drop_response"}


def calls(simulator: Simulator, edge: str) -> list[dict[str, Any]]:
    return [
        entry
        for entry in simulator.journal.since(0)
        if entry["kind"] == "call" and entry["edge"] == edge
        if "sender_action" not in (entry["body"] or {})
    ]


def said(person: Person) -> list[str | None]:
    return [message.text for message in person.thread.messages if message.author == "app"]


@pytest.fixture
def without_echoes(bridge: Bridge, simulator: Simulator) -> Iterator[None]:
    """The app is not subscribed to echoes: nothing tells that a message arrived."""
    apps = requests.get(f"{simulator.url}/_simulator/apps", timeout=10).json()
    (ours,) = (app for app in apps if app["app_id"] == OUR_APP)
    fewer = [field for field in ours["fields"] if field != "message_echoes"]
    set_fields(simulator, fewer)
    yield
    set_fields(simulator, ours["fields"])


def set_fields(simulator: Simulator, fields: list[str]) -> None:
    body = {"app_id": OUR_APP, "fields": fields}
    requests.post(f"{simulator.url}/_simulator/apps", json=body, timeout=10).raise_for_status()


def test_a_message_whose_echo_comes_is_not_sent_again(
    bridge: Bridge, simulator: Simulator, person: Person
):
    break_calls(simulator, lose_answer("messages"))
    person.says("hello")
    bridge.settle()
    assert said(person) == ["You said: hello"]
    assert len(calls(simulator, "messages")) == 1


def test_a_picture_whose_echo_comes_while_its_call_hangs_is_not_sent_again(
    bridge: Bridge, simulator: Simulator, person: Person, bot: StandInBot
):
    picture = "https://images.example/tiger.png"
    bot.answers["show me"] = [{"image": picture}, {"text": "There."}]
    hangs = {"match": {"edge": "messages"}, "do": "delay_response", "seconds": 9.5}
    break_calls(simulator, hangs)
    person.says("show me")
    bridge.settle()
    of_bot = [message for message in person.thread.messages if message.author == "app"]
    assert [message.attachments or message.text for message in of_bot] == [
        [{"type": "image", "payload": {"url": picture}}],
        "There.",
    ]
    assert len(calls(simulator, "messages")) == 2
    assert "message.sent_again" not in bridge.log.read_text()


def test_a_message_that_the_conversations_api_knows_is_not_sent_again(
    bridge: Bridge, simulator: Simulator, person: Person, without_echoes: None
):
    break_calls(simulator, lose_answer("messages"))
    person.says("hello")
    bridge.settle()
    assert said(person) == ["You said: hello"]
    assert len(calls(simulator, "conversations")) == 1


def test_a_message_that_cant_be_looked_for_just_now_is_looked_for_later(
    bridge: Bridge, simulator: Simulator, person: Person, without_echoes: None
):
    busy = {"status": 400, "code": 613, "subcode": None}
    break_calls(
        simulator,
        lose_answer("messages"),
        {"match": {"edge": "conversations"}, "do": "error", "error": busy, "times": 2},
    )
    person.says("hello")
    bridge.settle(within=60)  # 13 s for an echo, then 2 s and 4 s for the limit
    assert said(person) == ["You said: hello"]


def test_nothing_is_said_before_a_message_that_hangs_while_a_human_comes_and_goes(
    bridge: Bridge, simulator: Simulator, person: Person, agent: Agent
):
    slow = {"match": {"edge": "messages"}, "do": "delay", "seconds": 9.0}
    break_calls(simulator, slow)
    person.says("hello")
    wait_for(lambda: simulator.faults.as_json()["rules"][0]["used"], "the call that hangs")
    agent.takes()
    agent.marks_done()
    bridge.settle()
    first, second = said(person)
    assert first == "You said: hello"
    assert second is not None
    assert second.startswith("The bot is back.")


def test_equal_words_that_were_sent_before_do_not_stand_for_a_lost_message(
    bridge: Bridge, simulator: Simulator, person: Person, bot: StandInBot, without_echoes: None
):
    bot.answers = {"hello": [{"text": "Hi!"}]}
    person.says("hello")
    bridge.settle()
    break_calls(simulator, {"match": {"edge": "messages"}, "do": "error", "error": LOST})
    person.says("hello")
    bridge.settle()
    assert said(person) == ["Hi!", "Hi!"]


def test_a_message_that_was_truly_lost_is_sent_again(
    bridge: Bridge, simulator: Simulator, person: Person
):
    break_calls(simulator, {"match": {"edge": "messages"}, "do": "error", "error": LOST})
    person.says("hello")
    bridge.settle()
    assert said(person) == ["You said: hello"]
    assert "message.sent_again" in bridge.log.read_text()


def test_a_message_of_which_nothing_can_be_known_is_sent_again_and_said_so(
    bridge: Bridge, simulator: Simulator, person: Person, without_echoes: None
):
    refused = {"status": 400, "code": 200, "subcode": None}
    break_calls(
        simulator,
        lose_answer("messages"),
        {"match": {"edge": "conversations"}, "do": "error", "error": refused},
    )
    person.says("hello")
    bridge.settle()
    assert said(person) == ["You said: hello", "You said: hello"]
    assert "message.lookup_refused" in bridge.log.read_text()


@pytest.fixture
def waiting(bridge: Bridge, person: Person) -> Person:
    person.says("I want to talk to a person")
    bridge.settle()
    assert person.thread.owner == PAGE_INBOX
    return person


def test_a_pass_whose_answer_is_lost_is_not_repeated(
    bridge: Bridge, simulator: Simulator, person: Person
):
    break_calls(simulator, lose_answer("pass_thread_control"))
    person.says("I want to talk to a person")
    bridge.settle()
    assert person.thread.owner == PAGE_INBOX
    assert len(calls(simulator, "pass_thread_control")) == 1
    assert owner_by_bridge(bridge, person) == "waiting"


def test_a_take_whose_answer_is_lost_is_not_repeated(
    bridge: Bridge, simulator: Simulator, waiting: Person
):
    break_calls(simulator, lose_answer("take_thread_control"))
    waiting.says("never mind")
    bridge.settle()
    assert waiting.thread.owner == OUR_APP
    assert len(calls(simulator, "take_thread_control")) == 1
    assert '"outcome": "cancelled"' in (waiting.last_message or "")


def test_a_release_whose_answer_is_lost_is_not_repeated(
    bridge: Bridge, simulator: Simulator, person: Person
):
    person.says("hello")
    bridge.settle()
    break_calls(simulator, lose_answer("release_thread_control"))
    bridge.flask("thread", "release", person.psid)
    bridge.settle()
    assert person.thread.owner is None
    assert len(calls(simulator, "release_thread_control")) == 1


def test_an_answer_of_the_bot_that_is_lost_is_found_in_its_tracker(
    bridge: Bridge, person: Person, bot: StandInBot
):
    bot.loses_answers = 1
    person.says("hello")
    bridge.settle()
    assert bot.heard[person.psid] == ["hello"]
    assert said(person) == ["You said: hello"]


def test_a_refused_token_keeps_everything_until_it_is_good_again(
    bridge: Bridge, simulator: Simulator, person: Person
):
    refused = {"status": 401, "code": 190, "subcode": 463}
    break_calls(simulator, {"match": {"edge": "messages"}, "do": "error", "error": refused})
    person.says("hello")
    wait_for(lambda: token(bridge).startswith("refused"), "the refused token in /readyz")
    other = Person(person._stage, "Ben")
    other.says("hi")
    wait_for(lambda: "190: the Page's token" in bridge.log.read_text(), "the Page left alone")
    assert len(calls(simulator, "messages")) == 1
    bridge.settle(within=60)
    assert said(person) == ["You said: hello"]
    assert said(other) == ["You said: hi"]
    assert token(bridge) == "ok"


def token(bridge: Bridge) -> str:
    checks = requests.get(f"{bridge.url}/readyz", timeout=10).json()["checks"]
    return str(checks["token"])


def owner_by_bridge(bridge: Bridge, person: Person) -> str:
    shown = json.loads(bridge.flask("thread", "show", person.psid, "--json"))
    return str(shown["owner"])


def test_an_agents_word_beside_a_lost_pass_leaves_the_thread_with_the_human(
    bridge: Bridge, simulator: Simulator, person: Person, agent: Agent
):
    break_calls(simulator, lose_answer("pass_thread_control"))
    person.says("I want to talk to a person")
    person.has_owner(PAGE_INBOX)
    agent.replies("Hi, Mia here.")
    bridge.settle()
    assert owner_by_bridge(bridge, person) == "human"
    assert len(calls(simulator, "pass_thread_control")) == 1
