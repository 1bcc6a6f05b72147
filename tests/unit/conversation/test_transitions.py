"""Each rule about who may speak, by name."""

from dataclasses import replace

import pytest

from messenger_app.conversation.commands import (
    AskBot,
    NotifyAgents,
    PassThreadControl,
    ReleaseThreadControl,
    SendMessage,
    StopTyping,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import (
    BotAnswered,
    ControlCall,
    ControlPassed,
    ControlRequested,
    HandoffAsked,
    Noticed,
    OperatorPassed,
    OperatorReleased,
    OperatorTook,
    OtherAppEchoed,
    OwnAppEchoed,
    PersonTapped,
    Refusal,
    TimerFired,
)
from messenger_app.conversation.hours import parse_hours
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import (
    CLOCK_SKEW,
    MESSAGING_WINDOW,
    PAGE_INBOX_APP_ID,
    BotWhileHuman,
)
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Conversation, Outcome, Owner, TimerKind
from messenger_app.conversation.transitions import CONNECT_PAYLOAD, ELSEWHERE, may_run
from tests.unit.conversation.story import BILLING_APP, OUR_APP, POLICY, Story


def handback(story: Story) -> dict[str, object]:
    told = [command for command in story.commands if isinstance(command, TellBot)]
    assert [command.intent for command in told] == ["handback"]
    return told[0].entities


def asked(story: Story) -> list[str]:
    return [command.text for command in story.commands if isinstance(command, AskBot)]


def billing_back() -> Story:
    """A thread that was handed to another target than the default, and has come back."""
    return Story().bot_hands_over(target="billing").control_comes_back()


# The bot has the thread


def test_the_first_word_on_an_idle_thread_makes_the_bot_its_owner_and_is_given_to_it():
    story = Story().person_says("hello")
    assert story.owner is Owner.BOT
    assert asked(story) == ["hello"]
    assert story.transcript[-1].heard_by_bot


def test_an_answer_of_the_bot_is_sent():
    assert Story().person_says("hello").bot_answers("Hi!", "How are you?").said == [
        "Hi!",
        "How are you?",
    ]


def test_a_quick_reply_keeps_the_payload_that_our_button_carried():
    story = Story().person_says("Opening hours", payload="/opening_hours")
    (command,) = story.commands
    assert isinstance(command, AskBot)
    assert command.payload == "/opening_hours"


def test_a_tap_on_the_menu_is_given_to_the_bot():
    story = Story()
    now = story.later()
    story.happens(PersonTapped(at=now, received_at=now, mid="m_t", title="Start", payload="/greet"))
    (command,) = story.commands
    assert isinstance(command, AskBot)
    assert (command.text, command.payload) == ("Start", "/greet")


def test_an_empty_answer_is_told_to_the_person_and_after_three_a_human_is_offered():
    story = Story()
    for _ in range(2):
        story.person_says("hello").bot_answers()
        assert story.said == [story.policy.words.bot_failed]
    story.person_says("hello").bot_answers()
    (offer,) = story.commands
    assert isinstance(offer, SendMessage)
    assert offer.message.buttons == ((story.policy.words.offer_human_title, CONNECT_PAYLOAD),)


def test_a_bot_that_stays_away_offers_a_human_at_once():
    story = Story().person_says("hello")
    now, turn = story.later(), story.conversation.turn
    story.happens(BotAnswered(at=now, received_at=now, turn=turn, away=True))
    (offer,) = story.commands
    assert isinstance(offer, SendMessage)
    assert offer.message.text == story.policy.words.bot_away
    assert offer.message.buttons == ((story.policy.words.offer_human_title, CONNECT_PAYLOAD),)


def test_an_answer_ends_the_count_of_failures():
    story = Story().person_says("a").bot_answers().person_says("b").bot_answers()
    story.person_says("c").bot_answers("Yes.").person_says("d").bot_answers()
    assert story.said == [story.policy.words.bot_failed]


def test_the_bridges_own_button_connects_at_once_without_the_bot():
    story = Story().person_says("Chat with a person", payload=CONNECT_PAYLOAD)
    assert story.owner is Owner.HANDING_OFF
    assert asked(story) == []
    assert isinstance(story.commands[-1], PassThreadControl)


def test_an_intent_of_the_bridge_without_an_answer_gets_the_bridges_own_words():
    story = Story().bot_hands_over().control_comes_back()
    now = story.later()
    turn = story.conversation.turn
    story.happens(BotAnswered(at=now, received_at=now, turn=turn, intent="handback"))
    assert story.said == [story.policy.words.handback]


def test_receipts_and_unknown_events_change_nothing():
    story = Story().person_says("hello")
    before = story.conversation
    now = story.later()
    story.happens(Noticed(at=now, received_at=now, kind="delivery"))
    assert story.conversation == before
    assert story.commands == ()


# Handing over


def test_a_handoff_says_so_and_stops_typing_before_it_passes():
    story = Story().person_says("I want a person")
    story.bot_answers("Sure.", handoff=HandoffAsked(reason="user_asked"))
    assert [type(command) for command in story.commands] == [
        SendMessage,
        SendMessage,
        StopTyping,
        PassThreadControl,
    ]
    assert story.said[0] == "Sure."
    assert "connecting you" in story.said[1]
    assert story.owner is Owner.HANDING_OFF


def test_the_recap_for_the_agent_stands_in_the_thread():
    asks = HandoffAsked(
        reason="user_asked", summary="A lost parcel", answers={"order_number": "A17"}
    )
    story = Story().person_says("help").bot_answers(handoff=asks)
    (announcement,) = story.said
    assert "Why: you asked for a person" in announcement
    assert "In short: A lost parcel" in announcement
    assert "Order number: A17" in announcement


def test_braces_in_a_persons_words_do_no_harm_in_the_recap():
    asks = HandoffAsked(reason="other", summary="{title} {0} {")
    story = Story().person_says("help").bot_answers(handoff=asks)
    assert "{title} {0} {" in story.said[0]


def test_the_announcement_offers_never_mind():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    announcement = story.commands[0]
    assert isinstance(announcement, SendMessage)
    assert announcement.message.buttons == (("Never mind", "Never mind"),)


def test_a_named_target_is_passed_to():
    story = Story().person_says("bill").bot_answers(handoff=HandoffAsked(target="billing"))
    passed = story.commands[-1]
    assert isinstance(passed, PassThreadControl)
    assert passed.app_id == BILLING_APP


def test_an_unknown_target_is_told_and_the_bot_goes_on():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked(target="nobody"))
    assert story.said == [story.policy.words.unknown_target]
    assert story.owner is Owner.BOT


