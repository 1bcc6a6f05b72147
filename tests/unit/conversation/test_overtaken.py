"""News that words have overtaken: whoever had the thread before them has gone again."""

from dataclasses import replace

import pytest

from messenger_app.conversation.commands import AskBot, TellBot
from messenger_app.conversation.events import (
    ControlCall,
    ControlCallSettled,
    ControlPassed,
    ControlTaken,
    MessageSent,
    PersonTapped,
    Refusal,
)
from messenger_app.conversation.policy import LATE_ECHO, PAGE_INBOX_APP_ID
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Owner
from tests.unit.conversation.story import BILLING_APP, OUR_APP, POLICY, Story, asked, handback


def overtaken() -> tuple[Story, int]:
    """Return a story in which the bot thinks about a word, and a time before that word."""
    story = Story().person_says("hello").bot_answers("Hi").message_is_sent()
    then = story.later(60_000)
    story.later(60_000)
    return story.person_says("when are you open"), then


def bot_still_has_it(story: Story) -> bool:
    story.bot_answers("From nine to six.", turn=0)
    return story.owner is Owner.BOT and story.said == ["From nine to six."]


def test_a_take_from_before_a_live_word_is_over():
    story, then = overtaken()
    assert bot_still_has_it(story.agent_takes(at=then))


def test_an_agents_echo_from_before_a_live_word_is_over():
    story, then = overtaken()
    assert bot_still_has_it(story.agent_replies(at=then))


def test_a_pass_to_another_app_from_before_a_live_word_is_over():
    story, then = overtaken()
    passed = ControlPassed(
        at=then, received_at=story.now, previous_app_id=OUR_APP, new_app_id=BILLING_APP
    )
    assert bot_still_has_it(story.happens(passed))


def test_what_a_human_heard_before_a_live_word_is_no_news_of_the_owner():
    story, then = overtaken()
    assert bot_still_has_it(story.person_says("where is the shop", at=then, standby=True))


def test_a_word_from_before_a_visit_that_is_told_late_is_the_visitors():
    story, then = overtaken()
    story.agent_takes(at=then).person_says("my number is 12", at=then - 1)
    assert asked(story) == []
    assert asked(story.person_says("and on Sunday?", at=then + 1)) == ["and on Sunday?"]


@pytest.mark.parametrize("sent_in", [None, 0])
def test_a_live_tap_proves_it_too_unless_it_is_on_a_button_of_ours_that_stays(sent_in):
    story = Story().person_says("hello").bot_answers("Hi").message_is_sent()
    then, at = story.later(60_000), story.later(60_000)
    tap = PersonTapped(
        at=at, received_at=at, mid="m_t", title="Opening hours", payload="/hours", sent_in=sent_in
    )
    story.happens(tap).agent_takes(at=then)
    assert story.owner is (Owner.BOT if sent_in is None else Owner.HUMAN)


def test_where_no_default_app_routes_a_live_word_makes_no_news_old():
    story = Story(policy=replace(POLICY, routing=Routing.NO_DEFAULT_APP))
    story.person_says("hello").bot_answers("Hi").message_is_sent()
    then = story.later(60_000)
    story.later(60_000)
    assert story.person_says("and?").agent_replies(at=then).owner is Owner.HUMAN


def test_a_word_from_before_others_came_again_is_theirs_though_the_human_before_has_it_still():
    story = Story().person_says("hello").bot_answers("Hi").agent_takes()
    written_at, taken_at = story.later(60_000), story.later(60_000)
    story.later(60_000)
    spoke = MessageSent(at=story.now, received_at=story.now, turn=0, mid="m_x", text="Hi")
    story.happens(spoke).agent_takes(at=taken_at)
    assert asked(story.person_says("my number is 12", at=written_at)) == []


def test_late_news_of_a_visit_is_still_known_after_our_own_take():
    story, then = overtaken()
    story.agent_takes(at=then).bot_hands_over().call_settles(ControlCall.TAKE)
    assert story.owner is Owner.BOT
    assert asked(story.person_says("my number is 12", at=then - 1)) == []


# What the platform took of ours


def our_words_are_taken(story: Story, at: int) -> Story:
    """Let the platform have taken words of an earlier turn."""
    return story.happens(MessageSent(at=at, received_at=story.now, turn=0, mid="m_x", text="Hi"))


def test_words_that_the_platform_took_after_the_visit_bring_the_thread_back():
    story = Story().person_says("hello").bot_answers("Hi")
    story.agent_takes()  # and released it, of which nobody tells us
    our_words_are_taken(story, story.later(LATE_ECHO + 1))
    assert story.owner is Owner.BOT
    assert handback(story)["outcome"] == "done"
    assert story.transcript[-1].text == "Hi"


