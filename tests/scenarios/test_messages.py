"""What a bot may say, on the whole system, and how the person is shown that it thinks."""

import json
from typing import Any

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person
from tests.support.bridge import Bridge
from tests.support.shown import answered, texts, transcript
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for


@pytest.fixture
def ana(bridge: Bridge, person: Person) -> Person:
    """A person whose messaging window is open."""
    person.says("hello")
    bridge.settle()
    return person


def signs(simulator: Simulator) -> list[str]:
    """Return the sender actions that Graph was asked for, in order."""
    journal = requests.get(f"{simulator.url}/_simulator/journal", timeout=10).json()
    sent = [e["body"] for e in journal if e["kind"] == "call" and e["path"].endswith("/messages")]
    return [body["sender_action"] for body in sent if body.get("sender_action")]


def tap_old(person: Person, button: dict[str, Any]) -> None:
    """Tap a button of an older message."""
    tap = {"title": button["title"], "payload": button["payload"]}
    person._stage.act(f"people/{person.psid}/postbacks", tap)


# From the bot


def test_a_long_text_comes_in_parts_that_end_with_sentences(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    sentences = " ".join(f"This is sentence number {number} of many." for number in range(150))
    bot.answers["tell me"] = [{"text": sentences}]
    ana.says("tell me")
    bridge.settle()
    parts = [text or "" for text in texts(ana)]
    assert len(parts) > 2
    assert all(len(part) <= 2000 and part.endswith(".") for part in parts)
    assert " ".join(parts) == sentences


def test_a_picture_a_file_and_words_of_one_answer_keep_their_order(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    picture, file = "https://example.org/shop.jpg", "https://example.org/prices.pdf"
    bot.answers["show me"] = [{"image": picture}, {"attachment": file}, {"text": "There."}]
    ana.says("show me")
    bridge.settle()
    first, second, third = answered(ana)
    assert first.attachments == [{"type": "image", "payload": {"url": picture}}]
    assert second.attachments == [{"type": "file", "payload": {"url": file}}]
    assert third.text == "There."


def test_an_answer_that_is_only_an_attachment_is_an_answer(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    video = {"type": "video", "payload": {"url": "https://example.org/tour.mp4"}}
    bot.answers["show me"] = [{"attachment": video}]
    ana.says("show me")
    bridge.settle()
    assert [message.attachments for message in answered(ana)] == [[video]]
    assert transcript(bridge, ana)[-1] == ("[video]", False)


def test_fourteen_buttons_become_thirteen_with_the_last_one_kept(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    many = [{"title": f"Choice {number}", "payload": f"/c{number}"} for number in range(14)]
    bot.answers["menu"] = [{"text": "Choose", "buttons": many}]
    ana.says("menu")
    bridge.settle()
    titles = [reply["title"] for reply in answered(ana)[-1].quick_replies]
    assert titles == [*(f"Choice {number}" for number in range(12)), "Choice 13"]


def test_a_button_that_opens_an_address_stands_in_a_template(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    link = {"title": "Our map", "type": "web_url", "url": "https://example.org/map"}
    bot.answers["where"] = [
        {"text": "Here.", "buttons": [link, {"title": "Hours", "payload": "/opening_hours"}]}
    ]
    ana.says("where")
    bridge.settle()
    (shown,) = answered(ana)
    assert (shown.text, [button["url"] for button in shown.buttons]) == ("Here.", [link["url"]])
    assert [reply["title"] for reply in shown.quick_replies] == ["Hours"]


def test_a_message_that_the_bot_wrote_itself_is_passed_on(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    element = {
        "title": "A book",
        "subtitle": "Used",
        "buttons": [{"type": "postback", "title": "Buy", "payload": "/buy"}],
    }
    template = {"template_type": "generic", "elements": [element]}
    bot.answers["books"] = [
        {
            "custom": {
                "attachment": {"type": "template", "payload": template},
                "quick_replies": [{"content_type": "text", "title": "More", "payload": "/more"}],
                "metadata": "the bot's own",
            }
        }
    ]
    ana.says("books")
    bridge.settle()
    assert answered(ana)[-1].shows("A book")
    ana.taps("Buy")
    ana.taps("More")
    bridge.settle()
    assert bot.heard[ana.psid][-2:] == ["/buy", "/more"]


@pytest.mark.parametrize("kind", ["quick reply", "postback"])
def test_a_payload_over_1000_characters_reaches_the_bot_whole(
    bridge: Bridge, ana: Person, bot: StandInBot, kind: str
):
    long = "/tell" + json.dumps({"story": "word " * 400})
    button = {"title": "Tell", "payload": long}
    more = {"type": "postback"} if kind == "postback" else {}
    bot.answers["story"] = [{"text": "Shall I?", "buttons": [{**button, **more}]}]
    ana.says("story")
    ana.taps("Tell")
    bridge.settle()
    assert bot.heard[ana.psid][-1] == long


def test_a_button_of_before_a_handoff_is_taken_for_words_afterwards(
    bridge: Bridge, ana: Person, agent: Agent, bot: StandInBot
):
    buy = {"title": "Buy it", "type": "postback", "payload": "/buy"}
    bot.answers["books"] = [{"text": "A book.", "buttons": [buy]}]
    ana.says("books")
    bridge.settle()
    (button,) = answered(ana)[-1].buttons
    tap_old(ana, button)
    bridge.settle()
    assert bot.heard[ana.psid][-1] == "/buy"
    agent.replies("Hi, Mia here.")
    agent.marks_done()
    bridge.settle()
    tap_old(ana, button)
    tap_old(ana, {"title": "Menu", "payload": "/greet"})
    bridge.settle()
    assert bot.heard[ana.psid][-2:] == ["Buy it", "/greet"]


def test_a_bot_that_a_starter_pack_wants_to_switch_to_is_not_dropped_in_silence(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    custom = {"handoff_host": "http://127.0.0.1:5999", "title": "QuizBot"}
    bot.answers["cheer me up"] = [{"text": "A friend can."}, {"custom": custom}]
    ana.says("cheer me up")
    bridge.settle()
    assert texts(ana) == ["A friend can.", "I'm sorry, I don't know whom to connect you with."]


# Seen and typing


def test_the_person_is_shown_that_they_were_read_while_the_bot_thinks(
    bridge: Bridge, ana: Person, bot: StandInBot, simulator: Simulator
):
    before = len(signs(simulator))
    bot.delay = 0.5
    ana.says("a hard question")
    bridge.settle()
    assert sorted(signs(simulator)[before:]) == ["mark_seen", "typing_on"]


def test_signs_that_graph_refuses_touch_nothing_else(
    bridge: Bridge, ana: Person, bot: StandInBot, simulator: Simulator
):
    rule = {
        "on": "graph",
        "match": {"edge": "messages"},
        "do": "error",
        "error": {"status": 500, "code": 2},
        "times": 2,
    }
    faults = f"{simulator.url}/_simulator/faults"
    requests.put(faults, json={"rules": [rule]}, timeout=10).raise_for_status()
    bot.delay = 0.5
    ana.says("again")
    wait_for(
        lambda: requests.get(faults, timeout=10).json()["rules"][0]["used"] == 2, "both refused"
    )
    bridge.settle()
    assert texts(ana) == ["You said: again"]
    assert bot.heard[ana.psid] == ["hello", "again"]
