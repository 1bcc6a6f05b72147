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
from messenger_app.conversation.events import (
    BotAnswered,
    ControlCall,
    ControlPassed,
    HandoffAsked,
    TimerFired,
)
from messenger_app.conversation.messages import BotMessage
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
    assert (story.conversation.owner_app_id, story.conversation.timer) == (None, None)
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


def test_a_thread_that_a_target_took_by_itself_later_comes_back_from_the_default_target():
    story = billing_back()
    story.later(5_000)
    assert story.other_app_replies(BILLING_APP).owner is Owner.OTHER_APP
    assert handback(story.control_comes_back())["from"] == "page_inbox"


def test_the_inbox_by_whatever_id_is_the_target_that_the_thread_was_handed_to():
    story = Story(policy=replace(POLICY, default_target="billing"))
    story.bot_hands_over(target="page_inbox").other_app_replies(None)
    assert handback(story.control_comes_back())["from"] == "page_inbox"


def test_a_thread_that_lapsed_with_a_target_is_announced_as_coming_from_it():
    story = Story().bot_hands_over(target="billing")
    story.later(MESSAGING_WINDOW + 2 * CLOCK_SKEW)
    assert story.timer_fires().owner is Owner.IDLE
    assert handback(story.person_says("hello again"))["from"] == "billing"


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
    assert handback(story) == {"from": "page_inbox", "outcome": "done", "unanswered": False}


def test_a_live_word_while_the_bot_is_called_back_is_the_return_that_was_asked_for():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    assert handback(story.person_says("hello again"))["outcome"] == "cancelled"


def test_a_thread_that_is_given_back_while_it_is_taken_comes_back_for_the_takes_reason():
    story = Story().bot_hands_over().timer_fires()
    assert handback(story.control_comes_back())["outcome"] == "timeout"


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


def test_a_word_that_a_human_has_read_is_not_asked_for_at_a_later_return():
    story = Story().person_says("hello").bot_answers("Hi!").message_is_sent()
    written_at = story.later()
    story.agent_takes().control_comes_back().person_says("are you open?", at=written_at)
    assert story.transcript[-1].text == "are you open?"
    assert handback(story.agent_takes().control_comes_back())["unanswered"] is False


def test_an_old_word_that_a_human_has_read_leaves_a_newer_one_unanswered():
    story = Story().person_says("hello").bot_answers("Hi!").message_is_sent()
    written_at = story.later()
    story.agent_takes().control_comes_back()
    story.person_says("and my refund?").person_says("are you open?", at=written_at)
    assert not story.transcript[-1].heard_by_bot
    assert handback(story.agent_takes().control_comes_back())["unanswered"] is True


def test_a_word_that_is_heard_of_late_is_not_the_last_one():
    story = Story().bot_hands_over()
    written_at = story.later()
    story.agent_replies().person_says("and my refund?", standby=True)
    story.person_says("hello?", standby=True, at=written_at)
    assert handback(story.control_comes_back())["unanswered"] is True


def test_an_answer_stays_one_though_an_earlier_reply_is_heard_of_after_it():
    story = Story().bot_hands_over().agent_replies()
    earlier_at, written_at = story.later(), story.later()
    story.agent_replies("Tomorrow.").agent_replies("One moment.", at=earlier_at)
    story.person_says("when?", standby=True, at=written_at)
    assert handback(story.control_comes_back())["unanswered"] is False


def test_two_words_in_the_wrong_order_are_both_answered():
    story = Story().person_says("second")
    story.person_says("first", at=story.now - 500)
    assert asked(story) == ["first"]


def test_two_words_in_the_wrong_order_are_both_answered_after_a_handoff_that_failed_too():
    story = Story()
    written_at = story.later()
    story.person_says("second").bot_answers(handoff=HandoffAsked())
    story.call_settles(ControlCall.PASS, worked=False)
    assert asked(story.person_says("first", at=written_at)) == ["first"]


def test_a_return_in_the_middle_of_a_handoff_is_from_whom_the_thread_went_to():
    story = Story().person_says("bill").bot_answers(handoff=HandoffAsked(target="billing"))
    assert handback(story.control_comes_back())["from"] == "billing"


def test_a_return_from_before_the_agent_wrote_is_old():
    story = Story()
    returned_at = story.later()
    assert story.agent_replies().control_comes_back(at=returned_at).owner is Owner.HUMAN


