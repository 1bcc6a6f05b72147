"""From people back to the bot: how it is known, and what the bot is told."""

from dataclasses import replace

from messenger_app.conversation.buttons import CONNECT
from messenger_app.conversation.commands import (
    AskBot,
    PassThreadControl,
    SendMessage,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import ControlCall, ControlPassed, HandoffAsked, TimerFired
from messenger_app.conversation.policy import CLOCK_SKEW, MESSAGING_WINDOW
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Owner, TimerKind
from messenger_app.conversation.transitions import may_run
from tests.unit.conversation.story import BILLING_APP, OUR_APP, POLICY, Story, asked, handback


def billing_back() -> Story:
    """A thread that was handed to another target than the default, and has come back."""
    return Story().bot_hands_over(target="billing").control_comes_back()


def test_done_gives_the_thread_back_and_the_bot_speaks_first():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    assert story.owner is Owner.BOT
    assert handback(story) == {"from": "page_inbox", "outcome": "done", "unanswered": False}


def test_the_bot_is_told_from_whom_the_thread_comes_back():
    assert handback(billing_back())["from"] == "billing"


def test_a_live_word_that_is_the_return_tells_from_whom_the_thread_came_back():
    story = Story().bot_hands_over(target="billing")
    story.later(5_000)
    assert handback(story.person_says("hello again"))["from"] == "billing"


def test_a_thread_that_an_agent_took_comes_back_from_the_default_target():
    story = billing_back().agent_replies()
    story.later(5_000)
    assert handback(story.control_comes_back())["from"] == "page_inbox"


def test_a_thread_that_an_agent_took_over_from_another_target_comes_back_from_the_default():
    story = Story().bot_hands_over(target="billing")
    assert handback(story.agent_takes().control_comes_back())["from"] == "page_inbox"


def test_a_thread_that_lapsed_elsewhere_is_announced_with_whom_it_was():
    story = Story(policy=replace(POLICY, routing=Routing.NO_DEFAULT_APP))
    story.bot_hands_over(target="billing").other_app_replies(BILLING_APP)
    story.timer_fires()
    assert handback(story.person_says("hello again"))["from"] == "billing"


def test_a_last_word_that_nobody_answered_is_told():
    story = Story().bot_hands_over().agent_replies().person_says("and my refund?", standby=True)
    assert handback(story.control_comes_back())["unanswered"] is True


def test_an_answer_that_overtook_the_words_it_answers_still_answers_them():
    story = Story().bot_hands_over()
    written_at = story.later()
    story.agent_replies("It arrives tomorrow.").person_says("?", standby=True, at=written_at)
    assert handback(story.control_comes_back())["unanswered"] is False


def test_a_word_after_the_agents_last_one_is_unanswered_whichever_is_seen_first():
    story = Story().bot_hands_over()
    said_at = story.later()
    story.person_says("and my refund?", standby=True).agent_replies("Hi.", at=said_at)
    assert handback(story.control_comes_back())["unanswered"] is True


def test_a_live_word_newer_than_the_owner_is_the_return_itself():
    story = Story().bot_hands_over().agent_replies().person_says("hello again")
    assert story.owner is Owner.BOT
    assert [type(command) for command in story.commands] == [TellBot, AskBot]
    assert handback(story)["outcome"] == "done"


def test_a_pass_webhook_that_comes_after_the_live_word_adds_no_second_greeting():
    story = Story().bot_hands_over().agent_replies()
    done_at = story.later()
    story.person_says("hello again").control_comes_back(at=done_at)
    assert story.commands == ()
    assert story.owner is Owner.BOT


def test_a_live_word_after_a_day_says_that_the_thread_expired():
    story = Story().bot_hands_over().agent_replies()
    story.later(MESSAGING_WINDOW)
    assert handback(story.person_says("hello again"))["outcome"] == "expired"


def test_a_live_word_from_before_the_agent_came_is_not_answered_after_the_return():
    story = Story().person_says("hello").bot_answers("Hi!")
    written_at = story.later()
    story.agent_takes().agent_replies().control_comes_back()
    story.person_says("are you open?", at=written_at)
    assert story.commands == ()


def test_two_words_in_the_wrong_order_are_both_answered():
    story = Story().person_says("second")
    story.person_says("first", at=story.now - 500)
    assert asked(story) == ["first"]


def test_a_return_in_the_middle_of_a_handoff_proves_that_the_pass_had_worked():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    turn = story.conversation.turn
    story.control_comes_back()
    assert story.owner is Owner.BOT
    assert not may_run(story.conversation, PassThreadControl("1"), turn)


def test_a_pass_of_an_idle_thread_to_us_does_not_undo_a_handoff():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    now = story.later()
    story.happens(ControlPassed(at=now, received_at=now, previous_app_id=None, new_app_id=OUR_APP))
    assert story.owner is Owner.HANDING_OFF


def test_an_old_handover_event_changes_nothing():
    story = Story().bot_hands_over()
    long_ago = story.conversation.owner_since - 60_000
    assert story.control_comes_back(at=long_ago).owner is Owner.WAITING
    assert story.agent_takes(at=long_ago).owner is Owner.WAITING


def test_nobody_in_time_takes_the_thread_back_and_says_so():
    story = Story().bot_hands_over().timer_fires()
    assert isinstance(story.commands[0], TakeThreadControl)
    assert handback(story.call_settles(ControlCall.TAKE))["outcome"] == "timeout"


def test_a_human_who_falls_quiet_loses_the_thread_after_the_idle_time():
    story = Story().bot_hands_over().agent_replies()
    timer = story.conversation.timer
    assert timer is not None
    assert timer.kind is TimerKind.HUMAN_IDLE_TIMEOUT
    assert handback(story.timer_fires().call_settles(ControlCall.TAKE))["outcome"] == "timeout"


def test_a_human_who_answers_before_the_take_is_made_keeps_the_thread():
    story = Story().bot_hands_over().timer_fires()
    (take,), turn = story.commands, story.conversation.turn
    assert may_run(story.conversation, take, turn)
    story.agent_replies()
    assert not may_run(story.conversation, take, turn)
    assert story.owner is Owner.HUMAN
    assert story.conversation.timer is not None


def test_a_human_who_goes_on_before_the_take_is_made_keeps_the_thread():
    story = Story().bot_hands_over().agent_replies().timer_fires()
    (take,), turn = story.commands, story.conversation.turn
    assert not may_run(story.agent_replies().conversation, take, turn)


def test_a_take_that_the_person_or_an_operator_wants_is_made_whoever_answers_meanwhile():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    (take,), turn = story.commands, story.conversation.turn
    assert may_run(story.agent_replies().conversation, take, turn)


def test_a_take_that_a_human_came_before_is_looked_into_where_it_may_have_worked():
    story = Story().bot_hands_over().timer_fires()
    (take,), turn = story.commands, story.conversation.turn
    assert may_run(story.agent_replies().conversation, take, turn, in_doubt=True)
    assert story.call_settles(ControlCall.TAKE).owner is Owner.BOT


def test_a_take_that_was_called_off_troubles_nobody_where_it_did_not_work():
    story = Story().bot_hands_over().timer_fires().agent_replies()
    assert story.call_settles(ControlCall.TAKE, worked=False).commands == ()
    assert story.owner is Owner.HUMAN


def test_each_word_of_the_human_sets_the_idle_time_anew():
    story = Story().bot_hands_over().agent_replies()
    first = story.conversation.timer
    second = story.agent_replies("One moment").conversation.timer
    assert first is not None
    assert second is not None
    assert second.due > first.due


def test_a_thread_that_lapsed_comes_back_in_silence_and_is_announced_at_the_next_word():
    story = Story().bot_hands_over().agent_replies()
    story.later(MESSAGING_WINDOW + CLOCK_SKEW)
    story.timer_fires()
    assert story.commands == ()
    assert story.owner is Owner.IDLE
    story.person_says("hello again")
    assert handback(story)["outcome"] == "expired"
    assert asked(story) == ["hello again"]


def test_a_timer_set_for_something_that_is_over_does_nothing():
    story = Story().bot_hands_over()
    stale = story.conversation.timer
    assert stale is not None
    story.agent_replies()
    before = story.conversation
    story.happens(TimerFired(at=story.now, received_at=story.now, kind=stale.kind))
    assert story.conversation == before
    assert story.commands == ()


# When nobody came


def test_after_a_timeout_what_the_bot_says_gets_a_button_to_wait_on():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    story.bot_answers("I'm sorry, nobody came.", "What can I do for you?")
    first, last = (c for c in story.commands if isinstance(c, SendMessage))
    assert first.message.buttons == ()
    assert last.message.buttons == ((story.policy.words.keep_waiting, f"{CONNECT}:page_inbox"),)


def test_waiting_on_hands_over_again_and_going_on_with_the_bot_is_a_word():
    back = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    back.bot_answers("Nobody came.")
    assert asked(back.person_says("when are you open?")) == ["when are you open?"]
    back.person_says("Keep waiting", payload=CONNECT)
    assert back.owner is Owner.HANDING_OFF


def test_who_waits_on_waits_for_the_same_target():
    story = Story().bot_hands_over(target="billing").timer_fires().call_settles(ControlCall.TAKE)
    story.bot_answers("Nobody came.")
    (said,) = story.commands
    assert isinstance(said, SendMessage)
    (payload,) = said.message.payloads
    story.person_says("Keep waiting", payload=payload)
    (passes,) = (c for c in story.commands if isinstance(c, PassThreadControl))
    assert passes.app_id == BILLING_APP


def test_only_a_timeout_offers_to_wait_on():
    story = Story().bot_hands_over().agent_replies().control_comes_back().bot_answers("Hi again.")
    (said,) = story.commands
    assert isinstance(said, SendMessage)
    assert said.message.buttons == ()
