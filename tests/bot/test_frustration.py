"""When the bot offers a person to somebody who seems to have had enough; without Rasa."""

from typing import Any

import pytest

from rasa_bot.actions.frustration import OFFER, TURNS_BETWEEN_OFFERS, offer_is_due, read_turns


def said(text: str, intent: str = "delivery", response: str = "utter_answer") -> list[Any]:
    """Return what Rasa keeps of one turn."""
    return [
        {"event": "user", "text": text, "parse_data": {"intent": {"name": intent}}},
        {"event": "bot", "text": "…", "metadata": {"utter_action": response}},
    ]


def is_due(*turns: list[Any]) -> bool:
    """Say whether a person is offered after these turns; the answer to the last is yet to come."""
    events = [event for turn in turns for event in turn]
    return offer_is_due(read_turns(events[:-1]))


def test_an_ordinary_conversation_is_left_alone() -> None:
    assert not is_due(said("hi", "greet"), said("Where is my parcel?"), said("thanks", "thank"))
    assert not offer_is_due([])


def test_the_same_words_again_are_a_sign_however_they_are_written() -> None:
    assert is_due(said("Where is my parcel?"), said("ok", "affirm"), said("where is my PARCEL"))


def test_asking_for_the_same_a_third_time_is_a_sign() -> None:
    asked = said("where is my parcel"), said("has it been sent")
    assert not is_due(*asked)
    assert is_due(*asked, said("and my order?"))


@pytest.mark.parametrize("text", ["WHERE IS MY PARCEL", "NOTHING WORKS HERE!!"])
def test_capitals_are_a_sign(text: str) -> None:
    assert is_due(said("hello", "greet"), said(text))


def test_who_begins_in_capitals_may_always_write_so() -> None:
    assert not is_due(said("WHERE IS MY PARCEL"))


@pytest.mark.parametrize("text", ["OK", "ISBN", "HARBOUR", "Where is my DHL parcel", "12 34 56 78"])
def test_a_few_capitals_are_none(text: str) -> None:
    assert not is_due(said("hello", "greet"), said(text))


def test_strong_words_are_a_sign() -> None:
    assert is_due(said("you stupid thing", "frustrated"))


def test_several_turns_that_were_not_understood_are_a_sign() -> None:
    first, second = said("blorf", "nlu_fallback"), said("a joke", "out_of_scope")
    assert not is_due(first, second)
    assert is_due(
        first, said("when are you open", "opening_hours"), second, said("x", "nlu_fallback")
    )


def test_taps_are_no_words() -> None:
    assert not is_due(said("/delivery"), said("/delivery"), said("/delivery"))
    assert not is_due(said("/out_of_scope", "out_of_scope"), said("/HUMAN_HANDOFF NOW OK"))


def test_an_offer_is_not_made_again_for_a_while() -> None:
    angry = said("this is useless", "frustrated")
    offered = [*angry, {"event": "bot", "metadata": {"utter_action": OFFER}}]
    calm = [said(f"question {number}", f"intent {number}") for number in range(9)]
    between = TURNS_BETWEEN_OFFERS - 2
    assert not is_due(offered, angry)
    assert not is_due(offered, *calm[:between], angry)
    assert is_due(offered, *calm[: between + 1], angry)


def test_what_was_before_a_handoff_is_over() -> None:
    back = said("/handback", "handback")
    assert not is_due(said("where is my parcel"), back, said("where is my parcel"))


def test_a_message_that_rasa_writes_down_twice_counts_once() -> None:
    once, answer = said("where is my parcel")
    assert not is_due([once, {"event": "rewind"}, once, answer])
