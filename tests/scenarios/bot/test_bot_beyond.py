"""What the bot can't do or does not understand, and who has had enough of it."""

import pytest

from tests.bot.test_no_request import STRANGE
from tests.scenarios.bot.visit import OUR_APP, PAGE_INBOX, Visit


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("are you hiring at the moment?", "You want a job with us"),
        ("do you buy second-hand books", "You want to sell or swap books"),
        ("my invoice is wrong", "Invoices are out of my reach"),
        ("I want my money back", "Our team takes care of returns and refunds"),
        ("do you have this book", "I can't look at our shelves"),
    ],
)
def test_what_needs_a_person_is_told_apart_and_a_person_is_offered(
    visit: Visit, words: str, answer: str
) -> None:
    (told,) = visit.says(words)
    assert answer in told
    assert visit.choices == ["Ask our team", "Connect me now", "No, thanks"]
    assert visit.passes() == []
    visit.taps("Connect me now")
    assert visit.owner == PAGE_INBOX
    assert "reason=topic_needs_person" in visit.passes()[0]["metadata"]


def test_an_offer_that_is_declined_changes_nothing(visit: Visit) -> None:
    visit.says("I want my money back")
    visit.taps("No, thanks")
    assert visit.owner == OUR_APP
    assert "12 Quay Street" in visit.says("where is your shop?")[0]


def test_an_offer_can_be_taken_in_words(visit: Visit) -> None:
    visit.says("NOTHING EVER WORKS HERE YOU STUPID THING")
    assert visit.choices == ["Chat with a person", "No, thanks"]
    visit.says("yes please")
    assert visit.owner == PAGE_INBOX
    assert "reason=frustrated" in visit.passes()[0]["metadata"]


def test_a_yes_that_was_written_before_the_offer_is_no_answer_to_it(visit: Visit) -> None:
    visit.rasa.freeze()
    try:
        visit.person.says("you are useless")
        visit.person.says("yes")
    finally:
        visit.rasa.thaw()
    said = visit.news()
    assert "Would you like to talk to a person?" in said[1]
    assert visit.owner == OUR_APP
    visit.says("yes")
    assert visit.owner == OUR_APP  # what stands last is no offer any more
    assert visit.passes() == []


def test_strange_messages_that_come_fast_connect_nobody(visit: Visit) -> None:
    for message in STRANGE:
        visit.person.says(message)
    assert len(visit.news()) >= len(STRANGE)
    assert visit.owner == OUR_APP
    assert visit.passes() == []


def test_what_is_unclear_is_asked_about_twice_and_then_a_person_is_offered(visit: Visit) -> None:
    (question,) = visit.says("delivery or opening hours")
    assert question.startswith("I'm not sure I understood.")
    assert visit.choices == ["Yes", "No"]
    (rephrase,) = visit.taps("No")
    assert "in other words" in rephrase
    (again,) = visit.says("parcel address hours")
    assert again != question
    (offer,) = visit.taps("No")
    assert "Shall I connect you?" in offer
    assert visit.owner == OUR_APP
    visit.taps("Chat with a person")
    assert visit.owner == PAGE_INBOX
    assert "reason=bot_failed" in visit.passes()[0]["metadata"]


def test_what_was_meant_can_be_confirmed_in_words(visit: Visit) -> None:
    (question,) = visit.says("delivery or opening hours")
    assert question.endswith("Did you want to know when we are open?")
    hours, _ = visit.says("yes")
    assert hours.startswith("Harbour Books is open Monday to Friday")


def test_without_the_action_server_unclear_words_still_lead_to_the_menu(visit: Visit) -> None:
    with visit.rasa.without_actions():
        (told,) = visit.says("qqq www eee rrr")
        assert told.startswith("Sorry, I didn't understand that")
        assert visit.choices[-1] == "Chat with a person"


def test_who_repeats_themselves_is_offered_a_person_once_in_a_while(visit: Visit) -> None:
    assert len(visit.says("where is my parcel?")) == 1
    _, offer = visit.says("where is my parcel?")
    assert "Would you like to talk to a person?" in offer
    assert visit.owner == OUR_APP
    assert len(visit.says("WHERE IS MY PARCEL")) == 1
