"""What a tapped button means, and when it is no answer any more."""

from dataclasses import replace
from typing import Any

import pytest

from messenger_app.conversation.commands import (
    AskBot,
    Command,
    FindOwner,
    NotifyAgents,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import UNNAMED_TAP, ControlCall, OwnerFound, PersonTapped
from messenger_app.conversation.policy import MESSAGING_WINDOW, PAGE_INBOX_APP_ID, BotWhileHuman
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Owner
from messenger_app.conversation.transitions import may_run
from tests.unit.conversation.story import BILLING_APP, POLICY, Story
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


def taps(told: Story, title: str = "Buy", **more: Any) -> Story:
    at = more.pop("at", None) or told.later()
    return told.happens(PersonTapped(at=at, received_at=at, mid=f"m_{at}", title=title, **more))


def found(told: Story, *, free: bool, asked_at: int | None = None) -> Story:
    """Let the platform say whose the thread is, about the tap that was last."""
    (asks,) = (command for command in told.commands if isinstance(command, FindOwner))
    at, turn = asked_at or told.later(), told.conversation.turn
    return told.happens(
        OwnerFound(
            at=at,
            received_at=at,
            turn=turn,
            free=free,
            lapsed=asks.lapsed,
        )
    )


@pytest.mark.parametrize("held_by", ["an agent", "the inbox", "an app"])
def test_a_tap_on_our_button_moves_no_owner_and_asks_no_bot(held_by):
    told = story()
    if held_by == "the inbox":
        told.bot_hands_over()
    else:
        told.other_app_replies(PAGE_INBOX_APP_ID if held_by == "an agent" else BILLING_APP)
    owner = told.owner
    taps(told, payload="/buy", sent_in=0)
    assert [type(command) for command in told.commands] == [FindOwner]
    found(told, free=False)
    assert (told.owner, told.commands) == (owner, ())
    assert (told.transcript[-1].author, told.transcript[-1].text) == ("person", "Buy")


def test_a_tap_on_our_button_brings_the_bot_where_the_platform_says_that_the_thread_is_ours():
    told = taps(story().agent_replies(), payload="/buy", sent_in=0)
    found(told, free=True)
    assert told.owner is Owner.BOT
    (handback,) = told.commands
    assert isinstance(handback, TellBot)
    assert (handback.entities["outcome"], handback.entities["unanswered"]) == ("done", True)


def test_a_tap_after_a_day_without_a_word_is_told_as_a_lapse():
    told = story().other_app_replies(BILLING_APP)
    told.later(MESSAGING_WINDOW)
    found(taps(told, payload="/buy", sent_in=0), free=True)
    (handback,) = (command for command in told.commands if isinstance(command, TellBot))
    assert handback.entities["outcome"] == "expired"


def test_what_the_platform_said_of_the_owner_is_old_once_somebody_else_has_come():
    told = story().bot_hands_over()
    taps(told, payload="/buy", sent_in=0)
    asks, turn = told.commands[0], told.conversation.turn
    told.agent_replies()
    assert not may_run(told.conversation, asks, turn)


def test_what_the_platform_said_is_old_in_another_turn_whatever_the_order_of_the_news():
    told = taps(story().bot_hands_over(), payload="/buy", sent_in=0)
    turn, replied_at, asked_at = told.conversation.turn, told.later(), told.later()
    told.agent_replies(at=replied_at)
    told.happens(OwnerFound(at=asked_at, received_at=told.later(), turn=turn, free=True))
    assert (told.owner, told.commands) == (Owner.HUMAN, ())


@pytest.mark.parametrize("news", ["agent_takes", "agent_replies"])
def test_what_the_platform_said_is_old_once_the_same_human_has_come_again(news):
    told = taps(story().agent_replies(), payload="/buy", sent_in=0)
    tapped, asked_at = told.commands, told.later()
    getattr(told, news)()
    told.commands = tapped
    found(told, free=True, asked_at=asked_at)
    assert (told.owner, told.commands) == (Owner.HUMAN, ())


def test_a_tap_from_before_the_agent_came_is_the_agents():
    told = story()
    tapped_at = told.later()
    taps(told.agent_replies(), payload="/buy", sent_in=0, at=tapped_at)
    assert (told.owner, told.commands) == (Owner.HUMAN, ())


@pytest.mark.parametrize("payload", ["/start", "Never mind", "Go back"])
def test_never_mind_by_a_button_that_stays_calls_the_bot_back(payload):
    told = story().bot_hands_over()
    taps(told, "Never mind", payload=payload, sent_in=0)
    assert [type(command) for command in told.commands] == [TakeThreadControl]


def test_a_tap_while_the_bot_is_called_back_asks_nothing():
    told = story().bot_hands_over().person_says("never mind", standby=True)
    assert taps(told, payload="/buy", sent_in=0).commands == ()


def test_where_take_is_blocked_it_is_asked_whose_the_thread_is_that_a_tap_calls_the_bot_to():
    told = Story(policy=replace(POLICY, may_take=False)).person_says("hi").bot_answers("Hello.")
    told.bot_hands_over()
    taps(told, "Never mind", payload="Never mind", sent_in=0)
    assert [type(command) for command in told.commands] == [NotifyAgents, FindOwner]
    found(told, free=True)  # it was released, and nobody told us
    assert told.owner is Owner.BOT
    assert [type(command) for command in told.commands] == [TellBot]


def test_a_title_that_was_cut_calls_the_bot_back_by_its_payload_unless_that_is_an_intent():
    told = story().bot_hands_over()
    taps(told, "Cancel it…", payload="/cancel", sent_in=0)
    assert TakeThreadControl not in [type(command) for command in told.commands]
    taps(told, "Never mi…", payload="Never mind", sent_in=0)
    assert [type(command) for command in told.commands] == [TakeThreadControl]


def test_a_button_that_calls_for_the_bot_obeys_the_policy_as_words_do():
    told = story().agent_replies()
    told.policy = replace(told.policy, bot_while_human=BotWhileHuman.ASK)
    taps(told, "Talk to the bot", payload="/start", sent_in=0)
    assert [type(command) for command in told.commands] == [NotifyAgents, FindOwner]
    told.policy = replace(told.policy, bot_while_human=BotWhileHuman.ON)
    taps(told, "Talk to the bot", payload="/start", sent_in=0)
    assert [type(command) for command in told.commands] == [TakeThreadControl]


def test_the_menu_is_the_owners_and_shows_that_control_is_ours():
    told = taps(story().agent_replies(), "Hours", payload="/opening_hours")
    assert told.owner is Owner.BOT
    assert [question.payload for question in asked(told)] == ["/opening_hours"]


def test_a_tap_on_an_idle_thread_is_answered_and_leaves_older_news_of_the_owner_true():
    told = taps(Story(), payload="/buy", sent_in=0)
    assert [question.payload for question in asked(told)] == ["/buy"]
    told.agent_takes(at=told.now - 500)
    assert told.owner is Owner.HUMAN


def test_a_tap_in_the_menu_of_an_idle_thread_makes_older_news_of_the_owner_old():
    told = taps(Story(), "Hours", payload="/opening_hours")
    assert told.agent_takes(at=told.now - 500).owner is Owner.BOT


def test_a_tap_in_standby_says_nothing_of_the_owner():
    told = taps(story(), standby=True)
    assert (told.owner, told.commands) == (Owner.BOT, ())


@pytest.mark.parametrize("first", ["standby", "live"])
def test_a_tap_that_is_heard_on_both_channels_is_one_tap(first):
    told = story().agent_replies()
    told.policy = replace(told.policy, bot_while_human=BotWhileHuman.ASK)
    at = told.later()
    commands: list[Command] = []
    for standby in (first == "standby", first != "standby"):
        known = {} if standby else {"payload": "/start", "sent_in": 0}
        taps(told, "Talk to the bot", at=at, standby=standby, **known)
        commands += told.commands
    assert [line.text for line in told.transcript].count("Talk to the bot") == 1
    assert [type(command) for command in commands].count(NotifyAgents) == 1


def test_a_tap_whose_copy_in_standby_has_no_id_is_one_tap_too():
    told = story().agent_replies()
    at = told.later()
    nameless = PersonTapped(
        at=at, received_at=at, mid=f"{UNNAMED_TAP}{at}:80", title="Buy", standby=True
    )
    told.happens(nameless)
    taps(told, at=at, payload="/buy", sent_in=0)
    assert [line.text for line in told.transcript].count("Buy") == 1


def test_a_tap_whose_copy_without_an_id_comes_last_is_one_tap_too():
    told = story().agent_replies()
    at = told.later()
    taps(told, at=at, payload="/buy", sent_in=0)
    told.happens(
        PersonTapped(at=at, received_at=at, mid=f"{UNNAMED_TAP}{at}:80", title="Buy", standby=True)
    )
    assert [line.text for line in told.transcript].count("Buy") == 1


def test_a_tap_after_one_without_an_id_is_another():
    told = story().agent_replies()
    at = told.later()
    told.happens(
        PersonTapped(at=at, received_at=at, mid=f"{UNNAMED_TAP}{at}:80", title="Buy", standby=True)
    )
    taps(told, payload="/buy", sent_in=0)
    assert [line.text for line in told.transcript].count("Buy") == 2


def test_a_tap_that_is_heard_in_standby_first_is_asked_of_the_bot_and_written_down_once():
    told = story()
    at = told.later()
    taps(told, at=at, standby=True)
    taps(told, at=at, payload="/buy", sent_in=told.conversation.turn)
    assert [question.payload for question in asked(told)] == ["/buy"]
    assert [line.text for line in told.transcript].count("Buy") == 1


def test_two_taps_in_one_moment_are_two():
    told = story().agent_replies()
    at = told.later()
    taps(told, at=at, payload="/buy", sent_in=0)
    told.happens(PersonTapped(at=at, received_at=at, mid="m_other", title="Sell", standby=True))
    assert [line.text for line in told.transcript][-2:] == ["Buy", "Sell"]


def test_a_tap_that_called_the_bot_back_in_standby_is_not_asked_of_it_too():
    told = story().bot_hands_over()
    at = told.later()
    taps(told, "Never mind", at=at, standby=True).call_settles(ControlCall.TAKE)
    taps(told, "Never mind", at=at, payload="Never mind", sent_in=0)
    assert (told.owner, told.commands) == (Owner.BOT, ())


def test_without_a_default_app_the_echo_pause_decides_about_a_tap_too():
    told = story()
    told.policy = replace(told.policy, routing=Routing.NO_DEFAULT_APP)
    told.agent_replies()
    taps(told, payload="/buy", sent_in=0)
    assert (told.owner, told.commands) == (Owner.HUMAN, ())


def test_without_a_default_app_a_tap_while_the_person_waits_asks_nothing():
    told = story()
    told.policy = replace(told.policy, routing=Routing.NO_DEFAULT_APP)
    taps(told.bot_hands_over(), payload="/buy", sent_in=0)
    assert (told.owner, told.commands) == (Owner.WAITING, ())


def test_a_title_that_was_cut_stands_for_all_of_its_words():
    told = story().person_says("Where exactly is…", payload="Where exactly is the shop?")
    assert [question.text for question in asked(told)] == ["Where exactly is the shop?"]
