"""By which way something reaches the bot, and what brought the person."""

from typing import Any

import pytest

from messenger_app.conversation.buttons import Kept
from messenger_app.conversation.commands import AskBot, EntryPoint
from messenger_app.conversation.content import AsWords
from messenger_app.conversation.events import PersonMessaged, PersonReferred, PersonTapped
from messenger_app.conversation.messages import Referral
from tests.unit.conversation.story import Story
from tests.unit.conversation.test_content import asked, story

LINK = Referral(ref="summer", source="SHORTLINK", type="OPEN_THREAD")
AD = Referral(ref="spring", source="ADS", type="OPEN_THREAD", ad_id="7")


def says(told: Story, **more: Any) -> AskBot:
    at = told.later()
    told.happens(PersonMessaged(at=at, received_at=at, mid="m_s", text="Hi", **more))
    (question,) = asked(told)
    return question


def taps(told: Story, **more: Any) -> AskBot:
    at = told.later()
    told.happens(PersonTapped(at=at, received_at=at, mid="m_t", title="Buy", **more))
    (question,) = asked(told)
    return question


def test_words_are_a_message():
    question = says(story())
    assert (question.entry_point, question.referral) == (EntryPoint.MESSAGE, None)


@pytest.mark.parametrize("more", [{"payload": "/buy"}, {"kept": Kept("k", 1)}])
def test_a_quick_reply_is_one_also_where_its_payload_stayed_at_home(more: dict[str, Any]):
    assert says(story(), **more).entry_point is EntryPoint.QUICK_REPLY


def test_a_button_of_ours_is_a_postback_and_one_of_no_message_is_the_menu():
    told = story()
    sent_in = told.conversation.turn
    assert taps(told, payload="/buy", sent_in=sent_in).entry_point is EntryPoint.POSTBACK
    assert taps(told, payload="/buy").entry_point is EntryPoint.MENU


@pytest.mark.parametrize("payload", ["/get_started", '/get_started{"from": "shop"}'])
def test_get_started_is_known_by_its_payload(payload: str):
    question = taps(Story(), payload=payload)
    assert (question.entry_point, question.payload) == (EntryPoint.GET_STARTED, payload)


def test_another_intent_that_begins_alike_is_no_get_started():
    assert taps(story(), payload="/get_started_again").entry_point is EntryPoint.MENU


@pytest.mark.parametrize(
    ("brought_by", "entry_point"),
    [
        (LINK, EntryPoint.REFERRAL),
        (AD, EntryPoint.AD),
        (Referral(product_id="9"), EntryPoint.REFERRAL),
    ],
)
def test_who_came_by_a_link_or_an_advertisement_came_by_that(
    brought_by: Referral, entry_point: EntryPoint
):
    for question in (
        says(Story(), referral=brought_by),
        taps(Story(), payload="/get_started", referral=brought_by),
    ):
        assert (question.entry_point, question.referral) == (entry_point, brought_by)


def test_a_link_into_a_thread_that_is_there_says_what_brought_the_person():
    told = story({"referral": AsWords("I followed a link.")})
    at = told.later()
    told.happens(PersonReferred(at=at, received_at=at, mid="referral:1", referral=LINK))
    (question,) = asked(told)
    assert (question.text, question.entry_point) == ("I followed a link.", EntryPoint.REFERRAL)
    assert question.referral == LINK


def follows(told: Story, brought_by: Referral = LINK, *, standby: bool = False) -> Story:
    at = told.later()
    return told.happens(
        PersonReferred(
            at=at, received_at=at, mid=f"referral:{at}", referral=brought_by, standby=standby
        )
    )


def test_a_link_that_was_followed_is_told_with_the_next_word_once():
    told = follows(story())
    question = says(told)
    assert (question.entry_point, question.referral) == (EntryPoint.MESSAGE, LINK)
    assert says(told.bot_answers("Hi!").message_is_sent()).referral is None


def test_the_last_link_that_was_followed_counts():
    assert says(follows(follows(story(), AD), LINK)).referral == LINK


def test_what_comes_with_the_word_itself_counts_before_a_link_that_was_followed():
    assert says(follows(story()), referral=AD).referral == AD


def test_a_link_that_was_followed_before_a_human_came_is_not_told_after():
    told = follows(story()).agent_replies().control_comes_back().bot_answers("I'm back.")
    assert says(told).referral is None


def test_a_link_that_a_human_hears_of_is_not_told_later():
    told = follows(story().agent_takes(), standby=True)
    told.control_comes_back().bot_answers("I'm back.")
    assert says(told).referral is None
