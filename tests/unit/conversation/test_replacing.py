"""A copy with changes, against the standard library's."""

import dataclasses

import pytest

from messenger_app.conversation.replacing import replace
from messenger_app.conversation.state import Conversation, LastWord, Owner

BEFORE = Conversation(page_id="1", psid="7", turn=3, last_word=LastWord("m_1", 5))


def test_a_copy_is_what_the_standard_library_makes_of_it() -> None:
    after = replace(BEFORE, owner=Owner.HUMAN, turn=4)
    assert after == dataclasses.replace(BEFORE, owner=Owner.HUMAN, turn=4)
    assert hash(after) == hash(dataclasses.replace(BEFORE, owner=Owner.HUMAN, turn=4))
    assert (BEFORE.owner, BEFORE.turn) == (Owner.IDLE, 3)
    assert dataclasses.asdict(replace(BEFORE)) == dataclasses.asdict(BEFORE)


def test_a_copy_can_not_be_changed_either() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(BEFORE, turn=4).turn = 5  # type: ignore[misc]


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(TypeError, match="Conversation has no trun"):
        replace(BEFORE, trun=4)  # type: ignore[call-arg]


def test_what_has_slots_is_copied_too() -> None:
    assert replace(LastWord("m_1", 5), answered=True) == LastWord("m_1", 5, answered=True)
