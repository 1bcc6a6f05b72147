"""A leased thread can be gone back to: its copy has all that it has, and grows by itself."""

from dataclasses import fields
from typing import Any

import pytest

from messenger_app.conversation.state import Conversation
from messenger_app.in_hand import InHand
from messenger_app.store.worklist import Changes

CONTAINERS = {"list": lambda: ["something"], "dict": lambda: {"key": "something"}}


def full(kind: type, **given: Any) -> Any:
    """Make one whose every field holds something of its own."""
    values = {}
    for field in fields(kind):
        container = CONTAINERS.get(str(field.type).partition("[")[0])
        values[field.name] = container() if container else object()
    return kind(**{**values, **given})


@pytest.fixture
def hand() -> InHand:
    made: InHand = full(InHand, changes=full(Changes))
    return made


def test_a_copy_has_all_that_the_thread_has(hand: InHand) -> None:
    assert hand.copy() == hand


def test_what_is_done_to_a_copy_is_not_done_to_the_thread(hand: InHand) -> None:
    copy = hand.copy()
    for changed in (copy, copy.changes):
        for field in fields(changed):
            value = getattr(changed, field.name)
            if isinstance(value, list | dict):
                value.clear()
    assert hand.commands
    assert hand.events
    assert all(getattr(hand.changes, name) for name in ("findings", "added", "changed", "lines"))


def test_a_copy_takes_a_state_of_its_own(hand: InHand) -> None:
    copy = hand.copy()
    copy.become(Conversation("1", "7"))
    assert copy.changes.conversation != hand.changes.conversation
