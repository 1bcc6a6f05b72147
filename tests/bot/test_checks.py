"""The bot's data and what the model makes of it."""

import subprocess
import sys
from collections import ChainMap
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
import yaml

from tests.support.rasa import ROOT
from tests.support.rasa import SCRIPT as RASA_ENV

BOT = ROOT / "rasa_bot"


def read(folder: str, part: str) -> Iterator[Any]:
    """Yield one part of each file in a folder of the bot's."""
    for path in sorted((BOT / folder).glob("*.yml")):
        if found := yaml.safe_load(path.read_text()).get(part):
            yield found


INTENTS = list(chain.from_iterable(read("domain", "intents")))
RESPONSES = dict(ChainMap(*read("domain", "responses")))
SLOTS = dict(ChainMap(*read("domain", "slots")))
RULES = list(chain.from_iterable(read("data/rules", "rules")))
NLU = list(chain.from_iterable(read("data/nlu", "nlu")))
BUTTONS = [
    button
    for variations in RESPONSES.values()
    for variation in variations
    for button in variation.get("buttons", [])
]
#: What only buttons, the menu of the Page and the bridge send.
NEVER_SAID = {"get_started", "connect_now", "trigger_handoff", "handback", "handoff"}


def steps(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the steps of a rule, each of several alternatives too."""
    for step in rule["steps"]:
        yield from step.get("or", [step])


@pytest.mark.timeout(400)  # both bots, on a machine that may be busy
def test_the_checks_of_data_conversations_and_understanding_pass(trained: None) -> None:
    checks = subprocess.run(
        [sys.executable, RASA_ENV, "check"], capture_output=True, text=True, check=False
    )
    assert checks.returncode == 0, checks.stdout + checks.stderr
    assert "rasa: held-out phrasings:" in checks.stdout


def test_titles_of_buttons_fit_into_messenger() -> None:
    assert BUTTONS
    assert all(len(button["title"]) <= 20 for button in BUTTONS)


def test_each_button_names_an_intent_that_a_rule_answers() -> None:
    answered = {step["intent"] for rule in RULES for step in steps(rule) if "intent" in step}
    payloads = {button["payload"] for button in BUTTONS if "payload" in button}
    intents = {payload[1:].partition("{")[0] for payload in payloads if payload.startswith("/")}
    assert {"human_handoff", "trigger_handoff", "connect_now", "skip"} <= intents
    assert intents <= answered


def test_each_intent_has_a_rule() -> None:
    answered = {step["intent"] for rule in RULES for step in steps(rule) if "intent" in step}
    assert set(INTENTS) | {"nlu_fallback"} == answered


def test_no_training_example_can_be_taken_for_what_buttons_and_the_bridge_send() -> None:
    assert set(INTENTS) >= NEVER_SAID
    assert {part["intent"] for part in NLU} == set(INTENTS) - NEVER_SAID


def test_no_two_files_of_the_domain_say_the_same() -> None:
    named = [name for responses in read("domain", "responses") for name in responses]
    assert len(named) == len(set(named))
