"""Pages where another app is the default one, or none, or where a take is blocked."""

from dataclasses import replace

from messenger_app.conversation.commands import NotifyAgents
from messenger_app.conversation.events import ControlCall, ControlPassed, ControlRequested
from messenger_app.conversation.policy import MESSAGING_WINDOW
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Owner, TimerKind
from tests.unit.conversation.story import BILLING_APP, OUR_APP, POLICY, Story, asked, handback


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


def test_each_word_of_the_agent_sets_the_echo_pause_anew():
    story = without_default_app().person_says("hello").agent_replies()
    story.later(14 * 60_000)
    timer = story.agent_replies("One moment").conversation.timer
    assert timer is not None
    assert timer.due == story.now + story.policy.agent_echo_pause


def test_without_a_default_app_the_bot_is_called_back_without_a_call():
    story = without_default_app().bot_hands_over().person_says("never mind")
    assert story.owner is Owner.BOT
    assert handback(story)["outcome"] == "cancelled"


def test_without_a_default_app_a_word_that_was_meant_for_the_inbox_is_told_not_asked():
    story = without_default_app().bot_hands_over()
    story.person_says("my number is 12", at=story.now + 200).timer_fires()
    assert asked(story) == []
    assert handback(story)["unanswered"] is True


def test_without_a_default_app_a_word_that_is_a_day_old_is_not_asked_for_after_the_pause():
    story = without_default_app().person_says("hello")
    now = story.later()
    story.happens(ControlRequested(at=now, received_at=now, app_id=BILLING_APP))
    story.call_settles(ControlCall.PASS).timer_fires()
    assert (story.owner, story.commands) == (Owner.BOT, ())


def test_where_take_is_blocked_waiting_goes_on_and_the_agents_are_told():
    story = Story(policy=replace(POLICY, may_take=False)).bot_hands_over().timer_fires()
    assert story.owner is Owner.WAITING
    (notice,) = story.commands
    assert isinstance(notice, NotifyAgents)
    assert notice.about == "take_blocked"
    timer, last = story.conversation.timer, story.conversation.last_word
    assert timer is not None
    assert last is not None
    assert timer.kind is TimerKind.WAITING_TIMEOUT
    assert timer.due == last.at + MESSAGING_WINDOW


def test_where_take_is_blocked_somebody_looks_again_for_a_human_who_fell_quiet():
    story = Story(policy=replace(POLICY, may_take=False)).bot_hands_over().agent_replies()
    timer = story.timer_fires().conversation.timer
    assert timer is not None
    assert timer.kind is TimerKind.HUMAN_IDLE_TIMEOUT


def test_with_another_default_app_the_bot_is_silent_until_the_thread_is_passed_to_it():
    story = Story(policy=replace(POLICY, routing=Routing.OTHER_DEFAULT_APP))
    assert story.person_says("hello", standby=True).commands == ()
    now = story.later()
    story.happens(ControlPassed(at=now, received_at=now, previous_app_id="9", new_app_id=OUR_APP))
    assert asked(story.person_says("hello")) == ["hello"]
