"""MoodBot's words and its count of failures, without Rasa. The rest is in tests/scenarios."""

from typing import Any

import pytest
import yaml

from rasa_bot.actions import failed_turns
from tests.support.rasa import ROOT

FOLDER = ROOT / "rasa_bot" / "moodbot"
DOMAIN = yaml.safe_load((FOLDER / "domain.yml").read_text())
BUTTONS = [
    button
    for variations in DOMAIN["responses"].values()
    for variation in variations
    for button in variation.get("buttons", [])
]

#: By their names: some have settings.
INTENTS = {
    intent if isinstance(intent, str) else next(iter(intent)) for intent in DOMAIN["intents"]
}


def turns(*actions: str) -> list[dict[str, Any]]:
    """Return what Rasa keeps of turns with one action each."""
    return [
        event
        for action in actions
        for event in (
            {"event": "user", "text": "…"},
            {"event": "action", "name": action},
            {"event": "rewind"},
            {"event": "action", "name": "action_listen"},
        )
    ]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ((), 0),
        (("utter_book",), 0),
        (("utter_rephrase", "action_default_fallback"), 2),
        (("action_default_fallback", "utter_book", "utter_rephrase"), 1),
        (("action_default_fallback", "utter_rephrase", "utter_greet"), 0),
    ],
)
def test_failures_are_counted_in_the_conversations_own_record(
    actions: tuple[str, ...], expected: int
) -> None:
    assert failed_turns.count(turns(*actions)) == expected


def test_titles_of_buttons_fit_into_messenger() -> None:
    assert BUTTONS
    assert all(len(button["title"]) <= 20 for button in BUTTONS)


def test_each_button_is_an_intent_of_moodbots_own() -> None:
    payloads = [button["payload"].removeprefix("/") for button in BUTTONS]
    assert {payload.partition("{")[0] for payload in payloads} <= INTENTS


def test_no_training_example_can_be_taken_for_what_the_bridge_sends() -> None:
    nlu = yaml.safe_load((FOLDER / "data" / "nlu.yml").read_text())["nlu"]
    assert {"handback", "handoff"} <= INTENTS
    assert {"handback", "handoff"}.isdisjoint(part["intent"] for part in nlu)
