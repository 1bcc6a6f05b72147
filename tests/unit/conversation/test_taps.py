"""What a tapped button means, and when it is no answer any more."""

from typing import Any

from messenger_app.conversation.commands import AskBot
from messenger_app.conversation.events import PersonTapped
from tests.unit.conversation.story import Story
from tests.unit.conversation.test_content import asked, story


def tap(told: Story, **more: Any) -> AskBot:
    at = told.later()
    told.happens(PersonTapped(at=at, received_at=at, mid="m_t", title="Buy", **more))
    (question,) = asked(told)
    return question


def test_a_button_that_stays_is_an_intent_while_the_bot_has_kept_the_thread():
    told = story()
    turn = told.conversation.turn
    told.person_says("more").bot_answers("Yes.")
    assert tap(told, payload="/buy", sent_in=turn).payload == "/buy"


def test_a_button_of_before_a_handoff_stands_for_its_title():
    told = story()
    turn = told.conversation.turn
    told.agent_replies().control_comes_back().bot_answers("I'm back.")
    question = tap(told, payload="/buy", sent_in=turn)
    assert (question.text, question.payload) == ("Buy", None)


def test_the_menu_stays_an_intent_after_a_handoff():
    told = story().agent_replies().control_comes_back().bot_answers("I'm back.")
    assert tap(told, payload="/buy").payload == "/buy"


def test_a_tap_that_brings_the_thread_back_is_one_of_before_the_handoff():
    told = story()
    turn = told.conversation.turn
    told.agent_replies()
    assert tap(told, payload="/buy", sent_in=turn).payload is None


def test_a_title_that_was_cut_stands_for_all_of_its_words():
    told = story().person_says("Where exactly is…", payload="Where exactly is the shop?")
    assert [question.text for question in asked(told)] == ["Where exactly is the shop?"]
