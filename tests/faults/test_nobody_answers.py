"""Graph and the bot take every call and never answer; the platform must not notice."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inbox_simulator.actors import Person, Stage
from messenger_app.store import inbox, outbox
from tests.faults.breaking import never_answering
from tests.support.bridge import Bridge
from tests.support.meta import deliver, entry, fresh_mid, message
from tests.support.waiting import wait_for
from tests.support.whole_system import running as running_system

PEOPLE = 40
CALLS_AT_ONCE = 16
#: Seconds that a bot is waited for, and in which all must have heard of it: one after the other, in
#: so few calls, they would take minutes.
PATIENCE, UNTIL_TOLD = 10, 60
DELIVERIES = 400
#: The platform gives up on a delivery that takes longer, in seconds.
PLATFORMS_PATIENCE = 5.0


@pytest.fixture
def deserted(tmp_path: Path) -> Iterator[Bridge]:
    """A bridge whose Graph and whose bot hang."""
    with never_answering() as url:
        hang = {"GRAPH_API_URL": url, "RASA_URL": url}
        settings = {**hang, "CALLS_AT_ONCE": str(CALLS_AT_ONCE)}
        bridge = Bridge(tmp_path, settings=settings)
        bridge.start()
        yield bridge
        bridge.stop()


def running(bridge: Bridge) -> int:
    """Return how many calls are under way."""
    with bridge.database.reading() as connection:
        return outbox.counts(connection).get("running", 0)


def test_deliveries_are_acknowledged_while_graph_and_the_bot_hang(deserted: Bridge):
    def acknowledge(number: int) -> float:
        event = message(str(1000 + number % PEOPLE), f"word {number}", fresh_mid())
        began = time.perf_counter()
        assert deliver(deserted, entry(messaging=[event])) == 200
        return time.perf_counter() - began

    for number in range(PEOPLE):
        acknowledge(number)
    wait_for(lambda: running(deserted) >= CALLS_AT_ONCE, "every call of the worker to hang")
    with ThreadPoolExecutor(8) as pool:
        took = list(pool.map(acknowledge, range(PEOPLE, PEOPLE + DELIVERIES)))
    p99 = statistics.quantiles(took, n=100)[98]
    told = f"p99 {p99 * 1e3:.0f} ms, slowest {max(took) * 1e3:.0f} ms"
    print(f"\n{DELIVERIES} deliveries: {told}")  # noqa: T201 - speed is told, not asserted
    assert max(took) < PLATFORMS_PATIENCE / 2
    assert running(deserted) >= CALLS_AT_ONCE  # they still do
    with deserted.database.reading() as connection:
        assert sum(inbox.counts(connection).values()) == PEOPLE + DELIVERIES


def test_all_are_told_of_a_bot_that_answers_nobody(tmp_path: Path) -> None:
    few = {"CALLS_AT_ONCE": "4", "BOT_PATIENCE": str(PATIENCE)}
    with never_answering() as bot, running_system(tmp_path, bot, **few) as system:
        stage = Stage(system.simulator.url)
        people = [Person(stage, f"Person {number}") for number in range(PEOPLE)]
        for person in people:
            person.says("hello")
        wait_for(lambda: told(people) == PEOPLE, "all to be told", within=UNTIL_TOLD, every=1)
        stage.close()


def told(people: list[Person]) -> int:
    """Count those to whom something was said."""
    return sum(any(each.author == "app" for each in person.thread.messages) for person in people)
