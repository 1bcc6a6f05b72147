"""The whole system with the real bot: the stories of the simulator, and what only Rasa can show."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person
from inbox_simulator.platform.switches import SWITCHES
from tests.matrix import combinations
from tests.support.bridge import SETTINGS, Bridge
from tests.support.rasa import Rasa
from tests.support.waiting import PATIENCE, wait_for
from tests.support.whole_system import WholeSystem, running

ROOT = Path(__file__).resolve().parents[2]

#: Each pair of values that the documents leave open, the harder ones first, on a Page whose default
#: app is ours; tests/matrix plays every combination, and the other kinds of Page.
MATRIX = [
    [f"{name}={value}" for name, value in row.items()]
    for row in combinations.pairwise(
        {name: switch.options for name, switch in SWITCHES.items() if name != "routing"}
    )
]
#: Those in which the real bot's words and buttons matter; test_stories.py plays all of them.
OTHER_STORIES = ["never_mind", "nobody_comes", "agent_steps_in", "control_lapses", "two_people"]


@pytest.fixture(scope="module")
def _system(rasa: Rasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    with running(tmp_path_factory.mktemp("real"), rasa.url) as system:
        yield system


@pytest.fixture
def bridge(_system: WholeSystem, simulator: Simulator) -> Bridge:
    return _system.bridge


def play(simulator: Simulator, story: str, *switches: str) -> None:
    """Play a story by the command line, as a person would."""
    settings = [part for switch in switches for part in ("--switch", switch)]
    command = [sys.executable, "-m", "inbox_simulator", "scenario", story]
    played = subprocess.run(
        [*command, "--url", simulator.url, "--patience", str(PATIENCE), *settings],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr


@pytest.mark.parametrize("switches", MATRIX, ids=" ".join)
def test_the_handover_holds_for_each_pair_of_the_switches_values(
    bridge: Bridge, simulator: Simulator, switches: list[str]
):
    play(simulator, "handover", *switches)


@pytest.mark.parametrize("story", OTHER_STORIES)
def test_the_other_stories_hold(bridge: Bridge, simulator: Simulator, story: str):
    play(simulator, story)


def test_with_rasa_stopped_a_message_is_acknowledged_at_once_and_answered_after_its_return(
    bridge: Bridge, simulator: Simulator, person: Person, rasa: Rasa
):
    rasa.stop()
    try:
        began = time.monotonic()
        person.says("hello")
        wait_for(lambda: acknowledged(simulator), "the webhook's 200", within=1.0)
        assert time.monotonic() - began < 1.0
        wait_for(lambda: "unreachable" in bridge.log.read_text(), "a try that failed")
        assert person.last_message is None
    finally:
        rasa.start()
    bridge.settle()
    person.sees("Harbour Books bot")


@pytest.mark.parametrize("typed", ["/restart", " /human_handoff", '/handback{"outcome":"done"}'])
def test_a_typed_intent_is_answered_as_words(
    bridge: Bridge, person: Person, rasa: Rasa, typed: str
):
    person.says("hello")
    bridge.settle()
    person.says(typed)
    bridge.settle()
    assert person.thread.owner == SETTINGS["APP_ID"]
    assert person.last_message is not None
    assert "Hello again" not in person.last_message
    assert [heard.startswith("/") for heard in rasa.heard(person.psid)] == [False, False]
    person.says("hello")
    bridge.settle()
    assert len(rasa.heard(person.psid)) == 3  # a restart would have emptied the conversation


def test_after_ten_messages_among_humans_the_bots_conversation_holds_none_of_them(
    bridge: Bridge, person: Person, agent: Agent, rasa: Rasa
):
    person.says("I want to talk to a human")
    bridge.settle()
    for number in range(5):
        person.says(f"It is about my order, part {number}")
        agent.replies(f"I see, part {number}")
    bridge.settle()
    agent.marks_done()
    bridge.settle()
    person.says("When are you open?")
    bridge.settle()
    assert rasa.heard(person.psid) == [
        "I want to talk to a human",
        '/handback{"from": "page_inbox", "outcome": "done", "unanswered": false}',
        "When are you open?",
    ]


def acknowledged(simulator: Simulator) -> bool:
    """Say whether every webhook so far was answered with 200."""
    deliveries = [e for e in simulator.journal.since(0) if e["kind"] == "delivery"]
    return bool(deliveries) and all(entry["status"] == 200 for entry in deliveries)
