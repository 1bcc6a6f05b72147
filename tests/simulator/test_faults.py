"""What goes wrong on purpose."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from inbox_simulator.faults import Faults
from tests.simulator.conftest import error_of
from tests.support.waiting import wait_for


@pytest.fixture
def faults(stage):
    def put(*rules, seed=1):
        return stage.client.put("faults", {"seed": seed, "rules": list(rules)})

    return put


def texts(receiver):
    return [got.event["message"]["text"] for got in receiver.of_kind("message")]


def test_a_webhook_comes_twice(person, receiver, quiet, faults):
    faults({"on": "webhook", "do": "duplicate", "match": {"edge": "messages"}, "times": 1})
    person.says("one")
    person.says("two")
    quiet()
    assert texts(receiver) == ["one", "one", "two"]


def test_webhooks_change_places(person, receiver, quiet, faults):
    faults({"on": "webhook", "do": "reorder", "times": 1, "seconds": 30})
    person.says("one")
    person.says("two")
    person.says("three")
    quiet()
    assert texts(receiver) == ["two", "one", "three"]


def test_a_webhook_whose_answer_is_lost_is_sent_again(
    person, receiver, quiet, faults, set_switches
):
    set_switches({"order_after_failure": "keeps_order"})
    faults({"on": "webhook", "do": "drop_response", "times": 2})
    person.says("one")
    person.says("two")
    quiet()
    assert texts(receiver) == ["one", "one", "one", "two"]


def test_a_webhook_that_fails_on_the_way_arrives_later(person, receiver, quiet, faults):
    faults({"on": "webhook", "do": "error", "error": {"status": 502}, "times": 1})
    person.says("one")
    quiet()
    assert texts(receiver) == ["one"]


def test_a_delayed_webhook_waits_on_the_simulator_s_clock(person, stage, receiver, quiet, faults):
    faults({"on": "webhook", "do": "delay", "seconds": 600, "match": {"psid": person.psid}})
    person.says("one")
    assert stage.client.get("pending") == {"deliveries": 1}
    assert receiver.received == []
    stage.act("clock", {"advance_seconds": 600})
    quiet()
    assert texts(receiver) == ["one"]


def test_a_graph_call_is_refused_as_the_rule_says(person, graph, faults):
    person.says("hello")
    rule = {"on": "graph", "do": "error", "match": {"edge": "messages"}, "times": 1}
    faults({**rule, "error": {"status": 500, "code": 1200, "subcode": 99}})
    refused = graph.says(person.psid, "Hi")
    assert refused.status_code == 500
    assert error_of(refused) == (1200, 99)
    assert graph.says(person.psid, "Hi").status_code == 200
    assert person.last_message == "Hi"


def test_a_graph_call_is_done_though_its_answer_is_lost(person, graph, faults):
    person.says("hello")
    faults({"on": "graph", "do": "drop_response", "times": 1})
    with pytest.raises(requests.ConnectionError):
        graph.says(person.psid, "Hi")
    assert person.last_message == "Hi"
    assert graph.says(person.psid, "Again").status_code == 200


def test_a_graph_call_is_done_at_once_though_its_answer_comes_late(person, graph, faults):
    person.says("hello")
    faults({"on": "graph", "do": "delay_response", "times": 1, "seconds": 0.5})
    began = time.monotonic()
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(graph.says, person.psid, "Hi")
        wait_for(lambda: person.last_message == "Hi", "the message")
        assert not answer.done()
        assert answer.result().status_code == 200
    assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize(
    "rule",
    [
        {"on": "graph", "do": "duplicate"},
        {"on": "mail", "do": "error"},
        {"on": "graph", "do": "error", "match": {"colour": "red"}},
        {"on": "graph", "do": "error", "probability": 2},
        {"on": "graph", "do": "error", "often": 2},
        {"on": "graph", "do": "error", "error": {"code": "ten"}},
        {"on": "graph", "do": "error", "error": 10},
        {"on": "graph", "do": "error", "match": 5},
        "error",
    ],
)
def test_a_rule_that_can_not_be_is_refused_and_changes_nothing(control, faults, rule):
    faults({"on": "graph", "do": "delay", "seconds": 0})
    answer = control("PUT", "faults", {"rules": [rule]})
    assert answer.status_code == 400
    assert "error" in answer.json()
    assert len(control("GET", "faults").json()["rules"]) == 1


def test_the_same_seed_strikes_the_same_calls():
    def strikes(seed):
        faults = Faults()
        rule = {"on": "graph", "do": "error", "probability": 0.5}
        faults.replace({"seed": seed, "rules": [rule]})
        return [faults.strike("graph", ("error",)) is not None for _ in range(64)]

    assert strikes(4) == strikes(4) != strikes(5)
    assert 10 < sum(strikes(4)) < 54
