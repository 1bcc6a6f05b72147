"""The older Handover Protocol: our app as the primary receiver, and as a secondary one."""

from dataclasses import replace

import pytest

from messenger_app.conversation.commands import (
    AskBot,
    Command,
    FindOwner,
    NotifyAgents,
    PassThreadControl,
    RequestThreadControl,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import (
    ControlCall,
    ControlPassed,
    ControlRequested,
    ControlTaken,
    HandoffAsked,
    OperatorPassed,
    OperatorTook,
    OwnerFound,
    PersonTapped,
    RolesChanged,
)
from messenger_app.conversation.policy import MESSAGING_WINDOW, PAGE_INBOX_APP_ID
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Conversation, Outcome, Owner, TimerKind
from messenger_app.conversation.transitions import may_run
from tests.unit.conversation.story import BILLING_APP, OUR_APP, POLICY, START, Story, handback

MINUTE = 60_000


def primary() -> Story:
    """Return a thread of a Page whose primary receiver is our app; PAGE_MAY_TAKE says nothing."""
    policy = replace(POLICY, routing=Routing.PRIMARY_RECEIVER, may_take=False)
    return Story(policy=policy)


def secondary() -> Story:
    """Return a thread that the primary receiver, another app, has passed to us."""
    story = Story(policy=replace(POLICY, routing=Routing.SECONDARY_RECEIVER))
    return passes_to_us(story, BILLING_APP)


def passes_to_us(story: Story, app_id: str) -> Story:
    now = story.later()
    return story.happens(
        ControlPassed(at=now, received_at=now, previous_app_id=app_id, new_app_id=OUR_APP)
    )


def takes(story: Story, app_id: str) -> Story:
    now = story.later()
    return story.happens(
        ControlTaken(at=now, received_at=now, previous_app_id=OUR_APP, new_app_id=app_id)
    )


def asks(story: Story, app_id: str = PAGE_INBOX_APP_ID, at: int | None = None) -> Story:
    at = at or story.later()
    return story.happens(ControlRequested(at=at, received_at=story.now, app_id=app_id))


def taps(story: Story) -> Story:
    """Let the person tap a button of an earlier message of ours."""
    at = story.later()
    return story.happens(
        PersonTapped(at=at, received_at=at, mid=f"m_{at}", title="Buy", payload="/buy", sent_in=0)
    )


def passed_to(story: Story) -> list[str]:
    return [c.app_id for c in story.commands if isinstance(c, PassThreadControl)]


def notices(story: Story) -> list[str]:
    return [c.about for c in story.commands if isinstance(c, NotifyAgents)]


def kinds(story: Story) -> list[type[Command]]:
    return [type(command) for command in story.commands]


def inbox() -> HandoffAsked:
    return HandoffAsked(reason="user_asked")


def billing() -> HandoffAsked:
    return HandoffAsked(target="billing", reason="user_asked")


def timer_of(story: Story) -> TimerKind | None:
    timer = story.conversation.timer
    return timer.kind if timer else None


# The primary receiver


def test_a_primary_receiver_takes_a_thread_back_whatever_the_toggle():
    story = primary().bot_hands_over().person_says("never mind", standby=True)
    assert kinds(story) == [TakeThreadControl]
    assert handback(story.call_settles(ControlCall.TAKE))["outcome"] == "cancelled"


def test_an_agent_who_answers_on_an_older_page_is_given_the_thread():
    story = primary().person_says("hello").agent_replies()
    assert story.owner is Owner.HUMAN
    assert passed_to(story) == [PAGE_INBOX_APP_ID]
    assert passed_to(story.agent_replies("And another thing")) == []


def test_an_agent_whose_echo_names_no_app_is_given_the_thread_too():
    story = primary().person_says("hello")
    for app_id in (None, "26390203743090"):
        story.other_app_replies(app_id)
        assert passed_to(story) == [PAGE_INBOX_APP_ID]
        story.control_comes_back()


def test_a_live_word_is_the_agents_as_long_as_an_echo_alone_tells_of_them():
    story = primary().person_says("hello").agent_replies().person_says("thank you")
    assert story.owner is Owner.HUMAN
    assert story.commands == ()


def test_an_agent_who_goes_on_is_still_known_by_an_echo_alone():
    story = primary().person_says("hello").agent_replies().agent_replies("And another thing")
    assert story.person_says("thank you").commands == ()


def test_an_agent_of_the_default_targets_app_is_given_the_thread_there():
    story = Story(policy=replace(primary().policy, default_target="billing"))
    assert passed_to(story.person_says("hello").other_app_replies(BILLING_APP)) == [BILLING_APP]


def test_a_live_word_is_the_return_once_the_agent_had_control():
    story = primary().person_says("hello").agent_replies().call_settles(ControlCall.PASS)
    assert story.owner is Owner.HUMAN
    story.person_says("and my refund?")
    assert kinds(story) == [TellBot, AskBot]
    assert handback(story)["outcome"] == "done"


def test_a_live_word_from_before_the_agent_who_answered_had_control_is_the_agents():
    story = primary().person_says("hello").agent_replies()
    written_at = story.later()
    story.call_settles(ControlCall.PASS).person_says("my number is 12", at=written_at)
    assert (story.owner, story.commands) == (Owner.HUMAN, ())


def test_a_live_word_is_the_return_once_the_agent_who_answered_took_control():
    story = takes(primary().person_says("hello").agent_replies(), PAGE_INBOX_APP_ID)
    assert kinds(story.person_says("and my refund?")) == [TellBot, AskBot]


def test_a_live_word_is_the_return_once_an_app_took_the_thread_from_the_agent_who_answered():
    story = takes(primary().person_says("hello").agent_replies(), BILLING_APP)
    assert kinds(story.person_says("and my refund?")) == [TellBot, AskBot]


def test_where_nothing_lapses_a_live_word_after_a_day_is_no_lapse():
    story = primary().person_says("hello").agent_replies().call_settles(ControlCall.PASS)
    story.later(MESSAGING_WINDOW)
    assert handback(story.person_says("hello again"))["outcome"] == "done"


def test_an_agent_who_was_given_the_thread_and_falls_quiet_loses_it():
    story = primary().person_says("hello").agent_replies().call_settles(ControlCall.PASS)
    assert timer_of(story) is TimerKind.HUMAN_IDLE_TIMEOUT
    assert kinds(story.timer_fires()) == [TakeThreadControl]


def test_a_tap_on_our_button_is_the_agents_as_long_as_an_echo_alone_tells_of_them():
    story = primary().person_says("hello").agent_replies()
    assert taps(story).commands == ()


def test_a_message_of_ours_does_not_prove_that_an_agent_is_gone():
    story = primary().person_says("hello")
    said_at = story.later()
    story.later(MINUTE)
    story.message_is_sent().agent_replies(at=said_at)
    assert story.owner is Owner.HUMAN


def test_an_app_that_asks_a_primary_receiver_waits_for_the_human():
    story = primary().bot_hands_over()
    assert asks(story, BILLING_APP).commands == ()
    assert story.owner is Owner.WAITING


@pytest.mark.parametrize("has_answered", [True, False])
def test_an_agent_who_asks_for_a_thread_of_another_app_gets_it(has_answered):
    story = primary().bot_hands_over(target="billing")
    if has_answered:
        story.other_app_replies(BILLING_APP)
    assert story.owner is (Owner.OTHER_APP if has_answered else Owner.WAITING)
    assert kinds(asks(story)) == [TakeThreadControl]
    assert may_run(story.conversation, story.commands[0], story.conversation.turn)
    assert passed_to(story.call_settles(ControlCall.TAKE)) == [PAGE_INBOX_APP_ID]
    assert story.call_settles(ControlCall.PASS).owner is Owner.WAITING
    assert kinds(story.control_comes_back()) == [TellBot]


def test_what_an_app_gives_back_by_itself_goes_to_the_agent_who_asked():
    story = asks(primary().bot_hands_over(target="billing"))
    assert passed_to(passes_to_us(story, BILLING_APP)) == [PAGE_INBOX_APP_ID]
    assert kinds(story) == [PassThreadControl]


def test_a_thread_that_is_fetched_for_an_agent_is_waited_for_by_nobody_else():
    story = asks(primary().bot_hands_over(target="billing"))
    assert story.conversation.timer is None
    assert story.person_says("is anybody there?").commands == ()
    assert story.owner is Owner.WAITING


def test_a_tap_while_a_thread_is_fetched_for_an_agent_is_the_agents():
    assert taps(asks(primary().bot_hands_over(target="billing"))).commands == ()


def test_what_could_not_be_fetched_for_an_agent_is_the_bots_when_it_comes_back_later():
    story = asks(primary().bot_hands_over(target="billing"))
    story.call_settles(ControlCall.TAKE, worked=False)
    assert kinds(passes_to_us(story, BILLING_APP)) == [TellBot]


def test_an_agent_who_asks_while_the_thread_goes_elsewhere_is_heard_after():
    story = primary().person_says("hello").bot_answers(handoff=billing())
    assert asks(story).held
    assert not asks(primary().person_says("hello").bot_answers(handoff=inbox())).held


def test_who_asks_does_not_have_the_thread_whatever_we_believed():
    story = primary().bot_hands_over()
    done_at = story.later()
    assert passed_to(asks(story)) == [PAGE_INBOX_APP_ID]
    story.control_comes_back(at=done_at)  # Done, of which the webhook comes late
    assert story.owner is Owner.HANDING_OFF
    assert story.call_settles(ControlCall.PASS).owner is Owner.WAITING


def test_a_request_from_before_the_pass_changes_nothing():
    story = primary().person_says("hello")
    asked_at = story.later()
    story.bot_answers(handoff=inbox()).call_settles(ControlCall.PASS)
    assert asks(story, at=asked_at).commands == ()
    assert story.owner is Owner.WAITING


def test_an_agent_who_answered_and_asks_is_given_the_thread_once_more():
    story = asks(primary().person_says("hello").agent_replies())
    assert story.owner is Owner.HUMAN
    assert passed_to(story) == [PAGE_INBOX_APP_ID]


def test_a_person_who_writes_on_while_waiting_waits_no_longer():
    story = primary().bot_hands_over()
    timer = story.conversation.timer
    assert story.person_says("hello?", standby=True).conversation.timer == timer
    assert story.timer_fires().person_says("hello?", standby=True).conversation.timer is None


def test_where_nothing_lapses_a_thread_is_taken_in_silence_when_the_window_is_shut():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires()
    assert kinds(story) == [TakeThreadControl]
    story.call_settles(ControlCall.TAKE)
    assert (story.owner, story.commands) == (Owner.BOT, ())
    assert handback(story.person_says("hello again"))["outcome"] == "expired"


def test_an_agent_who_answers_before_a_take_in_silence_is_made_keeps_the_thread():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    (take,) = story.agent_replies().timer_fires().commands
    assert not may_run(story.agent_replies().conversation, take, story.conversation.turn)


def test_a_word_that_overtakes_a_take_in_silence_is_asked_for_once():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires()
    written_at = story.later()
    story.call_settles(ControlCall.TAKE).person_says("hello?", standby=True, at=written_at)
    assert handback(story)["unanswered"] is True
    assert kinds(story.person_says("anyone?")) == [AskBot]


def test_a_take_in_silence_is_told_if_the_person_has_written_meanwhile():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires().person_says("hello?", standby=True)
    assert handback(story.call_settles(ControlCall.TAKE))["unanswered"] is True


def test_a_take_in_silence_that_is_refused_is_tried_again_at_the_next_word_alone():
    story = primary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    story.agent_replies().timer_fires().call_settles(ControlCall.TAKE, worked=False)
    assert (story.commands, story.conversation.timer) == ((), None)
    story.person_says("hello?", standby=True)
    assert story.conversation.timer is not None


def test_a_primary_receiver_that_may_not_take_looks_again_after_a_long_while():
    story = primary().bot_hands_over().timer_fires()
    story.call_settles(ControlCall.TAKE, worked=False)
    assert notices(story) == ["take_refused"]
    timer = story.conversation.timer
    assert timer is not None
    assert timer.due == story.now + story.policy.human_idle_timeout


# A secondary receiver


def asked() -> Story:
    """Return a thread that we handed over, whose person has called the bot back."""
    return secondary().bot_hands_over().person_says("never mind", standby=True)


def test_a_secondary_receiver_asks_for_the_thread_of_a_person_who_calls_the_bot_back():
    story = asked()
    assert kinds(story) == [RequestThreadControl]
    assert story.owner is Owner.WAITING


def test_a_request_is_answered_by_a_pass():
    story = asked().call_settles(ControlCall.REQUEST)
    assert story.owner is Owner.WAITING
    assert handback(passes_to_us(story, BILLING_APP))["outcome"] == "cancelled"


def test_a_thread_that_was_asked_for_and_came_back_can_be_asked_for_again():
    story = passes_to_us(asked(), BILLING_APP).bot_hands_over()
    assert kinds(story.person_says("never mind", standby=True)) == [RequestThreadControl]


def test_a_pass_that_is_quicker_than_the_answer_to_a_request_counts_once():
    story = passes_to_us(asked(), BILLING_APP)
    assert story.call_settles(ControlCall.REQUEST).commands == ()
    assert (story.owner, story.conversation.timer) == (Owner.BOT, None)


def test_a_request_that_nobody_answers_is_told_to_the_agents_and_made_again_later():
    story = asked().call_settles(ControlCall.REQUEST)
    assert notices(story.timer_fires()) == ["request_unanswered"]
    assert kinds(story.timer_fires()) == [RequestThreadControl]
    assert story.now > START + story.policy.human_idle_timeout


def test_a_request_that_is_refused_is_told_to_the_agents_and_made_again_later():
    story = asked().call_settles(ControlCall.REQUEST, worked=False)
    assert notices(story) == ["request_refused"]
    assert kinds(story.timer_fires()) == [RequestThreadControl]


def test_control_that_turns_out_to_be_ours_needs_no_pass():
    story = asked().call_settles(ControlCall.REQUEST, granted=True)
    assert story.owner is Owner.BOT
    assert handback(story)["outcome"] == "cancelled"


def test_the_pass_that_answers_a_request_is_waited_for_until_its_deadline():
    story = asked().call_settles(ControlCall.REQUEST)
    timer = story.conversation.timer
    assert timer is not None
    assert timer.kind is TimerKind.REQUEST_DEADLINE
    assert timer.due == story.now + story.policy.request_deadline


def test_a_live_word_while_the_thread_is_asked_for_is_the_return_that_was_asked_for():
    assert handback(asked().person_says("hello again"))["outcome"] == "cancelled"


def test_a_tap_that_finds_what_was_asked_for_ours_is_the_return_that_was_asked_for():
    story = taps(asked())
    (asks_whose,) = story.commands
    assert isinstance(asks_whose, FindOwner)
    now, turn = story.later(), story.conversation.turn
    story.happens(OwnerFound(at=now, received_at=now, turn=turn, free=True))
    assert handback(story)["outcome"] == "cancelled"


def test_a_secondary_receiver_asks_once():
    story = asked().call_settles(ControlCall.REQUEST)
    assert story.person_says("never mind", standby=True).commands == ()


def test_an_agent_who_comes_ends_the_wait_for_a_request():
    story = asked()
    (request,) = story.commands
    turn = story.conversation.turn
    story.agent_replies()
    assert not may_run(story.conversation, request, turn)
    assert story.call_settles(ControlCall.REQUEST).conversation.timer is None


def test_nobody_in_time_makes_a_secondary_receiver_ask():
    story = secondary().bot_hands_over().timer_fires()
    assert kinds(story) == [RequestThreadControl]
    story.call_settles(ControlCall.REQUEST)
    assert handback(passes_to_us(story, BILLING_APP))["outcome"] == "timeout"


def test_an_operator_can_have_a_thread_asked_for():
    story = takes(secondary(), BILLING_APP)
    now = story.later()
    assert kinds(story.happens(OperatorTook(at=now, received_at=now))) == [RequestThreadControl]
    story.call_settles(ControlCall.REQUEST).timer_fires()
    assert (notices(story), story.conversation.timer) == (["request_unanswered"], None)


def test_a_secondary_receiver_asks_for_nothing_that_it_never_had():
    story = Story(policy=replace(POLICY, routing=Routing.SECONDARY_RECEIVER))
    story.person_says("hello", standby=True)
    assert (story.owner, story.conversation.timer) == (Owner.OTHER_APP, None)
    assert asks(Story(policy=story.policy)).commands == ()


@pytest.mark.parametrize("on_page", [primary, secondary])
def test_what_an_operator_fetches_is_not_left_to_an_agent_who_answered_late(on_page):
    story = on_page().bot_hands_over().agent_replies()
    now = story.later()
    story.happens(OperatorTook(at=now, received_at=now))
    passed_at = story.later()
    story.agent_replies().control_comes_back(at=passed_at)
    assert handback(story)["outcome"] == "taken"


def test_an_operator_can_pass_no_thread_that_a_secondary_receiver_does_not_have():
    story = Story(policy=replace(POLICY, routing=Routing.SECONDARY_RECEIVER))
    now = story.later()
    assert story.happens(OperatorPassed(at=now, received_at=now)).commands == ()
    assert story.owner is Owner.IDLE


def test_a_human_who_answered_is_left_to_the_primary_receiver():
    story = secondary().bot_hands_over().agent_replies()
    story.person_says("and my refund?", standby=True)
    assert (story.owner, story.conversation.timer) == (Owner.HUMAN, None)


def test_an_agent_who_answers_where_we_are_secondary_gets_the_thread_from_us():
    story = secondary().person_says("hello").agent_replies()
    assert passed_to(story) == [PAGE_INBOX_APP_ID]
    assert story.conversation.timer is not None
    assert story.call_settles(ControlCall.PASS).conversation.timer is None


def test_an_agent_whose_answer_overtook_the_pass_is_watched_until_they_have_the_thread():
    story = takes(secondary(), PAGE_INBOX_APP_ID)
    passed_at = story.later()
    story.agent_replies().control_comes_back(at=passed_at)
    assert passed_to(story) == [PAGE_INBOX_APP_ID]
    assert timer_of(story) is TimerKind.HUMAN_IDLE_TIMEOUT


def test_an_agent_who_could_not_be_given_the_thread_is_watched_on():
    story = secondary().person_says("hello").agent_replies()
    story.call_settles(ControlCall.PASS, worked=False).person_says("hello?")
    assert kinds(story.timer_fires()) == [RequestThreadControl]
    story.call_settles(ControlCall.REQUEST).timer_fires()
    assert story.conversation.timer is not None


def test_a_secondary_receiver_asks_for_nothing_once_the_window_is_shut():
    story = secondary().bot_hands_over()
    story.later(MESSAGING_WINDOW)
    assert story.timer_fires().commands == ()
    assert timer_of(story) is None
    story.person_says("still there?", standby=True)
    timer = story.conversation.timer
    assert timer is not None
    assert timer.kind is TimerKind.WAITING_TIMEOUT
    assert timer.due == story.now + story.policy.waiting_timeout


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
