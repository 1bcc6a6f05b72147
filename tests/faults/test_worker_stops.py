"""The worker is told to stop, stands still, or has company, in the middle of a send."""

import signal

from sqlalchemy import select, update

from inbox_simulator import Simulator
from inbox_simulator.actors import Person
from messenger_app.store.tables import conversation
from tests.faults.breaking import on_graph, sends, stopped, texts, wait_until_struck
from tests.support.bridge import Bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for

ANSWERED = [("person", "hello"), ("app", "You said: hello")]


def workers(bridge: Bridge) -> set[str]:
    """Return the workers that have leases."""
    with bridge.database.reading() as connection:
        leased = select(conversation.c.worker).where(conversation.c.worker.is_not(None))
        return set(connection.execute(leased).scalars())


def test_sigterm_while_sending_waits_for_the_answer_and_hands_the_thread_back(
    bridge: Bridge, simulator: Simulator, person: Person
):
    on_graph(simulator, "messages", "delay", 1.5)
    person.says("hello")
    wait_until_struck(simulator)
    assert bridge.worker is not None
    bridge.worker.send_signal(signal.SIGTERM)
    assert bridge.worker.wait(20) == 0

    assert texts(person) == ANSWERED
    assert workers(bridge) == set()
    bridge.start_worker()
    person.says("again")
    bridge.settle()
    assert sends(simulator, "You said: hello") == 1
    assert texts(person)[2:] == [("person", "again"), ("app", "You said: again")]


def test_a_lease_that_is_lost_in_the_middle_of_a_send_sends_nothing_twice(
    bridge: Bridge, simulator: Simulator, person: Person, bot: StandInBot
):
    on_graph(simulator, "messages", "delay", 1.0)
    person.says("hello")
    wait_until_struck(simulator)
    assert bridge.worker is not None
    slow = bridge.worker
    with stopped(slow.pid):  # it can neither read the answer nor keep its lease
        with bridge.database.writing() as connection:
            connection.execute(update(conversation).values(due=0))
        bridge.start_worker()
        bridge.settle()
        assert texts(person) == ANSWERED
        lost_before = bridge.log.read_text().count("lease.lost")
    wait_for(lambda: bridge.log.read_text().count("lease.lost") > lost_before, "the lease's loss")
    slow.send_signal(signal.SIGTERM)
    assert slow.wait(20) == 0

    person.says("again")
    bridge.settle()
    assert sends(simulator, "You said: hello") == 1
    assert bot.heard[person.psid] == ["hello", "again"]
    assert texts(person)[2:] == [("person", "again"), ("app", "You said: again")]


def test_two_workers_share_one_sqlite_file_and_one_takes_over_when_the_other_dies(
    bridge: Bridge, simulator: Simulator, bot: StandInBot, person: Person
):
    first = bridge.worker
    assert first is not None
    bridge.start_worker()
    wait_for(lambda: "worker.not_alone" in bridge.log.read_text(), "the second worker")
    people = [Person(person._stage, f"Person {number}") for number in range(40)]
    bot.delay = 2.0  # one worker alone has not hands enough for all: CALLS_AT_ONCE is 32
    for someone in people:
        someone.says("one")
        someone.says("two")
    wait_for(lambda: len(workers(bridge)) == 2, "both workers to have threads in hand")
    first.kill()
    first.wait()
    bot.delay = 0.0
    bridge.settle(within=60)

    said = [("person", "one"), ("person", "two")]
    answers = [("app", "You said: one"), ("app", "You said: two")]
    for someone in people:
        seen = texts(someone)
        assert [line for line in seen if line[0] == "person"] == said
        assert [line for line in seen if line[0] == "app"] == answers
        assert bot.heard[someone.psid] == ["one", "two"]
