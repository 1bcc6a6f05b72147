"""What a person may send that is no words, on the whole system."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inbox_simulator.actors import Agent, Person, Stage
from tests.support.bridge import SETTINGS, Bridge
from tests.support.meta import PAGE, deliver, entry, fresh_mid, message
from tests.support.shown import answered, texts, transcript
from tests.support.stand_in_bot import StandInBot
from tests.support.whole_system import running

PAGE_INBOX = "263902037430900"
STICKER = {"type": "sticker", "payload": {"url": "https://x/cat.png", "sticker_id": 7}}
PLACE = {"type": "location", "payload": {"coordinates": {"lat": 52.5, "long": 13.4}}}

#: A bot that wants pictures and places, and an operator with words of their own.
CONTENT = """
default: page_inbox
handoff_targets: {page_inbox: {kind: page_inbox, title: A person}}
content:
  image: {intent: send_picture}
  location: {intent: share_location}
  reaction: {words: "a heart"}
  audio: {answer: "I can't listen. Please write to me."}
"""


@pytest.fixture
def ana(bridge: Bridge, person: Person) -> Person:
    """A person whose messaging window is open."""
    person.says("hello")
    bridge.settle()
    return person


def happens(bridge: Bridge, person: Person, channel: str = "messaging", **what: Any) -> None:
    """Deliver something that the simulator's people don't do, and let it be worked off."""
    event = {
        "sender": {"id": person.psid},
        "recipient": {"id": PAGE},
        "timestamp": int(time.time() * 1000),
        **what,
    }
    assert deliver(bridge, entry(**{channel: [event]})) == 200
    bridge.settle()


def test_a_picture_gets_a_polite_answer_and_a_way_to_a_person(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    ana.sends("https://example.org/broken.jpg")
    bridge.settle()
    assert "tell me in words" in (ana.last_message or "")
    assert bot.heard[ana.psid] == ["hello"]
    ana.taps("Chat with a person")
    bridge.settle()
    assert ana.thread.owner == PAGE_INBOX


def test_a_thumbs_up_says_yes(bridge: Bridge, ana: Person, bot: StandInBot):
    sticker = {"type": "sticker", "payload": {"sticker_id": 369239263222822}}
    old_form = {**sticker, "type": "image"}
    happens(bridge, ana, message={"mid": fresh_mid(), "attachments": [sticker, old_form]})
    ana.says("👍🏽")
    bridge.settle()
    assert bot.heard[ana.psid] == ["hello", "/affirm", "/affirm"]


def test_what_the_platform_does_not_tell_is_answered_politely(bridge: Bridge, ana: Person):
    happens(bridge, ana, message={"mid": fresh_mid(), "is_unsupported": True})
    assert "tell me in words" in (ana.last_message or "")


def test_a_person_who_corrects_their_last_words_is_answered_anew(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    first, last = fresh_mid(), fresh_mid()
    happens(bridge, ana, **_only_message(ana, "opening ours", first))
    happens(bridge, ana, **_only_message(ana, "on Sunday", last))
    happens(bridge, ana, message_edit={"mid": first, "text": "opening hours", "num_edit": 1})
    happens(bridge, ana, message_edit={"mid": last, "text": "on Monday", "num_edit": "1"})
    assert bot.heard[ana.psid] == ["hello", "opening ours", "on Sunday", "on Monday"]
    assert ("opening hours", False) in transcript(bridge, ana)


def _only_message(person: Person, text: str, mid: str) -> dict[str, Any]:
    return {"message": message(person.psid, text, mid)["message"]}


def test_a_reaction_is_written_down_and_not_answered(bridge: Bridge, ana: Person, bot: StandInBot):
    reaction = {"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤"}
    happens(bridge, ana, reaction=reaction)
    assert bot.heard[ana.psid] == ["hello"]
    assert texts(ana) == []
    assert transcript(bridge, ana)[-1] == ("[reaction ❤]", False)


def test_while_a_human_has_the_thread_all_of_it_is_only_written_down(
    bridge: Bridge, ana: Person, agent: Agent, bot: StandInBot
):
    agent.replies("Hi, Mia here.")
    bridge.settle()
    said = len(answered(ana))
    ana.sends("https://example.org/broken.jpg")
    bridge.settle()
    happens(bridge, ana, "standby", message={"mid": fresh_mid(), "attachments": [STICKER]})
    happens(bridge, ana, "standby", reaction={"mid": "m_1", "reaction": "love", "emoji": "❤"})
    happens(bridge, ana, "standby", message_edit={"mid": "m_2", "text": "broken", "num_edit": 1})
    happens(bridge, ana, "standby", referral={"ref": "summer", "source": "SHORTLINK"})
    assert transcript(bridge, ana)[-5:] == [
        ("[image]", False),
        ("[sticker]", False),
        ("[reaction ❤]", False),
        ("broken", False),
        ("[came by a link: summer]", False),
    ]
    assert len(answered(ana)) == said
    assert bot.heard[ana.psid] == ["hello"]


# By the operator's choice


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bridge, StandInBot, Person]]:
    """A whole system of its own, with the content above."""
    folder: Path = tmp_path_factory.mktemp("content")
    config = folder / "handoff_config.yml"
    config.write_text(CONTENT, encoding="utf-8")
    with (
        StandInBot() as bot,
        running(folder, bot.url, HANDOFF_CONFIG=str(config)) as system,
    ):
        stage = Stage(system.simulator.url)
        person = Person(stage, "Ben")
        person.says("hello")
        system.bridge.settle()
        yield system.bridge, bot, person
        stage.close()


def test_what_the_operator_chose_is_done(chosen: tuple[Bridge, StandInBot, Person]):
    bridge, bot, ben = chosen
    ben.sends("https://example.org/broken.jpg")
    ben.sends("https://example.org/words.mp3", kind="audio")
    bridge.settle()
    assert ben.last_message == "I can't listen. Please write to me."
    happens(bridge, ben, message={"mid": fresh_mid(), "attachments": [PLACE]})
    happens(bridge, ben, reaction={"mid": "m_1", "reaction": "love", "emoji": "❤"})
    assert bot.heard[ben.psid] == [
        "hello",
        '/send_picture{"kind": "image", "url": "https://example.org/broken.jpg"}',
        '/share_location{"kind": "location", "latitude": 52.5, "longitude": 13.4}',
        "a heart",
    ]
    assert ben.thread.owner == SETTINGS["APP_ID"]
