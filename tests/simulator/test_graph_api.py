"""The Graph API over HTTP: every form of a request, the answers, the refusals."""

import hashlib
import hmac
import json

import pytest
import requests

from tests.simulator.conftest import Graph, error_of
from tests.simulator.receiver import APP, INBOX, PAGE, SECRET, TOKEN


@pytest.fixture
def psid(person):
    person.says("hello")
    return person.psid


@pytest.mark.parametrize("path", ["me/messages", f"{PAGE}/messages", f"v2.6/{PAGE}/messages"])
def test_any_version_or_none_and_me_or_the_page_id(graph, person, psid, path):
    body = {"recipient": {"id": psid}, "message": {"text": path}}
    answer = graph.session.post(f"{graph.url}/{path}", json=body, timeout=5)
    assert answer.status_code == 200
    assert answer.json().keys() == {"recipient_id", "message_id"}
    assert person.last_message == path


@pytest.mark.parametrize(
    "request_form",
    [
        {"params": {"access_token": TOKEN}, "json": {}},
        {"data": {"access_token": TOKEN}},
        {"json": {"access_token": TOKEN}},
        {"headers": {"Authorization": f"Bearer {TOKEN}"}, "json": {}},
    ],
    ids=["query", "form", "json", "header"],
)
def test_the_token_may_stand_in_query_form_body_or_header(simulator, person, psid, request_form):
    body = request_form.get("json", request_form.get("data"))
    for name, value in {"recipient": {"id": psid}, "message": {"text": "found"}}.items():
        body[name] = json.dumps(value) if "data" in request_form else value
    answer = requests.post(f"{simulator.url}/me/messages", timeout=5, **request_form)
    assert answer.status_code == 200, answer.text
    assert person.last_message == "found"


@pytest.mark.parametrize(
    "recipient", ["{{'id':'{psid}'}}", "{{id:{psid}}}", '{{"id":{psid}}}', "{{id: '{psid}'}}"]
)
def test_everything_in_the_query_and_json_as_the_samples_write_it(graph, person, psid, recipient):
    query = {"recipient": recipient.format(psid=psid), "target_app_id": INBOX, "metadata": "a b"}
    answer = graph.session.post(f"{graph.url}/me/pass_thread_control", params=query, timeout=5)
    assert answer.json() == {"success": True}
    assert person.thread.owner == INBOX


def test_a_sender_action_answers_the_recipient_alone_and_shows(graph, psid, stage):
    answer = graph.post("messages", recipient={"id": psid}, sender_action="typing_on")
    assert answer.json() == {"recipient_id": psid}
    assert stage.client.get(f"threads/{psid}")["typing"] == [APP]
    graph.says(psid, "done")
    assert stage.client.get(f"threads/{psid}")["typing"] == []


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": "x" * 2001}, (100, None)),
        ({}, (100, 2018034)),
        ({"text": "x", "attachment": {"type": "image", "payload": {"url": "u"}}}, (100, None)),
        (
            {"text": "x", "quick_replies": [{"content_type": "text", "title": "t"}] * 14},
            (105, None),
        ),
        ({"text": "x", "quick_replies": [{"title": "t" * 21}]}, (100, None)),
        ({"text": "x", "quick_replies": [{"title": "t", "payload": "p" * 1001}]}, (100, None)),
        ({"text": 5}, (100, None)),
        ({"text": "x", "metadata": "m" * 1001}, (100, None)),
        ({"attachment": {"type": "template", "payload": {"template_type": "list"}}}, (100, None)),
        ({"attachment": "a picture"}, (100, None)),
    ],
)
def test_a_message_beyond_a_documented_limit_is_refused(graph, person, psid, message, error):
    answer = graph.post("messages", recipient={"id": psid}, message=message)
    assert answer.status_code == 400
    assert error_of(answer) == error
    assert person.last_message is None


