"""Two Rasa servers behind one address: either goes on alone."""

import pytest

from inbox_simulator.actors import Agent, Person
from messenger_app.store import outbox
from tests.support.bridge import SETTINGS, Bridge
from tests.support.grown_rasa import GrownRasa
from tests.support.postgres import Postgres
from tests.support.waiting import wait_for

INBOX = "263902037430900"


@pytest.mark.timeout(300)  # two servers start anew, on a machine that may be busy
def test_a_conversation_goes_on_over_either_server_whichever_dies_and_over_what(
    bridge: Bridge, person: Person, agent: Agent, rasas: GrownRasa
):
    first, second = rasas.servers
    person.says("hello")
    bridge.settle()
    second.kill()
    person.says("I want to talk to a human")
    bridge.settle()
    assert person.thread.owner == INBOX
    agent.replies("This is Mia.")
    person.says("It is about my order")
    second.start()
    first.kill()
    agent.marks_done()
    bridge.settle()
    person.sees("Hello again")

    second.freeze("actions")
    person.says("When are you open?")
    wait_for(rasas.redis.keys, "the lock of a turn under way")
    first.start()
    second.kill()  # in the middle of the turn, with its lock held
    second.thaw("actions")
    bridge.settle(within=60)

    told = [m.author for m in person.thread.messages[-3:]]
    assert told == ["person", "app", "app"]  # the hours, and whether it is open now
    assert first.heard(person.psid) == [
        "hello",
        "I want to talk to a human",
        '/handback{"from": "page_inbox", "outcome": "done", "unanswered": true}',
        "When are you open?",
    ]


def test_people_are_answered_once_though_the_bots_database_died_meanwhile(
    bridge: Bridge, person: Person, rasas: GrownRasa, postgres: Postgres
):
    person.says("hello")
    bridge.settle()
    postgres.kill()
    person.says("When are you open?")
    wait_for(lambda: "is away" in rasas.logs(), "a server that misses its database")
    postgres.start()
    bridge.settle()

    told = [m.author for m in person.thread.messages]
    assert told == ["person", "app", "person", "app", "app"]
    assert rasas.servers[0].heard(person.psid) == ["hello", "When are you open?"]


def test_people_are_answered_though_the_locks_are_gone(
    bridge: Bridge, person: Person, rasas: GrownRasa
):
    rasas.redis.kill()
    person.says("hello")
    wait_for(lambda: questions_under_way(bridge), "a question under way")
    rasas.redis.start()
    bridge.settle()

    person.sees("Harbour Books bot")
    assert person.thread.owner == SETTINGS["APP_ID"]
    assert rasas.servers[0].heard(person.psid) == ["hello"]


def questions_under_way(bridge: Bridge) -> int:
    """Count what the bot was asked and has not answered."""
    with bridge.database.reading() as connection:
        return outbox.counts(connection).get("running", 0)
