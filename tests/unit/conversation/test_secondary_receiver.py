"""Older Pages on which another app is the primary receiver: ours asks for what it wants back."""

from dataclasses import replace

from messenger_app.conversation.commands import FindOwner, RequestThreadControl
from messenger_app.conversation.events import ControlCall, OperatorPassed, OperatorTook, OwnerFound
from messenger_app.conversation.policy import MESSAGING_WINDOW, PAGE_INBOX_APP_ID
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Owner, TimerKind
from messenger_app.conversation.transitions import may_run
from tests.unit.conversation.older_pages import (
    asks,
    kinds,
    notices,
    passed_to,
    passes_to_us,
    secondary,
    takes,
    taps,
    timer_of,
)
from tests.unit.conversation.story import BILLING_APP, POLICY, START, Story, handback


def asked() -> Story:
    """Return a thread that we handed over, whose person has called the bot back."""
    return secondary().bot_hands_over().person_says("never mind", standby=True)


def test_a_secondary_receiver_asks_for_the_thread_of_a_person_who_calls_the_bot_back():
    story = asked()
    assert kinds(story) == [RequestThreadControl]
    assert story.owner is Owner.WAITING


def test_a_request_is_answered_by_a_pass():
    story = asked().call_settles(ControlCall.REQUEST)
    assert story.owner is Owner.WAITING
    assert handback(passes_to_us(story, BILLING_APP))["outcome"] == "cancelled"


def test_a_thread_that_was_asked_for_and_came_back_can_be_asked_for_again():
    story = passes_to_us(asked(), BILLING_APP).bot_hands_over()
    assert kinds(story.person_says("never mind", standby=True)) == [RequestThreadControl]


def test_a_pass_that_is_quicker_than_the_answer_to_a_request_counts_once():
    story = passes_to_us(asked(), BILLING_APP)
    assert story.call_settles(ControlCall.REQUEST).commands == ()
    assert (story.owner, story.conversation.timer) == (Owner.BOT, None)


def test_a_request_that_nobody_answers_is_told_to_the_agents_and_made_again_later():
    story = asked().call_settles(ControlCall.REQUEST)
    assert notices(story.timer_fires()) == ["request_unanswered"]
    assert kinds(story.timer_fires()) == [RequestThreadControl]
    assert story.now > START + story.policy.human_idle_timeout


def test_a_request_that_is_refused_is_told_to_the_agents_and_made_again_later():
    story = asked().call_settles(ControlCall.REQUEST, worked=False)
    assert notices(story) == ["request_refused"]
    assert kinds(story.timer_fires()) == [RequestThreadControl]


def test_control_that_turns_out_to_be_ours_needs_no_pass():
    story = asked().call_settles(ControlCall.REQUEST, granted=True)
    assert story.owner is Owner.BOT
    assert handback(story)["outcome"] == "cancelled"


def test_the_pass_that_answers_a_request_is_waited_for_until_its_deadline():
    story = asked().call_settles(ControlCall.REQUEST)
    timer = story.conversation.timer
    assert timer is not None
    assert timer.kind is TimerKind.REQUEST_DEADLINE
    assert timer.due == story.now + story.policy.request_deadline


def test_a_live_word_while_the_thread_is_asked_for_is_the_return_that_was_asked_for():
    assert handback(asked().person_says("hello again"))["outcome"] == "cancelled"


def test_a_tap_that_finds_what_was_asked_for_ours_is_the_return_that_was_asked_for():
    story = taps(asked())
    (asks_whose,) = story.commands
    assert isinstance(asks_whose, FindOwner)
    now, turn = story.later(), story.conversation.turn
    story.happens(OwnerFound(at=now, received_at=now, turn=turn, free=True))
    assert handback(story)["outcome"] == "cancelled"


def test_a_secondary_receiver_asks_once():
    story = asked().call_settles(ControlCall.REQUEST)
    assert story.person_says("never mind", standby=True).commands == ()


def test_an_agent_who_comes_ends_the_wait_for_a_request():
    story = asked()
    (request,) = story.commands
    turn = story.conversation.turn
    story.agent_replies()
    assert not may_run(story.conversation, request, turn)
    assert story.call_settles(ControlCall.REQUEST).conversation.timer is None


def test_nobody_in_time_makes_a_secondary_receiver_ask():
    story = secondary().bot_hands_over().timer_fires()
    assert kinds(story) == [RequestThreadControl]
    story.call_settles(ControlCall.REQUEST)
    assert handback(passes_to_us(story, BILLING_APP))["outcome"] == "timeout"


def test_an_operator_can_have_a_thread_asked_for():
    story = takes(secondary(), BILLING_APP)
    now = story.later()
    assert kinds(story.happens(OperatorTook(at=now, received_at=now))) == [RequestThreadControl]
    story.call_settles(ControlCall.REQUEST).timer_fires()
    assert (notices(story), story.conversation.timer) == (["request_unanswered"], None)


def test_a_secondary_receiver_asks_for_nothing_that_it_never_had():
    story = Story(policy=replace(POLICY, routing=Routing.SECONDARY_RECEIVER))
    story.person_says("hello", standby=True)
    assert (story.owner, story.conversation.timer) == (Owner.OTHER_APP, None)
    assert asks(Story(policy=story.policy)).commands == ()


def test_an_operator_can_pass_no_thread_that_a_secondary_receiver_does_not_have():
    story = Story(policy=replace(POLICY, routing=Routing.SECONDARY_RECEIVER))
    now = story.later()
    assert story.happens(OperatorPassed(at=now, received_at=now)).commands == ()
    assert story.owner is Owner.IDLE


def test_a_human_who_answered_is_left_to_the_primary_receiver():
    story = secondary().bot_hands_over().agent_replies()
    story.person_says("and my refund?", standby=True)
    assert (story.owner, story.conversation.timer) == (Owner.HUMAN, None)


def test_an_agent_who_answers_where_we_are_secondary_gets_the_thread_from_us():
    story = secondary().person_says("hello").agent_replies()
    assert passed_to(story) == [PAGE_INBOX_APP_ID]
    assert story.conversation.timer is not None
    assert story.call_settles(ControlCall.PASS).conversation.timer is None


def test_an_agent_whose_answer_overtook_the_pass_is_watched_until_they_have_the_thread():
    story = takes(secondary(), PAGE_INBOX_APP_ID)
    passed_at = story.later()
    story.agent_replies().control_comes_back(at=passed_at)
    assert passed_to(story) == [PAGE_INBOX_APP_ID]
    assert timer_of(story) is TimerKind.HUMAN_IDLE_TIMEOUT


def test_an_agent_who_could_not_be_given_the_thread_is_watched_on():
    story = secondary().person_says("hello").agent_replies()
    story.call_settles(ControlCall.PASS, worked=False).person_says("hello?")
    assert kinds(story.timer_fires()) == [RequestThreadControl]
    story.call_settles(ControlCall.REQUEST).timer_fires()
    assert story.conversation.timer is not None


def test_a_secondary_receiver_asks_for_nothing_once_the_window_is_shut():
    story = secondary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    assert story.timer_fires().commands == ()
    assert timer_of(story) is None
    story.person_says("still there?", standby=True)
    timer = story.conversation.timer
    assert timer is not None
    assert timer.kind is TimerKind.WAITING_TIMEOUT
    assert timer.due == story.now + story.policy.waiting_timeout
