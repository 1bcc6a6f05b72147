"""The machine's clock steps back an hour while threads wait; none waits for the hour to pass."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_simulator import Simulator
from inbox_simulator.actors import Person, Stage
from messenger_app import targets
from messenger_app.clock import Clock
from messenger_app.conversation.policy import Policy
from messenger_app.executor import Executor
from messenger_app.graph.client import GraphClient
from messenger_app.rasa.client import RasaClient
from messenger_app.store.wakeup import Bell, bell_of
from messenger_app.worker import Worker
from tests.faults.breaking import on_graph, sends, texts, wait_until_struck
from tests.support.bridge import ROOT, SETTINGS, Bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for

HOUR = 60 * 60 * 1000


class SteppingClock(Clock):
    """The machine's clock, until somebody sets it."""

    stepped = 0

    def now(self) -> int:
        return self.machine()

    def machine(self) -> int:  # type: ignore[override]  # the machine's is the same for all
        return Clock.machine() + self.stepped


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def system(
    tmp_path: Path, clock: SteppingClock, bot: StandInBot
) -> Iterator[tuple[Bridge, Simulator]]:
    """Simulator and web as always; the worker in a thread, with a clock that can be set."""
    bridge = Bridge(tmp_path)
    with Simulator(webhook_url=bridge.webhook_url) as simulator:
        bridge.connect(simulator.url, bot.url)
        bridge.start_web()
        worker, closed_at_the_end = in_thread(bridge, simulator, bot, clock)
        thread = threading.Thread(target=worker.run)
        thread.start()
        yield bridge, simulator
        worker.stop()
        thread.join(30)
        for used in closed_at_the_end:
            used.close()
        bridge.stop()


def in_thread(
    bridge: Bridge, simulator: Simulator, bot: StandInBot, clock: Clock
) -> tuple[Worker, tuple[GraphClient | RasaClient | Bell, ...]]:
    page = SETTINGS["PAGE_ID"]
    graph = GraphClient(simulator.url, "v26.0", page, SETTINGS["PAGE_ACCESS_TOKEN"])
    rasa = RasaClient(bot.url)
    executor = Executor({page: graph}, {page: rasa}, SETTINGS["APP_ID"], clock)
    handoff = targets.load(ROOT / "rasa_bot" / "handoff_config.yml")
    policy = Policy(
        app_id=SETTINGS["APP_ID"], targets=handoff.targets, default_target=handoff.default
    )
    bell = bell_of(bridge.database)
    return Worker(bridge.database, executor, policy, clock, bell), (graph, rasa, bell)


def test_a_thread_that_waits_to_try_again_does_not_wait_an_hour(
    system: tuple[Bridge, Simulator], bot: StandInBot, clock: SteppingClock
):
    bridge, simulator = system
    person = Person(Stage(simulator.url), "Ana")
    bot.stop()
    person.says("hello")
    wait_for(lambda: "queued" in bridge.describe(), "the first try")
    clock.stepped = -HOUR
    bot.start()
    bridge.settle()
    assert texts(person) == [("person", "hello"), ("app", "You said: hello")]
    assert bot.heard[person.psid] == ["hello"]


def test_a_send_that_is_under_way_ends_once_and_the_thread_goes_on(
    system: tuple[Bridge, Simulator], clock: SteppingClock
):
    bridge, simulator = system
    person = Person(Stage(simulator.url), "Ana")
    on_graph(simulator, "messages", "delay", 1.0)
    person.says("hello")
    wait_until_struck(simulator)
    clock.stepped = -HOUR
    person.says("again")
    bridge.settle()
    assert [text for author, text in texts(person) if author == "app"] == [
        "You said: hello",
        "You said: again",
    ]
    assert sends(simulator, "You said: hello") == 1
