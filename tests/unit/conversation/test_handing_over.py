"""From the bot to people: what is said and told, what is held meanwhile, and when it ends."""

from dataclasses import replace

import pytest

from messenger_app.conversation.buttons import CONNECT, connect
from messenger_app.conversation.commands import (
    NotifyAgents,
    PassThreadControl,
    SendMessage,
    StopTyping,
)
from messenger_app.conversation.events import (
    ControlCall,
    ControlCallSettled,
    ControlRequested,
    HandoffAsked,
    OperatorPassed,
)
from messenger_app.conversation.hours import parse_hours
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID
from messenger_app.conversation.state import Owner
from messenger_app.conversation.transitions import may_run
from tests.unit.conversation.story import BILLING_APP, OUR_APP, POLICY, Story, asked


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


@pytest.mark.parametrize("target", [None, "nobody"])
def test_what_the_bot_says_before_a_handoff_is_said_though_that_cannot_happen(target: str | None):
    story = closed_inbox().person_says("help")
    story.bot_answers("Let me see.", handoff=HandoffAsked(target=target))
    assert story.said[0] == "Let me see."
    assert len(story.said) == 2


def test_a_tap_that_connects_with_a_person_says_why_to_the_agent():
    story = Story().person_says("Chat with a person", payload=CONNECT)
    assert "Why: you asked for a person" in story.said[0]


@pytest.mark.parametrize("target", ["", "billing", "nobody"])
def test_a_tap_that_connects_is_written_down_whatever_becomes_of_it(target: str):
    for story in (Story(), closed_inbox()):
        story.person_says("Keep waiting", payload=connect(target))
        assert [line.text for line in story.transcript] == ["Keep waiting"]


def test_within_its_hours_a_target_is_passed_to():
    always = parse_hours("UTC", "Mon-Sun 00:00-24:00")
    inbox = replace(POLICY.targets["page_inbox"], hours=always)
    story = Story(policy=replace(POLICY, targets={"page_inbox": inbox})).person_says("help")
    assert story.bot_answers(handoff=HandoffAsked()).owner is Owner.HANDING_OFF


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


def test_a_word_that_others_hear_during_a_handoff_is_theirs_and_not_held():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    story.person_says("my order is A17", standby=True)
    assert not story.held
    assert story.transcript[-1].text == "my order is A17"


def test_a_handoff_that_never_settles_ends_at_its_deadline():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    timer = story.conversation.timer
    assert timer is not None
    assert timer.due == story.now + story.policy.handoff_deadline
    story.timer_fires()
    assert story.owner is Owner.BOT
    assert story.said == [story.policy.words.handoff_failed]


def test_a_pass_that_settles_after_its_deadline_is_old_news():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    turn = story.conversation.turn
    story.timer_fires()
    assert not may_run(story.conversation, PassThreadControl("1"), turn)


def test_the_answer_to_an_earlier_pass_settles_no_later_handoff():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    began, turn = story.now, story.conversation.turn
    story.timer_fires().person_says("a person").bot_answers(handoff=HandoffAsked())
    story.happens(
        ControlCallSettled(
            at=began, received_at=story.later(), turn=turn, call=ControlCall.PASS, worked=False
        )
    )
    assert (story.owner, story.commands) == (Owner.HANDING_OFF, ())


def test_a_request_for_an_idle_thread_is_granted_too():
    story = Story()
    now = story.later()
    story.happens(ControlRequested(at=now, received_at=now, app_id=PAGE_INBOX_APP_ID))
    assert story.owner is Owner.HANDING_OFF


def test_a_request_for_control_is_granted_without_a_word():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(ControlRequested(at=now, received_at=now, app_id=PAGE_INBOX_APP_ID))
    assert story.commands == (PassThreadControl(PAGE_INBOX_APP_ID, "granted on request"),)
    assert story.call_settles(ControlCall.PASS).owner is Owner.WAITING


def test_a_request_for_a_thread_that_we_have_passed_is_not_ours_to_grant():
    story = Story().bot_hands_over()
    now = story.later()
    story.happens(ControlRequested(at=now, received_at=now, app_id=PAGE_INBOX_APP_ID))
    assert (story.owner, story.commands) == (Owner.WAITING, ())


def test_a_request_of_our_own_is_not_granted():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(ControlRequested(at=now, received_at=now, app_id=OUR_APP))
    assert (story.owner, story.commands) == (Owner.BOT, ())


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
