"""While others have the thread the bot is silent, and calling it back is a rule of its own."""

from dataclasses import replace

import pytest

from messenger_app.conversation.commands import (
    AskBot,
    NotifyAgents,
    SendMessage,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import (
    ControlCall,
    ControlPassed,
    ControlTaken,
    HandoffAsked,
    OtherAppEchoed,
    OwnAppEchoed,
    Refusal,
)
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID, BotWhileHuman
from messenger_app.conversation.state import Conversation, Outcome, Owner
from messenger_app.conversation.transitions import ELSEWHERE, may_run
from tests.unit.conversation.story import (
    BILLING_APP,
    OUR_APP,
    POLICY,
    Story,
    asked,
    handback,
)


def test_standby_words_are_never_given_to_the_bot_not_later_either():
    story = Story().bot_hands_over()
    for text in ("are you there?", "hello?"):
        story.person_says(text, standby=True)
        assert story.commands == ()
    story.agent_replies().person_says("my parcel", standby=True).control_comes_back()
    assert asked(story) == []
    heard = [line.text for line in story.transcript if line.heard_by_bot]
    assert heard == ["I want a person"]


@pytest.mark.parametrize("words", ["Never mind", "never mind!", "  NEVER  MIND ", "Cancel."])
def test_never_mind_while_waiting_takes_control_back(words: str):
    story = Story().bot_hands_over().person_says(words, standby=True)
    assert isinstance(story.commands[0], TakeThreadControl)
    story.call_settles(ControlCall.TAKE)
    assert story.owner is Owner.BOT
    assert handback(story) == {"from": "page_inbox", "outcome": "cancelled", "unanswered": False}


def test_never_mind_that_was_tapped_before_the_pass_settled_counts():
    story = Story().bot_hands_over()
    story.person_says("Never mind", at=story.conversation.owner_since)
    assert isinstance(story.commands[0], TakeThreadControl)


def test_never_mind_is_not_asked_of_the_bot_that_it_called_back():
    story = Story().bot_hands_over()
    story.person_says("Never mind", at=story.conversation.owner_settled - 100)
    assert asked(story.call_settles(ControlCall.TAKE)) == []


def test_never_mind_from_before_the_handoff_calls_nobody_back():
    story = Story().bot_hands_over()
    story.person_says("cancel", at=story.conversation.owner_since - 1)
    assert (story.owner, story.commands) == (Owner.WAITING, ())


def test_never_mind_twice_takes_once():
    story = Story().bot_hands_over().person_says("Never mind", standby=True)
    assert story.person_says("never mind", standby=True).commands == ()


def test_never_mind_to_a_human_is_for_the_human():
    story = Story().bot_hands_over().agent_replies().person_says("never mind", standby=True)
    assert story.commands == ()
    assert story.owner is Owner.HUMAN


def test_a_take_that_is_refused_leaves_the_thread_with_the_inbox():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    story.call_settles(ControlCall.TAKE, worked=False)
    assert story.owner is Owner.WAITING
    assert story.conversation.taking is None


def test_an_agent_who_replies_silences_the_bot():
    story = Story().person_says("hello")
    turn = story.conversation.turn
    story.agent_replies()
    assert story.owner is Owner.HUMAN
    assert not may_run(story.conversation, SendMessage(BotMessage(text="Hi!")), turn)
    assert story.bot_answers("Hi!", turn=turn).commands == ()
    assert story.transcript[-1].note.startswith("not said")


def test_an_agent_who_moves_the_thread_to_main_silences_the_bot():
    story = Story().person_says("hello").agent_takes()
    assert story.owner is Owner.HUMAN
    assert story.person_says("hello?", standby=True).commands == ()


def test_what_others_say_is_written_down_as_theirs():
    story = Story().person_says("hello").agent_replies("Mia here.")
    story.other_app_replies(BILLING_APP, "Your bill.")
    said = [(line.author, line.text) for line in story.transcript[-2:]]
    assert said == [("human", "Mia here."), ("app", "Your bill.")]


def test_where_a_reply_takes_control_the_agent_is_not_given_it():
    assert Story().person_says("hello").agent_replies().commands == ()


def test_an_app_of_the_default_target_is_where_people_answer():
    story = Story(policy=replace(POLICY, default_target="billing")).person_says("hello")
    assert story.other_app_replies(BILLING_APP).owner is Owner.HUMAN


@pytest.mark.parametrize("app_id", [PAGE_INBOX_APP_ID, "26390203743090", None])
def test_every_form_of_the_page_inbox_in_an_echo_is_a_human(app_id: str | None):
    story = Story().person_says("hello")
    now = story.later()
    story.happens(OtherAppEchoed(at=now, received_at=now, mid="m_e", text="Hi", app_id=app_id))
    assert story.owner is Owner.HUMAN


def test_an_echo_of_a_third_app_silences_the_bot_too():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(OtherAppEchoed(at=now, received_at=now, mid="m_e", text="Hi", app_id="9"))
    assert story.owner is Owner.OTHER_APP


def test_a_message_of_another_tool_with_our_app_id_is_recorded_without_a_pause():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(OwnAppEchoed(at=now, received_at=now, mid="m_e", text="News!", ours=False))
    assert story.owner is Owner.BOT
    assert story.transcript[-1].text == "News!"
    assert "another tool" in story.transcript[-1].note


def test_an_echo_of_what_we_sent_is_not_written_down_again():
    story = Story().person_says("hello").bot_answers("Hi!").message_is_sent("Hi!")
    now = story.later()
    story.happens(OwnAppEchoed(at=now, received_at=now, mid="m_e", text="Hi!", ours=True))
    assert [line.text for line in story.transcript] == ["hello", "Hi!"]


def test_a_late_echo_of_the_agent_after_the_return_changes_nothing():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    story.agent_replies("Bye!", at=story.conversation.owner_since + 1_500)
    assert story.owner is Owner.BOT
    assert story.transcript[-1].note == "late"


def test_a_late_echo_that_names_no_app_is_the_agents_too():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    story.other_app_replies(None, at=story.conversation.owner_since + 1_500)
    assert story.owner is Owner.BOT


def test_a_late_echo_of_an_app_after_the_return_changes_nothing():
    story = Story().bot_hands_over(target="billing").other_app_replies(BILLING_APP)
    story.control_comes_back()
    story.other_app_replies(BILLING_APP, at=story.conversation.owner_since + 1_500)
    assert story.owner is Owner.BOT


def test_an_agent_who_steps_in_right_after_an_app_gave_the_thread_back_silences_the_bot():
    story = Story().bot_hands_over(target="billing").other_app_replies(BILLING_APP)
    story.control_comes_back()
    story.agent_replies(at=story.conversation.owner_since + 1_500)
    assert story.owner is Owner.HUMAN


def test_a_late_echo_of_the_agent_does_not_end_the_next_handoff():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    returned_at = story.now
    story.person_says("one more thing").bot_answers(handoff=HandoffAsked())
    story.agent_replies("Bye!", at=returned_at + 1_500)
    assert story.owner is Owner.HANDING_OFF


def test_a_word_after_the_return_is_the_bots_though_a_late_echo_is_newer():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    returned_at = story.now
    story.agent_replies("Bye!", at=returned_at + 1_500)
    assert asked(story.person_says("are you open?", at=returned_at + 500)) == ["are you open?"]


def test_an_echo_from_long_before_a_message_that_the_platform_took_is_over():
    story = Story().person_says("hello").bot_answers("Hi!")
    said_at = story.later()
    story.later(5_000)
    story.message_is_sent().agent_replies(at=said_at)
    assert story.owner is Owner.BOT


def test_a_take_from_right_before_our_message_is_news():
    story = Story().person_says("hello").bot_answers("Hi!")
    taken_at = story.later()
    story.message_is_sent().agent_takes(at=taken_at)
    assert story.owner is Owner.HUMAN


def test_a_take_from_before_the_word_that_gave_the_bot_an_idle_thread_is_over():
    story = Story()
    taken_at = story.later()  # and nobody was told when it was given back
    story.person_says("hello").agent_takes(at=taken_at)
    assert story.owner is Owner.BOT


def test_a_standby_word_from_before_a_message_that_the_platform_took_is_over():
    story = Story().person_says("hello").bot_answers("Hi!")
    written_at = story.later()
    story.message_is_sent().person_says("are you there?", standby=True, at=written_at)
    assert story.owner is Owner.BOT


def test_a_live_word_from_before_a_standby_one_is_no_return():
    story = Story().person_says("hello").bot_answers("Hi!")
    written_at = story.later()
    story.person_says("hello?", standby=True).person_says("my number is 12", at=written_at)
    assert (story.owner, story.commands) == (Owner.OTHER_APP, ())


def test_a_live_word_from_before_the_agent_who_had_answered_took_the_thread_is_the_agents():
    story = Story().person_says("hello").agent_replies()
    written_at = story.later()
    story.agent_takes().person_says("my number is 12", at=written_at)
    assert (story.owner, story.commands) == (Owner.HUMAN, ())


def test_an_app_that_takes_the_thread_has_it_for_as_long_as_it_likes():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(
        ControlTaken(at=now, received_at=now, previous_app_id=OUR_APP, new_app_id=BILLING_APP)
    )
    assert (story.owner, story.conversation.timer) == (Owner.OTHER_APP, None)


def test_a_pass_to_another_app_that_we_are_told_of_silences_the_bot():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(
        ControlPassed(at=now, received_at=now, previous_app_id=OUR_APP, new_app_id=BILLING_APP)
    )
    assert story.owner is Owner.OTHER_APP


def test_a_take_of_our_own_is_settled_by_its_answer_not_by_its_webhook():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    before, now = story.conversation, story.later()
    story.happens(
        ControlTaken(at=now, received_at=now, previous_app_id=BILLING_APP, new_app_id=OUR_APP)
    )
    assert (story.conversation, story.commands) == (before, ())


def test_an_agent_who_replies_again_long_after_the_return_silences_the_bot():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    story.agent_replies("One more thing", at=story.conversation.owner_since + 2_500)
    assert story.owner is Owner.HUMAN


def test_an_app_that_writes_right_after_an_agent_gave_the_thread_back_silences_the_bot():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    story.other_app_replies(BILLING_APP, at=story.conversation.owner_since + 1_500)
    assert story.owner is Owner.OTHER_APP


def test_an_agent_who_answers_at_once_after_a_second_handoff_has_the_thread():
    story = Story().bot_hands_over().agent_replies().control_comes_back().bot_hands_over()
    story.agent_replies(at=story.conversation.owner_settled - 100)
    assert story.owner is Owner.HUMAN


def test_an_echo_that_may_be_from_before_our_take_changes_nothing():
    story = Story().bot_hands_over(target="billing").timer_fires().call_settles(ControlCall.TAKE)
    assert story.agent_replies(at=story.conversation.owner_settled).owner is Owner.BOT


@pytest.mark.parametrize("news", ["agent_replies", "agent_takes"])
def test_words_from_before_an_agent_of_whom_we_hear_late_are_the_agents(news: str):
    story = Story()
    written_at, came_at = story.later(), story.later()
    story.person_says("hello again")  # control had come back by then
    getattr(story, news)(at=came_at)
    assert story.owner is Owner.BOT
    assert asked(story.person_says("my number is 12", at=written_at)) == []
    assert asked(story.person_says("are you open?", at=came_at + 500)) == ["are you open?"]


def test_a_standby_word_within_what_clocks_may_differ_tells_of_no_take():
    story = Story().person_says("hello")
    story.person_says("hello?", standby=True, at=story.now + 400)
    assert story.owner is Owner.BOT


def test_an_agent_who_takes_the_thread_and_says_nothing_loses_it():
    story = Story().person_says("hello").agent_takes()
    assert [type(command) for command in story.timer_fires().commands] == [TakeThreadControl]


def test_somebody_unknown_because_of_whom_we_are_refused_loses_the_thread_when_quiet():
    story = Story().person_says("hello").message_is_refused(Refusal.OTHER_APP_IN_CONTROL)
    assert story.transcript[-1].note == "refused: other_app_in_control"
    assert [type(command) for command in story.timer_fires().commands] == [TakeThreadControl]


def test_a_take_that_is_refused_leaves_the_time_to_wait_as_it_was():
    story = Story().bot_hands_over()
    timer = story.conversation.timer
    story.person_says("never mind", standby=True).call_settles(ControlCall.TAKE, worked=False)
    assert story.conversation.timer == timer


def test_a_refusal_because_of_another_app_is_news_about_the_owner():
    story = Story().person_says("hello").bot_answers("Hi!")
    turn = story.conversation.turn
    story.message_is_refused(Refusal.OTHER_APP_IN_CONTROL)
    assert story.owner is Owner.OTHER_APP
    assert story.commands == ()
    assert not may_run(story.conversation, SendMessage(BotMessage(text="Hi!")), turn)


def test_the_take_that_caused_a_refusal_counts_though_it_is_older():
    story = Story().person_says("hello").bot_answers("Hi!")
    taken_at = story.now
    story.message_is_refused(Refusal.OTHER_APP_IN_CONTROL).agent_takes(at=taken_at)
    assert story.owner is Owner.HUMAN


def test_a_word_from_before_a_refusal_does_not_show_that_the_thread_is_ours():
    story = Story().person_says("hello").bot_answers("Hi!")
    written_at = story.later()
    story.message_is_refused(Refusal.OTHER_APP_IN_CONTROL).person_says("hello?", at=written_at)
    assert (story.owner, story.commands) == (Owner.OTHER_APP, ())


def test_a_refusal_tells_nothing_new_where_an_agent_is_known_to_have_the_thread():
    story = Story().person_says("hello").agent_replies()
    before = story.conversation
    assert story.message_is_refused(Refusal.OTHER_APP_IN_CONTROL).conversation == before


def test_a_refusal_outside_the_window_is_recorded_and_moves_nothing():
    story = Story().person_says("hello").message_is_refused(Refusal.OUTSIDE_WINDOW)
    assert story.owner is Owner.BOT
    assert story.commands == ()
    assert story.transcript[-1].note == "refused: outside_window"


# A bot that is asked for while a human has the thread


def asked_for_bot(setting: BotWhileHuman) -> Story:
    story = Story(policy=replace(POLICY, bot_while_human=setting))
    return story.bot_hands_over().agent_replies().person_says("back to the bot", standby=True)


def test_a_bot_that_is_asked_for_stays_away_by_default():
    assert asked_for_bot(BotWhileHuman.OFF).commands == ()


def test_a_bot_that_is_asked_for_can_have_the_agents_told():
    (notice,) = asked_for_bot(BotWhileHuman.ASK).commands
    assert isinstance(notice, NotifyAgents)
    assert notice.about == "bot_wanted"


def test_a_bot_that_is_asked_for_can_take_the_thread_back():
    story = asked_for_bot(BotWhileHuman.ON)
    assert isinstance(story.commands[0], TakeThreadControl)
    told = handback(story.call_settles(ControlCall.TAKE))
    assert (told["outcome"], told["unanswered"]) == ("cancelled", False)


@pytest.mark.parametrize("setting", BotWhileHuman)
def test_other_words_to_a_human_call_for_no_bot(setting: BotWhileHuman):
    story = Story(policy=replace(POLICY, bot_while_human=setting)).bot_hands_over().agent_replies()
    assert story.person_says("my parcel", standby=True).commands == ()


def test_words_to_another_app_call_for_no_bot():
    story = Story(policy=replace(POLICY, bot_while_human=BotWhileHuman.ON)).person_says("hello")
    story.other_app_replies(BILLING_APP)
    assert story.person_says("back to the bot", standby=True).commands == ()


# What may still be done when its turn comes


@pytest.mark.parametrize("owner", sorted(ELSEWHERE))
def test_nothing_is_said_on_a_thread_that_others_own(owner: Owner):
    conversation = Conversation(page_id="1", psid="2", owner=owner, turn=3, taking=Outcome.TAKEN)
    for command in (SendMessage(BotMessage(text="Hi")), AskBot("m", "hi"), TellBot("handback")):
        assert not may_run(conversation, command, turn=3)
    assert may_run(conversation, TakeThreadControl(), turn=3)


def test_a_take_is_not_wanted_once_the_thread_is_ours():
    conversation = Conversation(page_id="1", psid="2", owner=Owner.BOT, taking=Outcome.TAKEN)
    assert not may_run(conversation, TakeThreadControl(), turn=0)
