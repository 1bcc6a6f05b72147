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
from messenger_app.conversation.events import ControlCall, OtherAppEchoed, OwnAppEchoed, Refusal
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID, BotWhileHuman
from messenger_app.conversation.state import Conversation, Outcome, Owner
from messenger_app.conversation.transitions import ELSEWHERE, may_run
from tests.unit.conversation.story import POLICY, Story, asked, handback


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


def test_a_late_echo_of_the_agent_after_the_return_changes_nothing():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    story.agent_replies("Bye!", at=story.conversation.owner_since + 1_500)
    assert story.owner is Owner.BOT


def test_an_agent_who_replies_again_long_after_the_return_silences_the_bot():
    story = Story().bot_hands_over().agent_replies().control_comes_back()
    story.agent_replies("One more thing", at=story.conversation.owner_since + 2_500)
    assert story.owner is Owner.HUMAN


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
    assert handback(story.call_settles(ControlCall.TAKE))["outcome"] == "cancelled"


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
