"""Older Pages on which our app is the primary receiver: it takes, and it is asked."""

from dataclasses import replace

import pytest

from messenger_app.conversation.commands import (
    AskBot,
    PassThreadControl,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import ControlCall
from messenger_app.conversation.policy import MESSAGING_WINDOW, PAGE_INBOX_APP_ID
from messenger_app.conversation.state import Owner, TimerKind
from messenger_app.conversation.transitions import may_run
from tests.unit.conversation.older_pages import (
    MINUTE,
    asks,
    billing,
    inbox,
    kinds,
    notices,
    passed_to,
    passes_to_us,
    primary,
    takes,
    taps,
    timer_of,
)
from tests.unit.conversation.story import BILLING_APP, Story, handback


def test_a_primary_receiver_takes_a_thread_back_whatever_the_toggle():
    story = primary().bot_hands_over().person_says("never mind", standby=True)
    assert kinds(story) == [TakeThreadControl]
    assert handback(story.call_settles(ControlCall.TAKE))["outcome"] == "cancelled"


def test_an_agent_who_answers_on_an_older_page_is_given_the_thread():
    story = primary().person_says("hello").agent_replies()
    assert story.owner is Owner.HUMAN
    assert passed_to(story) == [PAGE_INBOX_APP_ID]
    assert passed_to(story.agent_replies("And another thing")) == []


def test_an_agent_whose_echo_names_no_app_is_given_the_thread_too():
    story = primary().person_says("hello")
    for app_id in (None, "26390203743090"):
        story.other_app_replies(app_id)
        assert passed_to(story) == [PAGE_INBOX_APP_ID]
        story.control_comes_back()


def test_a_live_word_is_the_agents_as_long_as_an_echo_alone_tells_of_them():
    story = primary().person_says("hello").agent_replies().person_says("thank you")
    assert story.owner is Owner.HUMAN
    assert story.commands == ()


def test_an_agent_who_goes_on_is_still_known_by_an_echo_alone():
    story = primary().person_says("hello").agent_replies().agent_replies("And another thing")
    assert story.person_says("thank you").commands == ()


def test_an_agent_of_the_default_targets_app_is_given_the_thread_there():
    story = Story(policy=replace(primary().policy, default_target="billing"))
    assert passed_to(story.person_says("hello").other_app_replies(BILLING_APP)) == [BILLING_APP]


def test_a_live_word_is_the_return_once_the_agent_had_control():
    story = primary().person_says("hello").agent_replies().call_settles(ControlCall.PASS)
    assert story.owner is Owner.HUMAN
    story.person_says("and my refund?")
    assert kinds(story) == [TellBot, AskBot]
    assert handback(story)["outcome"] == "done"


def test_a_live_word_from_before_the_agent_who_answered_had_control_is_the_agents():
    story = primary().person_says("hello").agent_replies()
    written_at = story.later()
    story.call_settles(ControlCall.PASS).person_says("my number is 12", at=written_at)
    assert (story.owner, story.commands) == (Owner.HUMAN, ())


def test_a_live_word_is_the_return_once_the_agent_who_answered_took_control():
    story = takes(primary().person_says("hello").agent_replies(), PAGE_INBOX_APP_ID)
    assert kinds(story.person_says("and my refund?")) == [TellBot, AskBot]


def test_a_live_word_is_the_return_once_an_app_took_the_thread_from_the_agent_who_answered():
    story = takes(primary().person_says("hello").agent_replies(), BILLING_APP)
    assert kinds(story.person_says("and my refund?")) == [TellBot, AskBot]


def test_where_nothing_lapses_a_live_word_after_a_day_is_no_lapse():
    story = primary().person_says("hello").agent_replies().call_settles(ControlCall.PASS)
    story.later(MESSAGING_WINDOW)
    assert handback(story.person_says("hello again"))["outcome"] == "done"


def test_an_agent_who_was_given_the_thread_and_falls_quiet_loses_it():
    story = primary().person_says("hello").agent_replies().call_settles(ControlCall.PASS)
    assert timer_of(story) is TimerKind.HUMAN_IDLE_TIMEOUT
    assert kinds(story.timer_fires()) == [TakeThreadControl]


def test_a_tap_on_our_button_is_the_agents_as_long_as_an_echo_alone_tells_of_them():
    story = primary().person_says("hello").agent_replies()
    assert taps(story).commands == ()


def test_a_message_of_ours_does_not_prove_that_an_agent_is_gone():
    story = primary().person_says("hello")
    said_at = story.later()
    story.later(MINUTE)
    story.message_is_sent().agent_replies(at=said_at)
    assert story.owner is Owner.HUMAN


def test_an_app_that_asks_a_primary_receiver_waits_for_the_human():
    story = primary().bot_hands_over()
    assert asks(story, BILLING_APP).commands == ()
    assert story.owner is Owner.WAITING


@pytest.mark.parametrize("has_answered", [True, False])
def test_an_agent_who_asks_for_a_thread_of_another_app_gets_it(has_answered):
    story = primary().bot_hands_over(target="billing")
    if has_answered:
        story.other_app_replies(BILLING_APP)
    assert story.owner is (Owner.OTHER_APP if has_answered else Owner.WAITING)
    assert kinds(asks(story)) == [TakeThreadControl]
    assert may_run(story.conversation, story.commands[0], story.conversation.turn)
    assert passed_to(story.call_settles(ControlCall.TAKE)) == [PAGE_INBOX_APP_ID]
    assert story.call_settles(ControlCall.PASS).owner is Owner.WAITING
    assert kinds(story.control_comes_back()) == [TellBot]


def test_what_an_app_gives_back_by_itself_goes_to_the_agent_who_asked():
    story = asks(primary().bot_hands_over(target="billing"))
    assert passed_to(passes_to_us(story, BILLING_APP)) == [PAGE_INBOX_APP_ID]
    assert kinds(story) == [PassThreadControl]


def test_a_thread_that_is_fetched_for_an_agent_is_waited_for_by_nobody_else():
    story = asks(primary().bot_hands_over(target="billing"))
    assert story.conversation.timer is None
    assert story.person_says("is anybody there?").commands == ()
    assert story.owner is Owner.WAITING


def test_a_tap_while_a_thread_is_fetched_for_an_agent_is_the_agents():
    assert taps(asks(primary().bot_hands_over(target="billing"))).commands == ()


def test_what_could_not_be_fetched_for_an_agent_is_the_bots_when_it_comes_back_later():
    story = asks(primary().bot_hands_over(target="billing"))
    story.call_settles(ControlCall.TAKE, worked=False)
    assert kinds(passes_to_us(story, BILLING_APP)) == [TellBot]


def test_an_agent_who_asks_while_the_thread_goes_elsewhere_is_heard_after():
    story = primary().person_says("hello").bot_answers(handoff=billing())
    assert asks(story).held
    assert not asks(primary().person_says("hello").bot_answers(handoff=inbox())).held


def test_who_asks_does_not_have_the_thread_whatever_we_believed():
    story = primary().bot_hands_over()
    done_at = story.later()
    assert passed_to(asks(story)) == [PAGE_INBOX_APP_ID]
    story.control_comes_back(at=done_at)  # Done, of which the webhook comes late
    assert story.owner is Owner.HANDING_OFF
    assert story.call_settles(ControlCall.PASS).owner is Owner.WAITING


def test_a_request_from_before_the_pass_changes_nothing():
    story = primary().person_says("hello")
    asked_at = story.later()
    story.bot_answers(handoff=inbox()).call_settles(ControlCall.PASS)
    assert asks(story, at=asked_at).commands == ()
    assert story.owner is Owner.WAITING


def test_an_agent_who_answered_and_asks_is_given_the_thread_once_more():
    story = asks(primary().person_says("hello").agent_replies())
    assert story.owner is Owner.HUMAN
    assert passed_to(story) == [PAGE_INBOX_APP_ID]


def test_a_person_who_writes_on_while_waiting_waits_no_longer():
    story = primary().bot_hands_over()
    timer = story.conversation.timer
    assert story.person_says("hello?", standby=True).conversation.timer == timer
    assert story.timer_fires().person_says("hello?", standby=True).conversation.timer is None


def test_where_nothing_lapses_a_thread_is_taken_in_silence_when_the_window_is_shut():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires()
    assert kinds(story) == [TakeThreadControl]
    story.call_settles(ControlCall.TAKE)
    assert (story.owner, story.commands) == (Owner.BOT, ())
    assert handback(story.person_says("hello again"))["outcome"] == "expired"


def test_an_agent_who_answers_before_a_take_in_silence_is_made_keeps_the_thread():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    (take,) = story.agent_replies().timer_fires().commands
    assert not may_run(story.agent_replies().conversation, take, story.conversation.turn)


def test_a_word_that_overtakes_a_take_in_silence_is_asked_for_once():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires()
    written_at = story.later()
    story.call_settles(ControlCall.TAKE).person_says("hello?", standby=True, at=written_at)
    assert handback(story)["unanswered"] is True
    assert kinds(story.person_says("anyone?")) == [AskBot]


def test_a_take_in_silence_is_told_if_the_person_has_written_meanwhile():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires().person_says("hello?", standby=True)
    assert handback(story.call_settles(ControlCall.TAKE))["unanswered"] is True


def test_a_take_in_silence_that_is_refused_is_tried_again_at_the_next_word_alone():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires().call_settles(ControlCall.TAKE, worked=False)
    assert (story.commands, story.conversation.timer) == ((), None)
    story.person_says("hello?", standby=True)
    assert story.conversation.timer is not None


def test_a_primary_receiver_that_may_not_take_looks_again_after_a_long_while():
    story = primary().bot_hands_over().timer_fires()
    story.call_settles(ControlCall.TAKE, worked=False)
    assert notices(story) == ["take_refused"]
    timer = story.conversation.timer
    assert timer is not None
    assert timer.due == story.now + story.policy.human_idle_timeout