def test_a_parameter_that_is_not_simulated_is_refused_rather_than_dropped(graph, person, psid):
    message = {"text": "As Dave"}
    answer = graph.post("messages", recipient={"id": psid}, message=message, persona_id="1")
    assert error_of(answer) == (100, None)
    assert person.last_message is None


def test_messages_at_the_limits_and_every_kind_are_sent(graph, person, psid):
    postback = {"type": "postback", "title": "Opening hours", "payload": "/hours"}
    buttons = {"template_type": "button", "text": "Menu", "buttons": [postback] * 3}
    card = {"title": "Moby Dick", "subtitle": "Two copies", "buttons": [postback]}
    cards = {"template_type": "generic", "elements": [card]}
    replies = [{"content_type": "text", "title": "t" * 20, "payload": "p" * 1000}] * 13
    for message in (
        {"text": "x" * 2000, "quick_replies": replies},
        {"attachment": {"type": "image", "payload": {"url": "https://example.com/a.png"}}},
        {"attachment": {"type": "template", "payload": buttons}},
        {"attachment": {"type": "template", "payload": cards}},
    ):
        answer = graph.post("messages", recipient={"id": psid}, message=message)
        assert answer.status_code == 200, answer.text
    long, image, menu, carousel = person.thread.messages[-4:]
    assert len(long.quick_replies) == 13
    assert image.attachments[0]["type"] == "image"
    assert (menu.text, len(menu.buttons), menu.attachments) == ("Menu", 3, [])
    assert carousel.shows("two copies")
    person.taps("Opening hours")
    assert person.thread.messages[-1].text == "Opening hours"


def test_refusals_come_in_meta_s_envelope(graph, person, psid):
    graph.passes(psid, INBOX)
    refused = graph.says(psid, "too late")
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert error.pop("fbtrace_id")
    assert error == {
        "message": "(#10) Message failed to send because another app is controlling this thread"
        " now.",
        "type": "OAuthException", "code": 10, "error_subcode": 2018300,
    }  # fmt: skip


def test_the_window_shuts_when_the_clock_is_advanced(graph, stage, psid):
    stage.act("clock", {"advance_seconds": 24 * 3600})
    assert error_of(graph.says(psid, "hello?")) == (10, 2018278)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda graph, _: graph.says("12345", "hi"), (100, 2018001)),
        (lambda graph, _: graph.post("messages", message={"text": "hi"}), (100, None)),
        (lambda graph, psid: graph.post("messages", recipient=psid, message={}), (100, None)),
        (lambda graph, psid: graph.passes(psid, "263902037438966"), (100, 2018164)),
        (lambda graph, _: graph.get("me/insights"), (100, 33)),
        (lambda graph, _: graph.get("12345"), (100, 33)),
        (lambda graph, psid: graph.get(f"{psid}", fields="shoe_size"), (100, None)),
        (
            lambda graph, psid: graph.post(
                "messages", recipient={"id": psid}, message={"text": "x"}, sender_action="typing_on"
            ),
            (100, 2018014),
        ),
    ],
)
def test_what_meta_refuses_has_meta_s_code(graph, psid, call, error):
    assert error_of(call(graph, psid)) == error


def test_a_wrong_token_is_code_190(simulator, psid):
    stranger = Graph(simulator.url, "wrong")
    answer = stranger.says(psid, "hi")
    assert (answer.status_code, error_of(answer)) == (400, (190, None))
    stranger.session.close()


def test_a_body_that_is_no_json_object_is_refused(graph):
    for body in ("{", "[1]", "null"):
        answer = graph.session.post(f"{graph.url}/me/messages", data=body, timeout=5)
        assert error_of(answer) == (100, None)