def test_a_return_from_before_our_pass_is_old():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    returned_at = story.now
    story.call_settles(ControlCall.PASS).control_comes_back(at=returned_at)
    assert story.owner is Owner.WAITING


def test_a_return_that_our_take_overtook_adds_no_second_greeting():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    assert story.control_comes_back(at=story.conversation.owner_settled).commands == ()


def test_a_take_that_a_return_overtook_adds_no_second_greeting():
    story = Story().bot_hands_over().timer_fires().control_comes_back()
    assert story.call_settles(ControlCall.TAKE).commands == ()


def test_a_pass_that_names_nobody_gives_back_what_we_passed():
    story = Story().bot_hands_over()
    now = story.later()
    story.happens(ControlPassed(at=now, received_at=now, previous_app_id=None, new_app_id=OUR_APP))
    assert handback(story)["outcome"] == "done"


def test_a_thread_that_came_back_can_be_handed_over_and_called_back_again():
    story = Story().bot_hands_over().timer_fires().control_comes_back().bot_answers("Sorry.")
    story.bot_hands_over().person_says("never mind", standby=True)
    assert [type(command) for command in story.commands] == [TakeThreadControl]


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
    assert handback(story)["outcome"] == "taken"


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
    assert handback(story) == {"from": "page_inbox", "outcome": "expired", "unanswered": False}
    assert asked(story) == ["hello again"]
    assert [type(command) for command in story.person_says("anyone?").commands] == [AskBot]


def test_a_thread_that_lapsed_and_came_back_from_an_agent_is_announced_once():
    story = Story().bot_hands_over()
    story.later(MESSAGING_WINDOW + 2 * CLOCK_SKEW)
    story.timer_fires().agent_replies().control_comes_back()
    assert handback(story)["outcome"] == "done"
    assert [type(command) for command in story.person_says("hello again").commands] == [AskBot]


def test_a_thread_does_not_lapse_before_a_day_after_the_agent_came():
    story = Story().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires()
    timer = story.conversation.timer
    assert (story.owner, story.commands) == (Owner.HUMAN, ())
    assert timer is not None
    assert timer.due == story.conversation.owner_settled + MESSAGING_WINDOW + CLOCK_SKEW


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


def test_a_bot_without_a_word_for_a_timeout_has_the_bridge_offer_to_wait_on():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE).bot_answers()
    (said,) = story.commands
    assert isinstance(said, SendMessage)
    assert said.message.text == story.policy.words.handback
    assert [title for title, _ in said.message.buttons] == [story.policy.words.keep_waiting]


def test_waiting_on_is_offered_beside_the_bots_own_buttons():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    now, turn = story.later(), story.conversation.turn
    sorry = BotMessage(text="Nobody came.", buttons=(("Hours", "/hours"),))
    story.happens(BotAnswered(at=now, received_at=now, turn=turn, messages=(sorry,)))
    (said,) = story.commands
    assert isinstance(said, SendMessage)
    assert [title for title, _ in said.message.buttons] == ["Hours", "Keep waiting"]


def test_a_message_that_the_bot_made_itself_is_left_as_it_is():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    now, turn = story.later(), story.conversation.turn
    own = BotMessage(custom={"text": "Nobody came."})
    story.happens(BotAnswered(at=now, received_at=now, turn=turn, messages=(own,)))
    assert story.commands == (SendMessage(own),)


def test_waiting_on_is_offered_once():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    story.bot_answers("Nobody came.").person_says("when are you open?").bot_answers("From nine.")
    (said,) = story.commands
    assert isinstance(said, SendMessage)
    assert said.message.buttons == ()


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


def test_after_a_timeout_the_bot_may_hand_over_to_somebody_else():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    story.bot_answers("Billing can help.", handoff=HandoffAsked(target="billing"))
    (passes,) = (c for c in story.commands if isinstance(c, PassThreadControl))
    assert passes.app_id == BILLING_APP
    assert not story.conversation.offers_to_wait


def test_after_a_timeout_the_person_decides_whether_to_wait_on_for_the_same():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    story.bot_answers("I try again.", handoff=HandoffAsked())
    (said,) = story.commands
    assert isinstance(said, SendMessage)
    assert said.message.buttons == ((story.policy.words.keep_waiting, f"{CONNECT}:page_inbox"),)


def test_only_a_timeout_offers_to_wait_on():
    story = Story().bot_hands_over().agent_replies().control_comes_back().bot_answers("Hi again.")
    (said,) = story.commands
    assert isinstance(said, SendMessage)
    assert said.message.buttons == ()
