"""How well the bot understands people, and that docs/bot-quality.md tells the truth about it."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
import yaml

from rasa_bot.checks.document import fill_in
from rasa_bot.checks.figures import (
    NOT_UNDERSTOOD,
    Count,
    Figures,
    Guess,
    Understanding,
    in_the_same_words,
    too_good,
)
from rasa_bot.checks.judging import Outcome, asks_before_handing_over, judge
from tests.support.rasa import ROOT

BOT = ROOT / "rasa_bot"
KEPT = BOT / "checks" / "figures.json"
FIGURES = Figures.from_json(json.loads(KEPT.read_text()))


def measure(command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scripts.bot_quality", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(600)
def test_the_bot_is_as_good_as_the_document_says(trained: None) -> None:
    done = measure("compare")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "of 60 requests end with a person" in done.stdout
    assert "of 60 ordinary messages do" in done.stdout
    assert "rasa: cross-validation of" in done.stdout


@pytest.mark.timeout(600)
def test_every_bot_learns_from_nothing_within_two_minutes(trained: None) -> None:
    done = measure("training-time")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_document_shows_the_figures_that_were_measured() -> None:
    document = (ROOT / "docs" / "bot-quality.md").read_text()
    assert fill_in(document, FIGURES) == document


def test_the_picture_shows_the_figures_that_were_measured() -> None:
    made_of = hashlib.sha256(KEPT.read_bytes()).hexdigest()
    assert made_of.encode() in (ROOT / "docs" / "pictures" / "bot-quality.png").read_bytes()


def test_no_message_of_more_than_a_few_words_is_a_training_example() -> None:
    kinds = yaml.safe_load((BOT / "checks" / "page_messages.yml").read_text())
    messages = {in_the_same_words(text) for texts in kinds.values() for text in texts}
    assert len(kinds.pop("wants_a_person")) == 60
    assert sum(map(len, kinds.values())) == len(set(chain(*kinds.values()))) == 60
    examples = {
        in_the_same_words(line)
        for path in (BOT / "data").rglob("*.yml")
        for part in yaml.safe_load(path.read_text()).get("nlu", [])
        for line in part.get("examples", "").splitlines()
    }
    assert len(examples) > 400
    assert {message for message in messages & examples if len(message.split()) > 4} == set()


def answer(text: str, *payloads: str) -> list[dict[str, Any]]:
    return [{"text": text, "buttons": [{"title": "…", "payload": each} for each in payloads]}]


TO_A_BOT = [{"custom": {"handoff": {"target": "moodbot"}}}]


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([{"custom": {"handoff": {"target": "page_inbox"}}}], Outcome.HANDED_OVER),
        ([{"text": "Of course."}, {"custom": {"handoff": {}}}], Outcome.HANDED_OVER),
        (TO_A_BOT, Outcome.NO_PERSON),
        ([{"custom": {"handoff_host": "http://127.0.0.1:5007"}}], Outcome.NO_PERSON),
        (answer("Shall I fetch a person for you?", "/human_handoff", "/deny"), Outcome.OFFERED),
        (
            answer("Would you like to talk to someone?", '/human_handoff{"reason": "menu"}'),
            Outcome.OFFERED,
        ),
        (
            answer("Did you mean that you would like a person?", "/human_handoff", "/help"),
            Outcome.GUESSED,
        ),
        (
            answer("Would you like to talk to a person?", "/human_handoff", "/out_of_scope"),
            Outcome.GUESSED,
        ),
        (answer("I can't. Our team can tell you.", "/trigger_handoff"), Outcome.OFFERED),
        (answer("Whom would you like to talk to?", "/trigger_handoff"), Outcome.OFFERED),
        (answer("Here is what I know:", "/delivery", "/human_handoff"), Outcome.IN_THE_MENU),
        (answer("Here is what I know:", "/human_handoff", "/delivery"), Outcome.IN_THE_MENU),
        (answer("I can fetch a person.", "/delivery", "/human_handoff"), Outcome.IN_THE_MENU),
        (answer("I can fetch a person.", "/delivery"), Outcome.NO_PERSON),
        ([{"text": "We are open until 18:00."}], Outcome.NO_PERSON),
    ],
)
def test_what_the_person_sees_decides_whether_a_person_comes(
    answers: list[dict[str, Any]], outcome: Outcome
) -> None:
    assert judge(answers, bots=frozenset({"moodbot"})) is outcome
    met = outcome in (Outcome.HANDED_OVER, Outcome.OFFERED)
    assert outcome.brings_a_person is met


def test_a_question_before_the_handoff_is_answered_by_connect_me_now() -> None:
    assert asks_before_handing_over(answer("What is it about?", "/connect_now", "/skip"))
    assert not asks_before_handing_over(answer("Whom would you like?", "/connect_now", "/deny"))


def test_a_guess_counts_as_the_fallback_would_have_it() -> None:
    guess = Guess("…", "greet", [("greet", 0.72), ("help", 0.68)])
    assert guess.at(0.7, ambiguity=0.0) == "greet"
    assert guess.at(0.73, ambiguity=0.0) == NOT_UNDERSTOOD
    assert guess.at(0.7, ambiguity=0.1) == NOT_UNDERSTOOD


def test_each_guess_is_right_wrong_or_not_understood() -> None:
    guesses = [
        Guess("…", "greet", [("greet", 0.9), ("help", 0.1)]),
        Guess("…", "greet", [("human_handoff", 0.8), ("greet", 0.1)]),
        Guess("…", "human_handoff", [("human_handoff", 0.5), ("greet", 0.1)]),
    ]
    figures = Understanding.of(guesses, threshold=0.7, ambiguity=0.1)
    assert figures.overall == Count(right=1, not_understood=1, wrong=1, handed_over=1)
    assert figures.by_threshold["0.50"] == Count(2, 0, 1, 1)
    assert figures.count("greet") == Count(1, 0, 1, 1)
    assert figures.taken_for_it("human_handoff") == 1


def test_a_false_handoff_costs_an_agents_minutes() -> None:
    messages = replace(FIGURES.messages, ordinary=60, disturbed=3)
    assert messages.cost(minutes=4) == 200


def test_a_claim_that_the_bot_cannot_keep_is_named() -> None:
    right, total = FIGURES.understanding.overall.right, FIGURES.understanding.overall.total
    key = f"{FIGURES.understanding.threshold:.2f}"
    worse = Count(right - total // 20, 0, total - right + total // 20, 0)
    by_threshold = {**FIGURES.understanding.by_threshold, key: worse}
    measured = Figures(
        replace(FIGURES.messages, met=FIGURES.messages.met - 2),
        replace(FIGURES.understanding, by_threshold=by_threshold),
    )
    assert too_good(FIGURES, measured) == ["requests met", "examples right", "examples wrong"]
    assert too_good(measured, FIGURES) == []
    assert too_good(FIGURES, FIGURES) == []


def test_a_document_without_a_place_for_the_figures_is_told() -> None:
    with pytest.raises(ValueError, match="one place for the figures 'messages'"):
        fill_in("# How well the bot understands people\n", FIGURES)