def test_thread_owner_tells_the_owner_and_the_default_app_and_nobody_else(
    simulator, graph, person, psid
):
    simulator.connect("", app_id="77", app_secret="s", access_token="t77")
    other = Graph(simulator.url, "t77")
    assert (
        graph.get("me/thread_owner", recipient=person.psid).json()["data"][0]["thread_owner"][
            "app_id"
        ]
        == APP
    )
    shown = other.get("me/thread_owner", recipient=psid).json()["data"][0]["thread_owner"]
    assert shown.keys() == {"expiration"}
    graph.post("release_thread_control", recipient={"id": psid})
    assert graph.get("me/thread_owner", recipient=psid).json() == {"data": []}
    other.session.close()


def test_take_extend_and_release_over_http(graph, person, agent, psid):
    agent.takes()
    assert graph.post("take_thread_control", recipient={"id": psid}).json() == {"success": True}
    assert person.thread.owner == APP
    extended = graph.post("extend_thread_control", recipient={"id": psid}, duration=604_800)
    assert extended.json() == {"success": True}
    assert graph.post("release_thread_control", recipient={"id": psid}).json() == {"success": True}
    assert person.thread.owner is None
    refused = graph.post("request_thread_control", recipient={"id": psid})
    assert error_of(refused) == (100, None)


def test_the_messenger_profile_is_kept(graph):
    assert graph.get("me/messenger_profile", fields="greeting").json() == {"data": []}
    greeting = [{"locale": "default", "text": "Hello"}]
    assert graph.post("messenger_profile", greeting=greeting).json() == {"result": "success"}
    shown = graph.get("me/messenger_profile", fields="greeting,get_started").json()
    assert shown == {"data": [{"greeting": greeting}]}
    graph.session.delete(f"{graph.url}/me/messenger_profile", json={"fields": ["greeting"]})
    assert graph.get("me/messenger_profile", fields="greeting").json() == {"data": []}
    assert error_of(graph.post("messenger_profile", persistent_menu=[{}])) == (100, None)
    assert error_of(graph.post("messenger_profile", colour="red")) == (100, None)


def test_who_the_person_and_the_page_are(graph, stage):
    psid = stage.client.post("people", {"name": "Ana Maria Costa", "locale": "pt_PT"})["psid"]
    shown = graph.get(psid, fields="first_name,last_name,locale").json()
    assert shown == {
        "first_name": "Ana", "last_name": "Maria Costa", "locale": "pt_PT", "id": psid,
    }  # fmt: skip
    page = graph.get("me", fields="name,messaging_feature_status").json()
    assert page["name"] == "Harbour Books"
    assert page["messaging_feature_status"]["msgr_multi_app"] is True


def test_conversations_show_the_newest_twenty_messages_without_metadata(graph, psid):
    sent = [graph.says(psid, str(n), metadata="mine").json()["message_id"] for n in range(21)]
    fields = "is_owner,participants,messages{id,message,from}"
    listed = graph.get("me/conversations", user_id=psid, fields=fields).json()["data"]
    assert len(listed) == 1
    assert listed[0]["is_owner"] is True
    messages = listed[0]["messages"]["data"]
    told = [message["message"] for message in messages if "message" in message]
    assert told == [str(n) for n in range(20, 0, -1)]
    assert messages[20:] == [{"id": sent[0]}, {"id": messages[-1]["id"]}]
    assert messages[0]["from"]["id"] == PAGE
    assert "mine" not in json.dumps(listed)
    assert graph.get(sent[-1], fields="message").json()["message"] == "20"
    assert error_of(graph.get(sent[0], fields="message")) == (9000001, None)
    again = graph.get(listed[0]["id"], fields="messages").json()
    assert again["messages"]["data"][0]["id"] == sent[-1]


def test_ids_of_all_messages_of_a_conversation_are_listed_page_by_page(graph, psid):
    sent = [graph.says(psid, str(n)).json()["message_id"] for n in range(26)]
    (listed,) = graph.get("me/conversations", user_id=psid, fields="messages").json()["data"]
    first = listed["messages"]
    rest = graph.session.get(first["paging"]["next"], timeout=10).json()
    assert [each["id"] for each in first["data"] + rest["data"]][:26] == sent[::-1]
    assert psid not in listed["id"]


