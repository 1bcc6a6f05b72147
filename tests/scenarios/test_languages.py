"""The bridge's own words reach each person in their language."""

from collections.abc import Iterator

import pytest

from inbox_simulator import Simulator
from inbox_simulator.actors import Person, Stage
from tests.support.bridge import SETTINGS, Bridge
from tests.support.stand_in_bot import StandInBot

PAGE_INBOX = "263902037430900"


@pytest.fixture
def greta(bridge: Bridge, simulator: Simulator) -> Iterator[Person]:
    """Somebody who reads German."""
    stage = Stage(simulator.url)
    yield Person(stage, "Greta", "de_DE")
    stage.close()


def test_a_handover_and_the_way_back_are_in_german(bridge: Bridge, greta: Person):
    greta.says("a person, please")
    bridge.settle()
    assert greta.last_message == (
        "Einen Moment, ich verbinde dich. Eine Person aus unserem Team kann unsere Unterhaltung "
        "lesen und antwortet dir direkt hier.\n"
        "Grund: du möchtest mit einem Menschen sprechen\n"
        "Kurz gesagt: Wants a person."
    )
    assert greta.thread.owner == PAGE_INBOX
    greta.taps("Doch nicht")
    bridge.settle()
    assert greta.thread.owner == SETTINGS["APP_ID"]


def test_never_mind_is_understood_in_english_too(bridge: Bridge, greta: Person):
    greta.says("a person, please")
    bridge.settle()
    greta.says("Never mind!")
    bridge.settle()
    assert greta.thread.owner == SETTINGS["APP_ID"]


def test_everybody_else_is_spoken_to_in_english(bridge: Bridge, person: Person):
    person.says("a person, please")
    bridge.settle()
    assert "I'm connecting you" in (person.last_message or "")
    person.says("Doch nicht")
    bridge.settle()
    assert person.thread.owner == SETTINGS["APP_ID"]


def test_a_bot_without_an_answer_is_excused_in_german(
    bridge: Bridge, bot: StandInBot, greta: Person
):
    bot.answers["Hm"] = []
    greta.says("Hm")
    bridge.settle()
    assert greta.last_message == (
        "Es tut mir leid, das kann ich gerade nicht beantworten. "
        "Bitte versuch es gleich noch einmal."
    )
