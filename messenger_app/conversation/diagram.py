"""Draw how a thread's owner changes, by trying every kind of event on every owner.

Nothing here is kept by hand: what `transition` does is what is drawn. Run
``python -m messenger_app.conversation.diagram`` for the Mermaid text in docs/state-diagram.md.
"""

from collections import defaultdict
from dataclasses import replace
from typing import TypedDict

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
    OperatorPassed,
    OtherAppEchoed,
    OwnerFound,
    PersonMessaged,
    Refusal,
    TimerFired,
)
from messenger_app.conversation.policy import (
    MESSAGING_WINDOW,
    PAGE_INBOX_APP_ID,
    Policy,
    Target,
)
from messenger_app.conversation.state import (
    Conversation,
    Handoff,
    LastWord,
    Owner,
    Timer,
    TimerKind,
)
from messenger_app.conversation.transitions import transition


class _When(TypedDict):
    at: int
    received_at: int


_OURS, _INBOX, _THIRD = "1", PAGE_INBOX_APP_ID, "3"
_NOW = 10 * MESSAGING_WINDOW
_WHEN: _When = {"at": _NOW, "received_at": _NOW}

_POLICY = Policy(
    app_id=_OURS,
    targets={
        "page_inbox": Target("page_inbox", "A person", _INBOX),
        "billing": Target("billing", "Billing", _THIRD, kind="app"),
    },
    default_target="page_inbox",
)

#: What may happen, with the words that stand on the arrow.
_HAPPENINGS: dict[str, Event] = {
    "person writes, live": PersonMessaged(**_WHEN, mid="m", text="hello"),
    "bot asks for a handoff": BotAnswered(**_WHEN, turn=0, handoff=HandoffAsked()),
    "operator passes": OperatorPassed(**_WHEN),
    "an app requests control": ControlRequested(**_WHEN, app_id=_INBOX),
    "pass worked": ControlCallSettled(**_WHEN, turn=0, call=ControlCall.PASS, worked=True),
    "pass was refused": ControlCallSettled(**_WHEN, turn=0, call=ControlCall.PASS, worked=False),
    "our take worked": ControlCallSettled(**_WHEN, turn=0, call=ControlCall.TAKE, worked=True),
    "our release worked": ControlCallSettled(
        **_WHEN, turn=0, call=ControlCall.RELEASE, worked=True
    ),
    "agent replies": OtherAppEchoed(**_WHEN, mid="m", text="Hi", app_id=_INBOX),
    "another app writes": OtherAppEchoed(**_WHEN, mid="m", text="Hi", app_id=_THIRD),
    "the inbox takes": ControlTaken(**_WHEN, previous_app_id=_OURS, new_app_id=_INBOX),
    "another app takes": ControlTaken(**_WHEN, previous_app_id=_OURS, new_app_id=_THIRD),
    "control is passed to us": ControlPassed(**_WHEN, previous_app_id=_INBOX, new_app_id=_OURS),
    "Graph says another app has it": MessageRefused(
        **_WHEN, turn=0, refusal=Refusal.OTHER_APP_IN_CONTROL, text="Hi"
    ),
    "after a tap, Graph says it is ours": OwnerFound(**_WHEN, turn=0, free=True),
    "the deadline passes": TimerFired(**_WHEN, kind=TimerKind.HANDOFF_DEADLINE),
    "a day without a word": TimerFired(**_WHEN, kind=TimerKind.HUMAN_IDLE_TIMEOUT),
}


def mermaid() -> str:
    """Return the diagram: an arrow from owner to owner, with everything that leads there."""
    arrows: dict[tuple[Owner, Owner], list[str]] = defaultdict(list)
    for owner in Owner:
        for words, event in _HAPPENINGS.items():
            after = transition(_thread_of(owner, event), event, _POLICY).conversation.owner
            if after is not owner:
                arrows[owner, after].append(words)
    lines = ["stateDiagram-v2", "    [*] --> idle"]
    for (before, after), ways in arrows.items():
        lines.append(f"    {before.value} --> {after.value}: {'<br>'.join(ways)}")
    return "\n".join(lines)


def _thread_of(owner: Owner, event: Event) -> Conversation:
    """Return a thread with this owner, long enough ago that the event is news."""
    conversation = Conversation(
        page_id="1",
        psid="2",
        owner=owner,
        owner_since=1,
        owner_settled=1,
        last_word=LastWord("m", 1),
    )
    if owner is Owner.HANDING_OFF:
        handoff = Handoff("page_inbox", _INBOX, "user_asked")
        conversation = replace(conversation, handoff=handoff)
    if isinstance(event, TimerFired):
        conversation = replace(conversation, timer=Timer(event.kind, _NOW))
    return conversation


if __name__ == "__main__":
    print(mermaid())  # noqa: T201 - a command
