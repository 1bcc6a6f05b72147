"""The words that call the bot back, as people type them."""

from dataclasses import replace

import pytest

from messenger_app.conversation.policy import Policy, Words
from tests.unit.conversation.story import POLICY


def calls(*phrases: str, never_mind: str = "Never mind") -> Policy:
    words = Words(never_mind=never_mind, cancel_phrases=phrases, bot_phrases=phrases)
    return replace(POLICY, words=words)


@pytest.mark.parametrize("text", ["", " ", "👍", "?!", "…"])
def test_a_picture_or_signs_call_nobody_back_where_a_phrase_is_of_signs(text: str):
    policy = calls("❌", never_mind="✋")
    assert not policy.asks_for_bot(text)
    assert not policy.asks_to_cancel(text)


def test_a_phrase_of_signs_is_understood_as_it_stands():
    policy = calls("❌", never_mind="✋")
    assert policy.asks_for_bot(" ❌ ")
    assert policy.asks_to_cancel("✋")


def test_signs_beside_words_make_no_difference():
    assert calls("back to the bot").asks_for_bot("Back to the bot! 🙏")
    assert calls("bot ❌").asks_for_bot("bot")


def test_a_phrase_of_nothing_is_never_said():
    policy = calls("")
    assert not policy.asks_for_bot("")
    assert not policy.asks_to_cancel(" ")
