"""The bot's data and what the model makes of it."""

import subprocess
import sys

import yaml

from tests.support.rasa import ROOT
from tests.support.rasa import SCRIPT as RASA_ENV

DOMAIN = yaml.safe_load((ROOT / "rasa_bot" / "domain.yml").read_text())
RULES = yaml.safe_load((ROOT / "rasa_bot" / "data" / "rules.yml").read_text())["rules"]
BUTTONS = [
    button
    for variations in DOMAIN["responses"].values()
    for variation in variations
    for button in variation.get("buttons", [])
]


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
    answered = {step["intent"] for rule in RULES for step in rule["steps"] if "intent" in step}
    assert {button["payload"].removeprefix("/") for button in BUTTONS} <= answered


def test_no_training_example_can_be_taken_for_what_the_bridge_sends() -> None:
    nlu = yaml.safe_load((ROOT / "rasa_bot" / "data" / "nlu.yml").read_text())["nlu"]
    assert {"handback", "handoff"} <= set(DOMAIN["intents"])
    assert {"handback", "handoff"}.isdisjoint(part["intent"] for part in nlu)
