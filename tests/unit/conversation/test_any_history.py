"""Whatever happens, in whatever order: what must hold on every thread."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from messenger_app.conversation.commands import (
    AskBot,
    PassThreadControl,
    SendMessage,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import (
    BotAnswered,
    ControlCall,
    ControlCallSettled,
    ControlPassed,
    ControlRequested,
    ControlTaken,
    Event,
    HandoffAsked,
    MessageRefused,
    MessageSent,
    OperatorPassed,
    OperatorTook,
    OtherAppEchoed,
    OwnAppEchoed,
    OwnerFound,
    PersonMessaged,
    PersonTapped,
    Refusal,
    TimerFired,
)
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import MESSAGING_WINDOW, PAGE_INBOX_APP_ID, Policy
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Conversation, Owner, TimerKind
from messenger_app.conversation.transitions import ELSEWHERE, may_run, transition
from tests.unit.conversation.story import OUR_APP, POLICY, START

times = st.integers(START, START + 100_000)
apps = st.sampled_from([OUR_APP, PAGE_INBOX_APP_ID, "9", None])
turns = st.integers(0, 6)
words = st.sampled_from(["hello", "Never mind", "a person", ""])
when = {"at": times, "received_at": times}

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(PersonMessaged, **when, mid=st.uuids().map(str), text=words, standby=st.booleans()),
    st.builds(
        PersonTapped,
        **when,
        mid=st.uuids().map(str),
        title=words,
        standby=st.booleans(),
        sent_in=st.none() | turns,
    ),
    st.builds(
        OwnerFound,
        **when,
        turn=turns,
        free=st.booleans(),
        lapsed=st.booleans(),
    ),
    st.builds(OtherAppEchoed, **when, mid=st.just("m"), text=words, app_id=apps),
    st.builds(OwnAppEchoed, **when, mid=st.just("m"), text=words, ours=st.booleans()),
    st.builds(ControlPassed, **when, previous_app_id=apps, new_app_id=apps),
    st.builds(ControlTaken, **when, previous_app_id=apps, new_app_id=apps),
    st.builds(ControlRequested, **when, app_id=st.sampled_from([PAGE_INBOX_APP_ID, "9"])),
    st.builds(
        BotAnswered,
        **when,
        turn=turns,
        messages=st.sampled_from([(), (BotMessage(text="Hi"),)]),
        handoff=st.sampled_from([None, HandoffAsked(), HandoffAsked(target="nobody")]),
    ),
    st.builds(MessageSent, **when, turn=turns, mid=st.just("m"), text=words),
    st.builds(MessageRefused, **when, turn=turns, refusal=st.sampled_from(Refusal), text=words),
    st.builds(
        ControlCallSettled,
        **when,
        turn=turns,
        call=st.sampled_from(ControlCall),
        worked=st.booleans(),
        granted=st.booleans(),
    ),
    st.builds(TimerFired, **when, kind=st.sampled_from(TimerKind)),
    st.builds(OperatorTook, **when),
    st.builds(OperatorPassed, **when),
)

histories = st.lists(events, max_size=30)
policies = st.sampled_from([replace(POLICY, routing=routing) for routing in Routing])


@settings(max_examples=300, deadline=None)
@given(histories, policies)
def test_after_any_history_the_rules_hold(history: list[Event], policy: Policy) -> None:
    conversation = Conversation(page_id="104729000000001", psid="42")
    for event in history:
        before = conversation
        done = transition(before, event, policy)
        conversation = done.conversation

        # One speaker: nothing that others' threads would carry is ever decided there.
        speaking = [c for c in done.commands if isinstance(c, SendMessage | AskBot | TellBot)]
        assert not (conversation.owner in ELSEWHERE and speaking)
        # A person's standby word is never given to the bot.
        if isinstance(event, PersonMessaged) and event.standby:
            assert not any(isinstance(command, AskBot) for command in done.commands)
            assert not any(line.heard_by_bot for line in done.transcript)
        # No word is lost: it is held, or it stands in the transcript.
        if isinstance(event, PersonMessaged):
            assert done.held != bool(done.transcript)
        # The turn never runs backwards, and grows when the bot loses the word.
        assert conversation.turn >= before.turn
        if before.owner is Owner.BOT and conversation.owner in ELSEWHERE | {Owner.HANDING_OFF}:
            assert conversation.turn > before.turn
        # Nobody is stranded: a handoff and a wait always have an end in sight.
        if conversation.owner is Owner.HANDING_OFF:
            assert conversation.timer is not None
        called_back = conversation.taking or conversation.asking
        if conversation.owner is Owner.WAITING and not called_back:
            told_to_wait = before.owner is Owner.WAITING and before.timer is None
            last = conversation.last_word
            shut = last is None or event.received_at - last.at >= MESSAGING_WINDOW
            left_alone = shut and policy.routing.has_roles  # until the person writes again
            assert conversation.timer is not None or told_to_wait or left_alone
        # A pass is always announced by a state that keeps the bot silent.
        if any(isinstance(command, PassThreadControl) for command in done.commands):
            assert conversation.owner in {Owner.HANDING_OFF, Owner.HUMAN}
        # Control is taken only from others.
        if any(isinstance(command, TakeThreadControl) for command in done.commands):
            assert conversation.owner in ELSEWHERE


@settings(max_examples=200, deadline=None)
@given(histories, policies)
def test_what_was_decided_before_the_word_was_lost_is_never_said(
    history: list[Event], policy: Policy
) -> None:
    conversation = Conversation(page_id="104729000000001", psid="42")
    decided: list[tuple[SendMessage, int]] = []
    for event in history:
        done = transition(conversation, event, policy)
        if conversation.owner not in ELSEWHERE and done.conversation.owner in ELSEWHERE:
            lost = list(decided)
            decided = []
            for command, turn in lost:
                assert not may_run(done.conversation, command, turn)
        conversation = done.conversation
        decided += [
            (command, conversation.turn)
            for command in done.commands
            if isinstance(command, SendMessage)
        ]


@settings(max_examples=200, deadline=None)
@given(histories, policies)
def test_the_same_history_always_ends_the_same(history: list[Event], policy: Policy) -> None:
    def play() -> Conversation:
        conversation = Conversation(page_id="104729000000001", psid="42")
        for event in history:
            conversation = transition(conversation, event, policy).conversation
        return conversation

    assert play() == play()
