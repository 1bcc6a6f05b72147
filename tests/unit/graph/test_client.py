import hashlib
import hmac
import json
import re
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from responses import matchers

from messenger_app.graph.client import GraphClient, SentMessage, ThreadOwner
from messenger_app.graph.errors import (
    AccessTokenInvalid,
    GraphError,
    GraphOutcomeUnknown,
    GraphUnreachable,
    NotThreadOwner,
    TemporarilyRefused,
)
from tests.unit.payloads import PAGE_ID, PSID, golden
from tests.unit.servers import answering, http, refused_url

URL = "https://graph.example"
PAGE = f"{URL}/v26.0/{PAGE_ID}"
TOKEN = "a-page-token-that-nobody-may-see"


@pytest.fixture
def graph() -> Iterator[GraphClient]:
    client = GraphClient(f"{URL}/", "v26.0", PAGE_ID, TOKEN)
    yield client
    client.close()


@pytest.fixture
def platform() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def sent(platform: responses.RequestsMock) -> Any:
    return json.loads(platform.calls[-1].request.body or "null")


# The edges


def test_a_message_is_sent_as_an_answer_and_gives_its_mid(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    platform.post(f"{PAGE}/messages", json=golden("graph", "send_ok"))
    mid = graph.send_message(PSID, {"text": "Grüße", "metadata": "mh:1"})
    assert mid == golden("graph", "send_ok")["message_id"]
    assert sent(platform) == {
        "recipient": {"id": PSID},
        "messaging_type": "RESPONSE",
        "message": {"text": "Grüße", "metadata": "mh:1"},
    }


def test_the_proof_of_the_apps_secret_goes_with_each_call(
    platform: responses.RequestsMock,
) -> None:
    # echo -n a-page-token | openssl dgst -sha256 -hmac the-secret
    expected = "81ed868d169e10fccd1d950cb783480ea610449db4c5f95a3b9913be6de60110"
    of_app = "e77e2a3135b4784812f9aeeff9b727a0880b1be7e73e53750010272e43d8cfbd"
    graph = GraphClient(URL, "v26.0", PAGE_ID, "a-page-token", app_secret="the-secret")
    platform.post(f"{PAGE}/messages", json=golden("graph", "send_ok"))
    graph.send_message(PSID, {"text": "hello"})
    assert sent(platform)["appsecret_proof"] == expected
    platform.delete(f"{PAGE}/messenger_profile", json={"result": "success"})
    graph.delete_messenger_profile(["greeting"])
    assert sent(platform)["appsecret_proof"] == expected
    platform.get(
        f"{PAGE}/subscribed_apps",
        json={"data": []},
        match=[matchers.query_param_matcher({"appsecret_proof": expected})],
    )
    assert graph.subscribed_apps() == []
    platform.get(
        f"{URL}/v26.0/77/subscriptions",
        json={"data": []},
        match=[matchers.query_param_matcher({"appsecret_proof": of_app})],
    )
    assert graph.app_subscriptions("77", "the-secret") == []
    graph.close()


def test_half_an_emoji_can_be_sent(graph: GraphClient, platform: responses.RequestsMock) -> None:
    platform.post(f"{PAGE}/messages", json=golden("graph", "send_ok"))
    assert graph.send_message(PSID, {"text": "\ud83d"})


def test_an_action_goes_to_the_same_edge(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    platform.post(f"{PAGE}/messages", json=golden("graph", "sender_action_ok"))
    graph.send_action(PSID, "typing_off")
    assert sent(platform) == {"recipient": {"id": PSID}, "sender_action": "typing_off"}


def test_control_is_asked_for_with_metadata(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    platform.post(f"{PAGE}/request_thread_control", json=golden("graph", "thread_control_ok"))
    graph.request_thread_control(PSID, "asked back: timeout")
    assert sent(platform) == {"recipient": {"id": PSID}, "metadata": "asked back: timeout"}


def test_the_secondary_receivers_are_listed(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    rows = [{"id": "263902037430900", "name": "Page Inbox"}]
    platform.get(f"{PAGE}/secondary_receivers", json={"data": rows})
    assert graph.secondary_receivers() == rows


def test_control_is_passed_with_target_and_metadata(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    platform.post(f"{PAGE}/pass_thread_control", json=golden("graph", "thread_control_ok"))
    graph.pass_thread_control(PSID, "263902037430900", "reason=user_asked")
    assert sent(platform) == {
        "recipient": {"id": PSID},
        "target_app_id": "263902037430900",
        "metadata": "reason=user_asked",
    }


@pytest.mark.parametrize("answer", ["thread_control_ok", "take_thread_control_ok_legacy"])
def test_control_is_taken_whichever_answer_is_documented(
    graph: GraphClient, platform: responses.RequestsMock, answer: str
) -> None:
    platform.post(f"{PAGE}/take_thread_control", json=golden("graph", answer))
    graph.take_thread_control(PSID)
    assert sent(platform) == {"recipient": {"id": PSID}, "metadata": ""}


def test_control_is_released(graph: GraphClient, platform: responses.RequestsMock) -> None:
    platform.post(f"{PAGE}/release_thread_control", json=golden("graph", "thread_control_ok"))
    graph.release_thread_control(PSID, "why")
    assert sent(platform) == {"recipient": {"id": PSID}, "metadata": "why"}


def test_the_threads_owner_is_read(graph: GraphClient, platform: responses.RequestsMock) -> None:
    platform.get(
        f"{PAGE}/thread_owner",
        json=golden("graph", "thread_owner"),
        match=[matchers.query_param_matcher({"recipient": PSID})],
    )
    assert graph.thread_owner(PSID) == ThreadOwner("12345678910", is_idle=False)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": None},
        {"data": []},
        {"data": [{}]},
        {"data": [{"thread_owner": None}]},
        {"data": [{"thread_owner": {}}]},
        {"data": [{"thread_owner": {"app_id": None}}]},
    ],
)
def test_a_thread_without_an_owner_has_none(
    graph: GraphClient, platform: responses.RequestsMock, answer: Any
) -> None:
    platform.get(f"{PAGE}/thread_owner", json=answer)
    assert graph.thread_owner(PSID) == ThreadOwner(None, is_idle=True)


def test_an_owner_that_is_not_ours_to_know_is_still_an_owner(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    answer = {"data": [{"thread_owner": {"expiration": 1458692752}}]}
    platform.get(f"{PAGE}/thread_owner", json=answer)
    assert graph.thread_owner(PSID) == ThreadOwner(None, is_idle=False)


def test_the_newest_messages_of_the_page_are_read(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    def row(mid: str, sender: str, text: str) -> dict[str, Any]:
        time = "2026-11-21T22:03:31+0000"
        return {"id": mid, "created_time": time, "from": {"id": sender}, "message": text}

    page_id = PAGE.rsplit("/", 1)[1]
    messages = {"data": [row("m_2", page_id, "Hi!"), row("m_1", PSID, "hello")]}
    platform.get(f"{PAGE}/conversations", json={"data": [{"id": "t_1", "messages": messages}]})
    assert graph.newest_messages(PSID) == [SentMessage("m_2", "Hi!", 1795298611)]


def test_a_person_without_a_conversation_was_sent_nothing(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    platform.get(f"{PAGE}/conversations", json={"data": []})
    assert graph.newest_messages(PSID) == []


def test_graph_says_when_it_takes_calls_again(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    usage = '{"1":[{"type":"messenger","estimated_time_to_regain_access":3}]}'
    platform.post(
        f"{PAGE}/messages",
        json={"error": {"code": 80006, "message": "slow down"}},
        status=400,
        headers={"X-Business-Use-Case-Usage": usage},
    )
    with pytest.raises(TemporarilyRefused) as refused:
        graph.send_message(PSID, {"text": "Hi"})
    assert refused.value.retry_after == 180_000


def test_an_owners_id_may_be_a_number(graph: GraphClient, platform: responses.RequestsMock) -> None:
    platform.get(f"{PAGE}/thread_owner", json={"data": [{"thread_owner": {"app_id": 7}}]})
    assert graph.thread_owner(PSID).app_id == "7"


def test_the_pages_subscriptions_are_read(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    platform.get(f"{PAGE}/subscribed_apps", json=golden("graph", "subscribed_apps_get"))
    (app,) = graph.subscribed_apps()
    assert app["subscribed_fields"] == ["messages"]


def test_the_page_is_subscribed_to_fields(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    platform.post(f"{PAGE}/subscribed_apps", json=golden("graph", "subscribed_apps_post"))
    graph.subscribe(["messages", "standby"])
    assert sent(platform) == {"subscribed_fields": "messages,standby"}


# The token


EDGES: dict[str, Callable[[GraphClient], Any]] = {
    "messages": lambda graph: graph.send_message(PSID, {"text": "Hi"}),
    "pass_thread_control": lambda graph: graph.pass_thread_control(PSID, "1"),
    "take_thread_control": lambda graph: graph.take_thread_control(PSID),
    "release_thread_control": lambda graph: graph.release_thread_control(PSID),
    "thread_owner": lambda graph: graph.thread_owner(PSID),
    "subscribed_apps": lambda graph: graph.subscribed_apps(),
}


@pytest.mark.parametrize("edge", EDGES)
def test_the_token_travels_in_a_header_and_never_in_the_address(
    graph: GraphClient, platform: responses.RequestsMock, edge: str
) -> None:
    platform.add(responses.GET, f"{PAGE}/{edge}", json={})
    platform.add(responses.POST, f"{PAGE}/{edge}", json={})
    platform.assert_all_requests_are_fired = False
    EDGES[edge](graph)
    request = platform.calls[0].request
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(request.url)
    assert TOKEN not in str(request.body)


APP_SECRET = "an-app-secret-that-nobody-may-see"

ASKING: dict[str, Callable[[GraphClient], Any]] = {
    "a post": lambda graph: graph.send_message(PSID, {"text": "Hi"}),
    "a get": lambda graph: graph.thread_owner(PSID),
    "a delete": lambda graph: graph.delete_messenger_profile(["greeting"]),
    "a get as the app": lambda graph: graph.app_subscriptions("77", APP_SECRET),
}


@pytest.mark.parametrize("call", ASKING.values(), ids=ASKING)
def test_what_graph_quotes_of_our_secrets_goes_no_further(
    call: Callable[[GraphClient], Any],
) -> None:
    def quoted(request: Any) -> tuple[int, dict[str, str], str]:
        text = f"Malformed access token {request.headers['Authorization']} in {request.url}"
        body = (request.body or b"").decode()
        error = {"code": 190, "message": f"{text} {body}", "fbtrace_id": TOKEN}
        return 400, {}, json.dumps({"error": error})

    graph = GraphClient(URL, "v26.0", PAGE_ID, TOKEN, app_secret=APP_SECRET)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as platform:
        for method in (responses.GET, responses.POST, responses.DELETE):
            platform.add_callback(method, re.compile(f"{URL}/.*"), quoted)
        with pytest.raises(AccessTokenInvalid) as refused:
            call(graph)
    graph.close()
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert "Malformed access token Bearer …" in told or "Bearer 77|…" in told
    for token in (TOKEN, f"77|{APP_SECRET}"):
        proof = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        assert token not in told
        assert proof not in told
    assert APP_SECRET not in told


def test_a_call_that_fails_does_not_tell_the_proof() -> None:
    graph = GraphClient(refused_url(), "v26.0", PAGE_ID, TOKEN, app_secret=APP_SECRET)
    with pytest.raises(GraphUnreachable) as raised:
        graph.thread_owner(PSID)
    graph.close()
    assert "appsecret_proof" not in "".join(traceback.format_exception(raised.value))


# What goes wrong


def call(url: str, timeout: tuple[float, float] = (2, 2)) -> str:
    client = GraphClient(url, "v26.0", PAGE_ID, TOKEN, timeout=timeout)
    try:
        return client.send_message(PSID, {"text": "Hi"})
    finally:
        client.close()


def reason(url: str, timeout: tuple[float, float] = (2, 2)) -> GraphError:
    with pytest.raises(GraphError) as raised:
        call(url, timeout)
    told = "".join(traceback.format_exception(raised.value))
    assert TOKEN not in told
    return raised.value


def test_a_real_answer_over_a_real_socket_is_read() -> None:
    with answering(http("200 OK", b'{"message_id":"m_1"}')) as url:
        assert call(url) == "m_1"


def test_a_refused_connection_sent_nothing() -> None:
    assert type(reason(refused_url())) is GraphUnreachable


def test_a_name_that_nobody_knows_sent_nothing() -> None:
    assert type(reason("http://graph.invalid")) is GraphUnreachable


def test_no_answer_in_time_leaves_the_outcome_unknown() -> None:
    with answering(None) as url:
        assert type(reason(url, timeout=(2, 0.1))) is GraphOutcomeUnknown


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"no HTTP at all\r\n\r\n",
        http("200 OK", b""),
        http("200 OK", b"<html>"),
        http("200 OK", b"[]"),
        http("200 OK", b'"ok"'),
        http("502 Bad Gateway", b"<html>"),
        http("503 Service Unavailable", b'{"message":"a proxy\'s"}'),
        http("404 Not Found", b"{}"),
        http("500 Internal Server Error", b'{"error":"words"}'),
    ],
)
def test_an_answer_that_is_not_graphs_leaves_the_outcome_unknown(answer: bytes) -> None:
    with answering(answer) as url:
        assert type(reason(url)) is GraphOutcomeUnknown


@pytest.mark.parametrize("status", [200, 400, 403, 500])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("error_10_2018300_other_app_in_control", NotThreadOwner),
        ("error_190_messenger", AccessTokenInvalid),
    ],
)
def test_graphs_error_decides_whatever_its_status(
    graph: GraphClient, platform: responses.RequestsMock, status: int, name: str, kind: type
) -> None:
    platform.post(f"{PAGE}/messages", json=golden("graph", name), status=status)
    with pytest.raises(kind):
        graph.send_message(PSID, {"text": "Hi"})


# People


@pytest.mark.parametrize(("told", "locale"), [({"locale": "de_DE", "id": PSID}, "de_DE"), ({}, "")])
def test_a_persons_language_is_what_graph_tells_if_it_tells(
    graph: GraphClient, platform: responses.RequestsMock, told: dict[str, str], locale: str
) -> None:
    query = matchers.query_param_matcher({"fields": "locale"})
    platform.get(f"{URL}/v26.0/{PSID}", json=told, match=[query])
    assert graph.locale(PSID, within=1) == locale


def test_nobody_waits_for_a_language_longer_than_said() -> None:
    with answering(None) as url:
        slow = GraphClient(url, "v26.0", PAGE_ID, TOKEN)
        with pytest.raises(GraphOutcomeUnknown):
            slow.locale(PSID, within=0.1)
        slow.close()


# What people see before they write


def test_a_profile_is_read_set_and_deleted_by_its_fields(
    graph: GraphClient, platform: responses.RequestsMock
) -> None:
    start = {"get_started": {"payload": "/get_started"}}
    query = matchers.query_param_matcher({"fields": "get_started,greeting"})
    platform.get(f"{PAGE}/messenger_profile", json={"data": [start]}, match=[query])
    assert graph.messenger_profile(["get_started", "greeting"]) == start
    platform.post(f"{PAGE}/messenger_profile", json={"result": "success"})
    graph.set_messenger_profile(start)
    assert sent(platform) == start
    platform.delete(f"{PAGE}/messenger_profile", json={"result": "success"})
    graph.delete_messenger_profile(["greeting"])
    assert sent(platform) == {"fields": ["greeting"]}


@pytest.mark.parametrize("answer", [{"data": []}, {}, {"data": [None]}])
def test_a_profile_with_nothing_set_is_empty(
    graph: GraphClient, platform: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    platform.get(f"{PAGE}/messenger_profile", json=answer)
    assert graph.messenger_profile(["greeting"]) == {}