def test_files_of_a_conversation_have_the_shape_of_its_own_reference(graph, person):
    for kind, url in (
        ("image", "https://example.com/a.png"),
        ("video", "https://example.com/b.mp4"),
        ("file", "https://example.com/c.pdf"),
    ):
        person.sends(url, kind)
    fields = "messages{attachments,tags}"
    (listed,) = graph.get("me/conversations", user_id=person.psid, fields=fields).json()["data"]
    found = [each["attachments"]["data"][0] for each in listed["messages"]["data"]]
    assert [each["name"] for each in found] == ["c.pdf", "b.mp4", "a.png"]
    assert found[0]["file_url"] == "https://example.com/c.pdf"
    assert found[1]["video_data"]["url"] == "https://example.com/b.mp4"
    assert found[2]["image_data"]["url"] == "https://example.com/a.png"
    assert found[2]["mime_type"] == "image/png"
    assert {"type", "payload"}.isdisjoint(found[0].keys() | found[1].keys() | found[2].keys())
    assert {"name": "inbox"} in listed["messages"]["data"][0]["tags"]["data"]


@pytest.mark.parametrize(("routing", "told"), [("default_app", True), ("off", False)])
def test_an_app_is_told_whether_it_owns_a_conversation_where_a_default_app_routes(
    graph, person, set_switches, routing, told
):
    set_switches({"routing": routing})
    person.says("hello")
    (listed,) = graph.get("me/conversations", fields="is_owner").json()["data"]
    assert ("is_owner" in listed) is told


@pytest.mark.parametrize(
    ("path", "token", "fields"),
    [
        ("me/accounts", "simulated-user-token-opens-nothing-at-meta", "name"),
        ("me/subscribed_apps", TOKEN, "subscribed_fields"),
        ("me/secondary_receivers", TOKEN, "name"),
    ],
)
def test_a_list_shows_the_fields_that_are_asked_for_and_refuses_others(
    simulator, path, token, fields
):
    url, known = f"{simulator.url}/{path}", {"access_token": token}
    listed = requests.get(url, params={**known, "fields": fields}, timeout=10).json()["data"]
    assert {name for each in listed for name in each} == {"id", fields}
    refused = requests.get(url, params={**known, "fields": "nonsense"}, timeout=10)
    assert error_of(refused)[0] == 100


def test_debug_token_subscriptions_and_proof(graph, simulator, psid):
    app = Graph(simulator.url, f"{APP}|{SECRET}")
    about = app.get("debug_token", input_token=TOKEN).json()["data"]
    assert (about["app_id"], about["is_valid"], about["profile_id"]) == (APP, True, PAGE)
    assert app.get("debug_token", input_token="no").json()["data"]["is_valid"] is False
    simulator.connect("http://127.0.0.1:9/webhook")
    listed = app.get(f"{APP}/subscriptions").json()["data"][0]
    assert "messages" in [field["name"] for field in listed["fields"]]
    assert error_of(graph.get(f"{APP}/subscriptions")) == (190, None)
    app.session.close()
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    assert "id" in graph.get("me", appsecret_proof=proof).json()
    assert error_of(graph.get("me", appsecret_proof="0" * 64)) == (100, None)


def test_singular_field_names_of_the_documents_are_understood(graph):
    fields = "messages,messaging_handover,message_echo"
    assert graph.post("subscribed_apps", subscribed_fields=fields).json() == {"success": True}
    listed = graph.get("me/subscribed_apps").json()["data"][0]
    assert listed["subscribed_fields"] == ["messages", "messaging_handovers", "message_echoes"]


def test_secondary_receivers_names_the_page_inbox(graph):
    listed = graph.get("me/secondary_receivers", fields="id,name").json()["data"]
    assert {"id": INBOX, "name": "Page Inbox"} in listed
