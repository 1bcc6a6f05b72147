"""A handoff to another app than the Page Inbox: the person waits for it, until it writes."""

from dataclasses import replace

import pytest

from messenger_app.conversation.commands import (
    NotifyAgents,
    PassThreadControl,
    SendMessage,
    TakeThreadControl,
)
from messenger_app.conversation.events import ControlCall, ControlRequested, HandoffAsked
from messenger_app.conversation.policy import Policy
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Owner, TimerKind
from messenger_app.conversation.transitions import may_run
from tests.unit.conversation.story import BILLING_APP, POLICY, Story, handback


def waiting() -> Story:
    """A person was told that the billing team will answer."""
    return Story().bot_hands_over(target="billing")


def test_an_app_that_is_handed_to_is_waited_for_like_the_inbox():
    story = waiting()
    assert (story.owner, story.conversation.owner_app_id) == (Owner.WAITING, BILLING_APP)
    timer = story.conversation.timer
    assert timer is not None
    assert timer.kind is TimerKind.WAITING_TIMEOUT
    assert timer.due == story.now + story.policy.waiting_timeout
    (notice,) = story.commands
    assert isinstance(notice, NotifyAgents)


def test_never_mind_calls_the_bot_back_from_an_app_that_says_nothing():
    story = waiting().person_says("Never mind", standby=True)
    assert [type(command) for command in story.commands] == [TakeThreadControl]
    story.call_settles(ControlCall.TAKE)
    assert story.owner is Owner.BOT
    assert (handback(story)["from"], handback(story)["outcome"]) == ("billing", "cancelled")


def test_an_app_that_says_nothing_in_time_loses_the_thread():
    story = waiting().timer_fires()
    assert [type(command) for command in story.commands] == [TakeThreadControl]
    assert handback(story.call_settles(ControlCall.TAKE))["outcome"] == "timeout"


def test_an_app_that_answers_has_the_person_and_is_given_its_time():
    story = waiting().other_app_replies(BILLING_APP)
    assert (story.owner, story.conversation.timer) == (Owner.OTHER_APP, None)
    assert story.person_says("never mind", standby=True).commands == ()


def test_an_app_that_answers_before_the_take_is_made_keeps_the_thread():
    story = waiting().timer_fires()
    (take,) = story.commands
    turn = story.conversation.turn
    story.other_app_replies(BILLING_APP)
    assert not may_run(story.conversation, take, turn)


def test_a_third_app_that_writes_does_not_end_the_wait():
    story = waiting().timer_fires()
    (take,) = story.commands
    story.other_app_replies("9")
    assert may_run(story.conversation, take, story.conversation.turn)


def test_an_app_that_asked_for_the_thread_is_not_waited_for():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(ControlRequested(at=now, received_at=now, app_id=BILLING_APP))
    assert [type(command) for command in story.commands] == [PassThreadControl]
    story.call_settles(ControlCall.PASS)
    assert (story.owner, story.commands) == (Owner.OTHER_APP, ())
    assert story.conversation.timer is None


PAGES = {
    "our app is the default app": (POLICY, True),
    "another app is": (replace(POLICY, routing=Routing.OTHER_DEFAULT_APP), True),
    "our app may not take": (replace(POLICY, may_take=False), False),
    "no default app": (replace(POLICY, routing=Routing.NO_DEFAULT_APP), False),
    "primary receiver": (replace(POLICY, routing=Routing.PRIMARY_RECEIVER, may_take=False), True),
    "secondary receiver": (replace(POLICY, routing=Routing.SECONDARY_RECEIVER), False),
}


@pytest.mark.parametrize(("policy", "offered"), PAGES.values(), ids=PAGES)
def test_never_mind_is_offered_for_an_app_only_where_control_can_be_taken(
    policy: Policy, offered: bool
):
    for target in ("page_inbox", "billing"):
        story = Story(policy=policy).person_says("bill")
        story.bot_answers(handoff=HandoffAsked(target=target))
        announcement = story.commands[0]
        assert isinstance(announcement, SendMessage)
        titles = [title for title, _ in announcement.message.buttons]
        assert titles == (["Never mind"] if offered or target == "page_inbox" else [])
