"""An operator's hand on a thread."""

from messenger_app.conversation.commands import ReleaseThreadControl, TakeThreadControl
from messenger_app.conversation.events import (
    ControlCall,
    HandoffAsked,
    OperatorPassed,
    OperatorReleased,
    OperatorTook,
)
from messenger_app.conversation.state import Owner
from tests.unit.conversation.story import Story, handback


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
    assert story.call_settles(ControlCall.PASS).owner is Owner.WAITING


def test_an_operator_passes_no_thread_that_is_on_its_way():
    story = Story().person_says("help").bot_answers(handoff=HandoffAsked())
    before, now = story.conversation, story.later()
    story.happens(OperatorPassed(at=now, received_at=now, target="billing"))
    assert (story.conversation, story.commands) == (before, ())


def test_an_operator_releases_a_thread():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(OperatorReleased(at=now, received_at=now))
    assert isinstance(story.commands[0], ReleaseThreadControl)
    assert story.call_settles(ControlCall.RELEASE).owner is Owner.IDLE


def test_an_operator_releases_no_thread_that_others_have():
    story = Story().bot_hands_over()
    now = story.later()
    assert story.happens(OperatorReleased(at=now, received_at=now)).commands == ()


def test_a_release_that_did_not_work_leaves_the_thread_with_the_bot():
    story = Story().person_says("hello")
    assert story.call_settles(ControlCall.RELEASE, worked=False).owner is Owner.BOT


def test_an_agent_who_comes_before_a_release_is_made_keeps_the_thread():
    story = Story().person_says("hello").agent_replies()
    assert story.call_settles(ControlCall.RELEASE).owner is Owner.HUMAN