def closed_inbox() -> Story:
    """A thread whose inbox is open only at a time when it never is in these tests."""
    opens_for_a_minute = parse_hours("UTC", "Mon 04:00-04:01")
    inbox = replace(POLICY.targets["page_inbox"], hours=opens_for_a_minute)
    return Story(policy=replace(POLICY, targets={"page_inbox": inbox}))


def test_outside_its_hours_a_target_is_not_passed_to_and_the_person_is_told():
    story = closed_inbox().person_says("help").bot_answers(handoff=HandoffAsked())
    assert story.owner is Owner.BOT
    assert story.said == [story.policy.words.closed]


def test_an_operator_passes_at_any_hour():
    story = closed_inbox().person_says("help")
    now = story.later()
    story.happens(OperatorPassed(at=now, received_at=now))
    assert story.owner is Owner.HANDING_OFF


def test_what_the_person_writes_while_handing_off_is_held():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    story.person_says("my order is A17")
    assert story.held
    assert story.commands == ()


def test_held_words_go_to_the_transcript_alone_once_the_pass_worked():
    story = Story().bot_hands_over()
    story.person_says("my order is A17", at=story.conversation.owner_since)
    assert story.owner is Owner.WAITING
    assert story.commands == ()
    assert not story.transcript[-1].heard_by_bot


def test_held_words_go_to_the_bot_once_the_pass_was_refused():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    story.call_settles(ControlCall.PASS, worked=False)
    assert story.owner is Owner.BOT
    assert story.said == [story.policy.words.handoff_failed]
    assert asked(story.person_says("my order is A17")) == ["my order is A17"]


def test_a_handoff_that_never_settles_ends_at_its_deadline():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    story.timer_fires()
    assert story.owner is Owner.BOT
    assert story.said == [story.policy.words.handoff_failed]


def test_a_pass_that_settles_after_its_deadline_is_old_news():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    turn = story.conversation.turn
    story.timer_fires()
    assert not may_run(story.conversation, PassThreadControl("1"), turn)


def test_a_request_for_control_is_granted_without_a_word():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(ControlRequested(at=now, received_at=now, app_id=PAGE_INBOX_APP_ID))
    assert story.commands == (PassThreadControl(PAGE_INBOX_APP_ID, "granted on request"),)
    assert story.call_settles(ControlCall.PASS).owner is Owner.WAITING


# While others have the thread


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


# Coming back


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
    story.bot_hands_over(target="billing")
    story.timer_fires()
    assert handback(story.person_says("hello again"))["from"] == "billing"


def test_a_last_word_that_nobody_answered_is_told():
    story = Story().bot_hands_over().agent_replies().person_says("and my refund?", standby=True)
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


# An operator's hand


def test_an_operator_takes_the_thread_and_the_bot_is_told():
    story = Story().bot_hands_over().agent_replies()
    now = story.later()
    story.happens(OperatorTook(at=now, received_at=now))
    assert isinstance(story.commands[0], TakeThreadControl)
    assert handback(story.call_settles(ControlCall.TAKE))["outcome"] == "taken"