def test_words_from_about_the_time_when_the_agent_came_bring_nothing_back():
    story = Story().person_says("hello").bot_answers("Hi").agent_takes()
    our_words_are_taken(story, story.later(LATE_ECHO))
    assert story.owner is Owner.HUMAN
    assert story.commands == ()


def test_words_from_before_the_agents_last_ones_bring_nothing_back():
    story = Story().person_says("hello").bot_answers("Hi").agent_takes()
    at = story.later(60_000)
    our_words_are_taken(story.agent_replies(at=at), at)
    assert story.owner is Owner.HUMAN


def test_where_no_default_app_routes_words_of_ours_prove_nothing():
    story = Story(policy=replace(POLICY, routing=Routing.NO_DEFAULT_APP))
    story.person_says("hello").bot_answers("Hi").agent_replies()
    our_words_are_taken(story, story.later(60_000))
    assert story.owner is Owner.HUMAN


# Our own take


def test_a_take_that_a_pass_overtook_makes_older_news_old():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    story.control_comes_back()
    agent_came_at, began = story.later(), story.later()
    settled = ControlCallSettled(
        at=began, received_at=story.later(), turn=0, call=ControlCall.TAKE, worked=True
    )
    assert story.happens(settled).agent_takes(at=agent_came_at).owner is Owner.BOT
    assert story.agent_takes().owner is Owner.HUMAN


def test_a_take_that_was_refused_after_a_pass_makes_nothing_old():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    story.control_comes_back()
    agent_came_at = story.later()
    story.call_settles(ControlCall.TAKE, worked=False)
    assert story.agent_takes(at=agent_came_at).owner is Owner.HUMAN


def our_take_is_told(story: Story, at: int) -> Story:
    """Let the platform say when control went to us."""
    told = ControlTaken(
        at=at, received_at=story.now, previous_app_id=PAGE_INBOX_APP_ID, new_app_id=OUR_APP
    )
    return story.happens(told)


def test_a_take_of_ours_that_the_platform_tells_of_makes_older_news_old():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    story.call_settles(ControlCall.TAKE)
    agent_came_at, taken_at = story.later(), story.later()
    our_take_is_told(story, taken_at).agent_takes(at=agent_came_at)
    assert story.owner is Owner.BOT


def test_an_agent_who_seems_to_have_come_after_our_take_had_come_before_it():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    assert story.call_settles(ControlCall.TAKE).agent_takes().owner is Owner.HUMAN
    our_take_is_told(story, story.later())
    assert story.owner is Owner.BOT
    assert handback(story)["outcome"] == "taken"


def test_a_take_of_ours_that_is_told_while_it_is_under_way_is_settled_by_its_answer():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    our_take_is_told(story, story.later(5_000))
    assert (story.owner, story.commands) == (Owner.WAITING, ())
    assert handback(story.call_settles(ControlCall.TAKE))["outcome"] == "cancelled"


def test_a_take_of_ours_that_is_told_after_the_next_pass_brings_nothing_back():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    story.call_settles(ControlCall.TAKE)
    story.bot_hands_over()
    our_take_is_told(story, story.now)  # by clocks that differ
    assert (story.owner, story.commands) == (Owner.WAITING, ())


# What the greeting was to answer


def test_words_that_called_the_bot_back_are_open_again_where_its_greeting_is_refused():
    story = Story(policy=replace(POLICY, routing=Routing.NO_DEFAULT_APP)).bot_hands_over()
    story.person_says("never mind").bot_answers("I'm back.")
    story.message_is_refused(Refusal.OTHER_APP_IN_CONTROL)
    assert story.owner is Owner.OTHER_APP
    story.timer_fires()
    assert handback(story)["unanswered"] is True


def test_words_that_were_answered_stay_so_where_the_rest_of_the_answer_is_refused():
    story = Story().person_says("hello").bot_answers("Hi", "there").message_is_sent("Hi")
    story.message_is_refused(Refusal.OTHER_APP_IN_CONTROL).control_comes_back()
    assert handback(story)["unanswered"] is False
    assert [type(command) for command in story.commands] == [TellBot]


# Taps that come on both channels


def test_a_tap_is_known_again_after_newer_words():
    story = Story().person_says("hello").bot_answers("Hi").agent_replies()
    at = story.later()
    tap = PersonTapped(at=at, received_at=at, mid="m_t", title="Buy", standby=True)
    story.happens(tap).person_says("are you there", standby=True)
    lines = len(story.transcript)
    story.happens(replace(tap, standby=False, payload="/buy", sent_in=0))
    assert len(story.transcript) == lines
    assert not [command for command in story.commands if isinstance(command, AskBot)]
    assert story.conversation.owner_app_id == PAGE_INBOX_APP_ID
