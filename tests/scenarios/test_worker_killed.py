"""The worker dies at one moment of a handover after another; nothing is lost or said twice."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person
from tests.support.bridge import SETTINGS, Bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for

ANNOUNCEMENT = (
    "One moment, I'm connecting you. A person from our team can read our conversation and will "
    "answer you right here.\nWhy: you asked for a person\nIn short: Wants a person."
)
HANDBACK = '{"from": "page_inbox", "outcome": "done", "unanswered": true}'

#: What must stand in the thread at the end, whenever the worker died.
WHOLE_STORY = [
    ("person", "hello"),
    ("app", "You said: hello"),
    ("person", "I want to talk to a person"),
    ("app", ANNOUNCEMENT),
    ("agent", "Hi, Mia here."),
    ("person", "My parcel is lost"),
    ("app", f"The bot is back. {HANDBACK}"),
    ("person", "goodbye"),
    ("app", "You said: goodbye"),
]

#: What the bot must have been asked, each once.
HEARD = ["hello", "I want to talk to a person", f"/handback{HANDBACK}", "goodbye"]


@dataclass(frozen=True)
class Moment:
    """Where in the story the worker dies."""

    name: str
    #: The act of the story that leads there.
    act: str
    #: "before" the act; "bot" while the bot thinks; otherwise the Graph edge of the call.
    where: str
    #: What happens to that call: it is under way ("delay"), or its answer is lost.
    fault: str = "delay"


MOMENTS = [
    Moment("before it has seen the first word", "hello", "before"),
    Moment("while the bot thinks about the first word", "hello", "bot"),
    Moment("while the first answer is under way", "hello", "messages"),
    Moment("when the first answer was sent and nobody told it", "hello", "messages", "drop"),
    Moment("before it has seen the wish for a human", "human", "before"),
    Moment("while the bot thinks about the wish for a human", "human", "bot"),
    Moment("while the announcement is under way", "human", "messages"),
    Moment("when the announcement was sent and nobody told it", "human", "messages", "drop"),
    Moment("while the pass is under way", "human", "pass_thread_control"),
    Moment("when control was passed and nobody told it", "human", "pass_thread_control", "drop"),
    Moment("before it has seen that a human speaks", "agent", "before"),
    Moment("before it has seen that control came back", "done", "before"),
    Moment("while the bot thinks about the return", "done", "bot"),
    Moment("while the greeting is under way", "done", "messages"),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=[moment.name for moment in MOMENTS])
def test_a_worker_that_dies(
    moment: Moment,
    bridge: Bridge,
    simulator: Simulator,
    bot: StandInBot,
    person: Person,
    agent: Agent,
):
    def agent_speaks() -> None:
        agent.replies("Hi, Mia here.")
        person.says("My parcel is lost")

    acts: dict[str, Callable[[], None]] = {
        "hello": lambda: person.says("hello"),
        "human": lambda: person.says("I want to talk to a person"),
        "agent": agent_speaks,
        "done": agent.marks_done,
        "goodbye": lambda: person.says("goodbye"),
    }
    for name, act in acts.items():
        if name == moment.act:
            die_during(moment, act, bridge, simulator, bot)
        else:
            act()
        bridge.settle()

    assert [(m.author, m.text) for m in person.thread.messages] == WHOLE_STORY
    assert bot.heard[person.psid] == HEARD
    assert person.thread.owner == SETTINGS["APP_ID"]


def die_during(
    moment: Moment, act: Callable[[], None], bridge: Bridge, simulator: Simulator, bot: StandInBot
) -> None:
    """Let the act happen and the worker die at its moment; then start another worker."""
    if moment.where == "before":
        bridge.kill_worker()
        act()
    elif moment.where == "bot":
        bot.delay, begun = 1.0, bot.begun
        act()
        wait_for(lambda: bot.begun > begun, "the bot to begin to think")
        bridge.kill_worker()
        bot.delay = 0.0
    else:
        break_next_call(simulator, moment)
        act()
        wait_for(lambda: struck(simulator), f"a call to {moment.where}")
        bridge.kill_worker()
    bridge.start_worker()


def break_next_call(simulator: Simulator, moment: Moment) -> None:
    rule = {
        "on": "graph",
        "match": {"edge": moment.where},
        "do": "delay" if moment.fault == "delay" else "drop_response",
        "times": 1,
        "seconds": 1.0,
    }
    requests.put(f"{simulator.url}/_simulator/faults", json={"rules": [rule]}, timeout=10)


def struck(simulator: Simulator) -> bool:
    rules = requests.get(f"{simulator.url}/_simulator/faults", timeout=10).json()["rules"]
    return bool(rules[0]["used"])
