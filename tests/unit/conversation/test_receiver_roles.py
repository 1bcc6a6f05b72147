"""Receiver roles of older Pages: which role counts, and what holds whichever our app has."""

from dataclasses import replace

import pytest

from messenger_app.conversation.commands import RequestThreadControl, TellBot
from messenger_app.conversation.events import OperatorTook, RolesChanged
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Conversation, Outcome, Owner
from tests.unit.conversation.older_pages import kinds, passed_to, primary, secondary, takes
from tests.unit.conversation.story import BILLING_APP, OUR_APP, POLICY, START, Story, handback


@pytest.mark.parametrize("on_page", [primary, secondary])
def test_what_an_operator_fetches_is_not_left_to_an_agent_who_answered_late(on_page):
    story = on_page().bot_hands_over().agent_replies()
    now = story.later()
    story.happens(OperatorTook(at=now, received_at=now))
    passed_at = story.later()
    story.agent_replies().control_comes_back(at=passed_at)
    assert handback(story)["outcome"] == "taken"


# Roles


def page() -> Conversation:
    """Return the conversation that stands for the Page itself."""
    return Conversation(page_id="104729000000001", psid="104729000000001")


def roles(at: int, **of: str) -> RolesChanged:
    names = {"ours": OUR_APP, "other": BILLING_APP}
    return RolesChanged(
        at=at, received_at=at, roles={names[app]: (role,) for app, role in of.items()}
    )


def test_the_newest_role_of_our_app_counts_and_others_say_nothing():
    story = Story(policy=primary().policy, conversation=page())
    story.happens(roles(START + 2, ours="secondary_receiver"))
    story.happens(roles(START + 1, ours="primary_receiver"))
    story.happens(roles(START + 3, other="primary_receiver"))
    assert [story.conversation.role] == [Routing.SECONDARY_RECEIVER]
    story.happens(roles(START + 4, ours="primary_receiver"))
    assert [story.conversation.role] == [Routing.PRIMARY_RECEIVER]
    assert story.commands == ()


def test_a_page_with_roles_follows_the_role_that_it_is_told():
    policy = primary().policy
    assert policy.in_role(Routing.SECONDARY_RECEIVER).routing is Routing.SECONDARY_RECEIVER
    assert policy.in_role(None).routing is Routing.PRIMARY_RECEIVER


def test_a_page_without_roles_does_not_follow_what_is_left_of_them():
    assert POLICY.in_role(Routing.SECONDARY_RECEIVER) is POLICY


# Requests where no default app routes


def test_without_a_default_app_a_thread_that_somebody_controls_is_asked_for_too():
    story = Story(policy=replace(POLICY, routing=Routing.NO_DEFAULT_APP)).bot_hands_over()
    story.person_says("never mind")
    assert kinds(story) == [RequestThreadControl, TellBot]
    assert story.owner is Owner.BOT
    assert story.conversation.asking is None


def test_without_a_default_app_nobody_is_asked_for_what_only_an_echo_told():
    story = Story(policy=replace(POLICY, routing=Routing.NO_DEFAULT_APP)).person_says("hello")
    story.agent_replies().person_says("and this?").timer_fires()
    assert kinds(story) == [TellBot]
    assert handback(story)["outcome"] == Outcome.TIMEOUT.value


@pytest.mark.parametrize("on_page", [primary, secondary])
def test_an_agent_who_answers_before_another_apps_pass_to_us_is_told_is_given_the_thread(on_page):
    story = takes(on_page().person_says("hello").message_is_sent(), BILLING_APP)
    passed_at = story.later()
    story.agent_replies().control_comes_back(at=passed_at)
    assert passed_to(story) == [PAGE_INBOX_APP_ID]
    assert kinds(story.person_says("thank you")) == []
    assert story.owner is Owner.HUMAN
