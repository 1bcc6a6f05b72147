"""Refusals that published logs show, and what must not be refused."""

import json

import pytest

from tests.simulator.conftest import Graph, error_of
from tests.simulator.receiver import APP, PAGE, SECRET


@pytest.fixture
def psid(person):
    person.says("hello")
    return person.psid


@pytest.mark.parametrize(("node", "code"), [("me", 2500), (PAGE, 104)])
def test_a_call_without_a_token_is_refused_by_what_it_is_about(simulator, node, code):
    graph = Graph(simulator.url)
    del graph.session.headers["Authorization"]
    try:
        refused = graph.get(node)
        assert (refused.status_code, error_of(refused)) == (400, (code, None))
    finally:
        graph.session.close()


def test_a_list_that_is_too_long_or_too_short_has_codes_of_its_own(graph, psid):
    reply = {"content_type": "text", "title": "Yes", "payload": "yes"}
    too_many = graph.says(psid, "Well?", quick_replies=[reply] * 14)
    assert error_of(too_many) == (105, None)
    assert "message[quick_replies] has too many elements" in too_many.json()["error"]["message"]
    assert error_of(graph.says(psid, "Well?", quick_replies=[])) == (194, None)


@pytest.mark.parametrize("name", ["TYPING_ON", "typing_on", "MARK_SEEN"])
def test_a_sender_action_may_be_in_capitals(graph, psid, name):
    done = graph.post("messages", recipient={"id": psid}, sender_action=name)
    assert done.json() == {"recipient_id": psid}


def test_a_control_type_may_be_in_capitals(graph, psid):
    control = {"control_type": "RELEASE"}
    recipient = {"id": psid}
    sent = graph.post(
        "messages", recipient=recipient, message={"text": "Bye"}, thread_control=control
    )
    assert sent.status_code == 200
    assert graph.get("me/thread_owner", recipient=psid).json() == {"data": []}


def test_an_attachment_needs_an_address_whether_or_not_it_is_kept(graph, psid):
    for payload in ({"url": "not a url"}, {"url": "not a url", "is_reusable": True}):
        message = {"attachment": {"type": "image", "payload": payload}}
        refused = graph.post("messages", recipient={"id": psid}, message=message)
        assert error_of(refused) == (100, 2018008)


@pytest.mark.parametrize("template", ["coupon", "customer_feedback"])
def test_what_is_not_simulated_is_said_to_be(graph, psid, template):
    payload = {"template_type": template}
    message = {"attachment": {"type": "template", "payload": payload}}
    refused = graph.post("messages", recipient={"id": psid}, message=message).json()["error"]
    assert refused["message"] == f"(#100) The simulator has no template_type {template}"
    rest = {"messaging_type": "MESSAGE_TAG", "tag": "CUSTOMER_FEEDBACK"}
    refused = graph.post("messages", recipient={"id": psid}, message={"text": "?"}, **rest)
    assert "The simulator has no message tag" in refused.json()["error"]["message"]


def test_the_proof_of_a_batch_is_the_proof_of_its_calls(graph, psid):
    calls = [{"method": "GET", "relative_url": "me"}]
    answer = graph.post("", batch=calls, appsecret_proof="0" * 64).json()
    assert answer[0]["code"] == 400
    assert "appsecret_proof" in json.loads(answer[0]["body"])["error"]["message"]


def test_a_fault_strikes_a_call_of_a_batch(simulator, graph, psid):
    error = {"status": 400, "code": 613}
    rule = {"on": "graph", "do": "error", "match": {"edge": "personas"}, "error": error}
    simulator.faults.replace({"rules": [rule]})
    calls = [{"method": "GET", "relative_url": path} for path in ("me", "me/personas")]
    answers = graph.post("", batch=calls).json()
    assert [each["code"] for each in answers] == [200, 400]
    assert json.loads(answers[1]["body"])["error"]["code"] == 613


def test_done_says_in_its_pass_where_it_comes_from_on_a_page_with_roles(
    simulator, person, agent, graph, receiver, set_switches
):
    set_switches({"routing": "receiver_roles"})
    person.says("hello")
    graph.passes(person.psid, "263902037430900")
    agent.marks_done(person)
    told = receiver.wait_for(1, "pass_thread_control")[0].event["pass_thread_control"]
    assert told["metadata"] == "Pass thread control from Page Inbox"


def test_an_app_s_own_token_is_told_as_one_and_is_needed_to_ask(simulator, graph):
    token = f"{APP}|{SECRET}"
    app = Graph(simulator.url, token)
    try:
        about = app.get("debug_token", input_token=token).json()["data"]
        assert (about["type"], about["app_id"]) == ("APP", APP)
        assert "profile_id" not in about
        assert error_of(app.get("debug_token")) == (100, None)
        refused = graph.get("debug_token", input_token=token)
        assert error_of(refused) == (100, None)
        assert "must provide an app access token" in refused.json()["error"]["message"]
        for node in ("me", "app", APP):
            assert app.get(node).json()["id"] == APP
    finally:
        app.session.close()


def test_a_user_s_token_gets_a_page_s_token(simulator, graph):
    with simulator.acting() as (platform, _):
        user = Graph(simulator.url, platform.user.access_token)
        token = platform.apps[APP].access_token
    try:
        answer = user.get(PAGE, fields="access_token,name").json()
        assert (answer["access_token"], answer["id"]) == (token, PAGE)
    finally:
        user.session.close()
