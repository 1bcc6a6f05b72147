"""Database and log can't grow, first for the web process, then for the worker."""

import os

from inbox_simulator import Simulator
from inbox_simulator.actors import Person
from tests.faults import fillable
from tests.faults.breaking import full_disk, sends, texts
from tests.support.bridge import Bridge
from tests.support.meta import deliver, entry, fresh_mid, message
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for

#: Deliveries that fit into what is left of a file that may be written over.
MOST_THAT_FIT = 300


def test_a_web_process_that_can_not_store_says_503_and_takes_it_later(
    bridge: Bridge, person: Person, bot: StandInBot
):
    person.says("hello")
    bridge.settle()
    assert bridge.web is not None
    with bridge.log.open("a") as log:
        log.write("\n" * fillable.SMALL)
    refused, taken = "", []
    with full_disk(bridge.web):
        for number in range(MOST_THAT_FIT):
            words = f"word {number}"
            event = message(person.psid, words, fresh_mid())
            status = deliver(bridge, entry(messaging=[event]))
            if status == 503:
                refused = words
                break
            assert status == 200
            taken.append(words)
    assert refused
    wait_for(lambda: deliver(bridge, entry(messaging=[event])) == 200, "it to be taken")
    bridge.settle()
    assert bot.heard[person.psid] == ["hello", *taken, refused]


def failures(bridge: Bridge) -> int:
    return bridge.log.read_text().count("worker.store_unavailable")


def test_a_worker_that_can_not_write_goes_on_when_there_is_room(
    bridge: Bridge, simulator: Simulator, person: Person, bot: StandInBot
):
    os.truncate(bridge.log, 0)  # what the worker notices must find room in it
    bot.delay, before = 0.5, failures(bridge)
    person.says("hello")
    wait_for(lambda: bot.begun == 1, "the bot to begin to think")
    assert bridge.worker is not None
    with full_disk(bridge.worker):
        wait_for(lambda: failures(bridge) > before, "the worker to notice")
        assert texts(person) == [("person", "hello")]
    bridge.settle()
    assert texts(person) == [("person", "hello"), ("app", "You said: hello")]
    assert bot.heard[person.psid] == ["hello"]
    assert sends(simulator, "You said: hello") == 1