def test_an_operator_who_takes_what_is_ours_does_nothing():
    story = Story().person_says("hello")
    now = story.later()
    assert story.happens(OperatorTook(at=now, received_at=now)).commands == ()


def test_an_operator_passes_a_thread():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(OperatorPassed(at=now, received_at=now, target="billing"))
    assert story.owner is Owner.HANDING_OFF
    assert story.call_settles(ControlCall.PASS).owner is Owner.OTHER_APP


def test_an_operator_releases_a_thread():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(OperatorReleased(at=now, received_at=now))
    assert isinstance(story.commands[0], ReleaseThreadControl)
    assert story.call_settles(ControlCall.RELEASE).owner is Owner.IDLE


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


# When nobody came


def test_after_a_timeout_what_the_bot_says_gets_a_button_to_wait_on():
    story = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    story.bot_answers("I'm sorry, nobody came.", "What can I do for you?")
    first, last = (c for c in story.commands if isinstance(c, SendMessage))
    assert first.message.buttons == ()
    assert last.message.buttons == ((story.policy.words.keep_waiting, CONNECT_PAYLOAD),)


def test_waiting_on_hands_over_again_and_going_on_with_the_bot_is_a_word():
    back = Story().bot_hands_over().timer_fires().call_settles(ControlCall.TAKE)
    back.bot_answers("Nobody came.")
    assert asked(back.person_says("when are you open?")) == ["when are you open?"]
    back.person_says("Keep waiting", payload=CONNECT_PAYLOAD)
    assert back.owner is Owner.HANDING_OFF


def test_only_a_timeout_offers_to_wait_on():
    story = Story().bot_hands_over().agent_replies().control_comes_back().bot_answers("Hi again.")
    (said,) = story.commands
    assert isinstance(said, SendMessage)
    assert said.message.buttons == ()


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


# Telling the agents


def test_the_agents_are_told_once_the_pass_worked():
    story = Story().bot_hands_over(summary="Before that, you asked about delivery.")
    (notice,) = story.commands
    assert isinstance(notice, NotifyAgents)
    assert notice.about == "handoff"
    assert "you asked for a person" in notice.text


def test_the_agents_are_told_that_the_bot_may_not_take_the_thread():
    story = Story().bot_hands_over().person_says("never mind", standby=True)
    story.call_settles(ControlCall.TAKE, worked=False)
    (notice,) = story.commands
    assert isinstance(notice, NotifyAgents)


# Pages of other kinds


def without_default_app() -> Story:
    return Story(policy=replace(POLICY, routing=Routing.NO_DEFAULT_APP))


def test_without_a_default_app_a_live_word_proves_nothing():
    story = without_default_app().person_says("hello").agent_replies()
    story.person_says("thank you")
    assert story.owner is Owner.HUMAN
    assert asked(story) == []


def test_without_a_default_app_the_bot_goes_on_after_the_echo_pause():
    story = without_default_app().person_says("hello").agent_replies().timer_fires()
    assert story.owner is Owner.BOT
    assert story.commands == ()
    story.person_says("hello again")
    assert handback(story)["outcome"] == "done"


def test_without_a_default_app_a_word_left_unanswered_is_asked_for_after_the_pause():
    story = without_default_app().person_says("hello").agent_replies().person_says("and this?")
    assert handback(story.timer_fires()) == {
        "from": "page_inbox",
        "outcome": "timeout",
        "unanswered": True,
    }


def test_an_echo_pause_is_armed_anew_but_not_for_ever():
    story = without_default_app().person_says("hello").agent_replies()
    began = story.conversation.owner_since
    for _ in range(40):
        story.later(14 * 60_000)
        story.agent_replies("still here")
    timer = story.conversation.timer
    assert timer is not None
    assert timer.due <= max(began + story.policy.human_idle_timeout, story.now)


def test_without_a_default_app_the_bot_is_called_back_without_a_call():
    story = without_default_app().bot_hands_over().person_says("never mind")
    assert story.owner is Owner.BOT
    assert handback(story)["outcome"] == "cancelled"


def test_where_take_is_blocked_waiting_goes_on_and_the_agents_are_told():
    story = Story(policy=replace(POLICY, may_take=False)).bot_hands_over().timer_fires()
    assert story.owner is Owner.WAITING
    (notice,) = story.commands
    assert isinstance(notice, NotifyAgents)
    assert notice.about == "take_blocked"


def test_with_another_default_app_the_bot_is_silent_until_the_thread_is_passed_to_it():
    story = Story(policy=replace(POLICY, routing=Routing.OTHER_DEFAULT_APP))
    assert story.person_says("hello", standby=True).commands == ()
    now = story.later()
    story.happens(ControlPassed(at=now, received_at=now, previous_app_id="9", new_app_id=OUR_APP))
    assert asked(story.person_says("hello")) == ["hello"]


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
