"""The bot speaks the language of the person's locale, with its action server and without."""

from collections.abc import Callable

import pytest

from inbox_simulator.actors import Agent, Person, Stage
from tests.scenarios.bot.visit import PAGE_INBOX, Visit

VisitFrom = Callable[[str], Visit]


@pytest.fixture
def visit_from(visit: Visit, stage: Stage) -> VisitFrom:
    """Let somebody with a locale come to the Page."""

    def come(locale: str) -> Visit:
        person = Person(stage, "Jo", locale=locale)
        return Visit(person, Agent(stage, person), visit.simulator, visit.bridge, visit.rasa)

    return come


def test_a_german_is_spoken_to_in_german(visit_from: VisitFrom) -> None:
    visit = visit_from("de_DE")
    (greeting,) = visit.says("hallo")
    assert greeting.startswith("Hallo! Ich bin der Bot von Harbour Books.")
    assert visit.choices[-1] == "Mit Menschen reden"
    hours, now = visit.taps("Öffnungszeiten")
    assert hours.startswith("Harbour Books ist Montag bis Freitag")
    assert now.startswith("Gerade (")
    (connecting,) = visit.says("ich möchte mit einem Menschen sprechen")
    assert connecting.split("\n")[1:] == [
        "Grund: du möchtest mit einem Menschen sprechen",
        "Kurz gesagt: Du hattest mich nach unseren Öffnungszeiten gefragt.",
    ]
    assert visit.owner == PAGE_INBOX
    visit.agent.marks_done()
    assert visit.news()[0].startswith("Hallo, hier ist wieder der Bot")


def test_the_questions_before_a_handoff_are_german_too(visit_from: VisitFrom) -> None:
    visit = visit_from("de_AT")
    visit.says("ich möchte ein Buch zurückgeben")
    _, question = visit.taps("Frag unser Team")
    assert question == "Wie heißt du?"
    visit.says("ich heiße Jürgen")
    visit.taps("Überspringen")
    visit.taps("Eine Rückgabe")
    visit.taps("Verbinde mich jetzt")
    assert visit.last.shows("Name: Jürgen")
    assert visit.last.shows("Thema: Eine Rückgabe")


@pytest.mark.parametrize("locale", ["en_GB", "fr_FR"])
def test_everybody_else_is_spoken_to_in_english(visit_from: VisitFrom, locale: str) -> None:
    assert visit_from(locale).says("hello")[0].startswith("Hello! I'm the Harbour Books bot.")


def test_german_needs_no_action_server(visit_from: VisitFrom) -> None:
    visit = visit_from("de_CH")
    with visit.rasa.without_actions():
        assert visit.says("qqq www eee")[0].startswith("Das habe ich leider nicht verstanden.")
