"""Forms of a request that client libraries use, and what is around an answer."""

import json
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from inbox_simulator.graph_api import relaxed_json
from tests.simulator.conftest import Graph, error_of
from tests.simulator.receiver import APP, INBOX, PAGE, SECRET, TOKEN, Receiver


@pytest.fixture
def psid(person):
    person.says("hello")
    return person.psid


def test_brackets_in_a_form_are_objects_and_lists(graph, person, psid):
    form = {
        "recipient[id]": psid, "message[text]": "Pick one",
        "message[quick_replies][0][title]": "A", "message[quick_replies][0][payload]": "/a",
        "message[quick_replies][1][title]": "B", "message[quick_replies][1][payload]": "/b",
    }  # fmt: skip
    assert graph.session.post(f"{graph.url}/me/messages", data=form, timeout=5).status_code == 200
    assert [reply["title"] for reply in person.thread.messages[-1].quick_replies] == ["A", "B"]


@pytest.mark.parametrize(
    "name", ["a[", "a]b", "a[b", "[a]", "a[b][", "a[]" * 50, "a" + "[b]" * 100, "a[b]c"]
)
def test_brackets_that_do_not_fit_are_part_of_a_name(name):
    assert relaxed_json.unfold([(name, "1")]) == {name: "1"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{id:123}", {"id": 123}),
        ("{'id' : '1', }", {"id": "1"}),
        ("{text:'5: five'}", {"text": "5: five"}),
        ("{text:'Hello, World: ok! {a:1}'}", {"text": "Hello, World: ok! {a:1}"}),
        ('{text:"don\'t"}', {"text": "don't"}),
        (r"{'text':'I\'m here'}", {"text": "I'm here"}),
        (r"""{'text':'say \"no\" or "yes" \\ \u00e9'}""", {"text": 'say "no" or "yes" \\ é'}),
        ("{'a':{'url':'https://a.b/c.png?d=[1]'}}", {"a": {"url": "https://a.b/c.png?d=[1]"}}),
        ("{url:https://a.b/c.png, b:true}", {"url": "https://a.b/c.png", "b": True}),
        ("{text:hello there, on:[1,'two',three, null]}",
         {"text": "hello there", "on": [1, "two", "three", None]}),
        ("{'text':'two\nlines'}", {"text": "two\nlines"}),
        *((text, text) for text in (
            "hello", "'hello'", "{", "{a", "{a:", "{a:1", "{a:1}}", "[1] 2", "{'a:1}", "{a 1}",
            "{a:1 'b'}}", "[" * 5000, "",
        )),
    ],
)  # fmt: skip
def test_what_samples_write_in_place_of_json(text, value):
    assert relaxed_json.parse(text) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).filter(lambda value: isinstance(value, dict | list))
)
def test_json_in_single_quotes_says_the_same(value):
    assert relaxed_json.parse(_in_single_quotes(value)) == value


def _in_single_quotes(value):
    if isinstance(value, dict):
        pairs = (f"{_in_single_quotes(k)} : {_in_single_quotes(v)}" for k, v in value.items())
        return "{" + " , ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_in_single_quotes, value)) + "]"
    if isinstance(value, str):
        return "'" + json.dumps(value)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
    return json.dumps(value)


def test_a_null_is_as_good_as_absent(graph, psid):
    body = {
        "recipient": {"id": psid, "user_ref": None},
        "message": {"text": "Hi", "attachment": None, "quick_replies": [
            {"content_type": None, "title": "A", "payload": "/a", "image_url": None}]},
        "sender_action": None, "tag": None, "persona_id": None, "reply_to": {"mid": None},
        "thread_control": {"control_type": None},
    }  # fmt: skip
    assert graph.session.post(f"{graph.url}/me/messages", json=body, timeout=5).status_code == 200


def test_json_in_json_and_a_number_for_an_id_are_read(graph, psid):
    body = {"recipient": json.dumps({"id": int(psid)}), "message": json.dumps({"text": "Hi"})}
    assert graph.session.post(f"{graph.url}/me/messages", json=body, timeout=5).status_code == 200


def test_a_get_may_have_a_body(graph, psid):
    answer = graph.session.get(f"{graph.url}/me/thread_owner", json={"recipient": psid}, timeout=5)
    assert answer.json()["data"][0]["thread_owner"]["app_id"] == APP


@pytest.mark.parametrize(
    ("version", "answers"),
    [("", "v26.0"), ("v2.6/", "v21.0"), ("v21.0/", "v21.0"), ("v23.0/", "v23.0")],
)
def test_an_expired_version_is_served_by_the_oldest_that_is_left(graph, version, answers):
    answer = graph.session.get(f"{graph.url}/{version}me", timeout=5)
    assert answer.headers["facebook-api-version"] == answers
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"


def test_a_version_that_is_not_published_is_no_path(graph):
    assert error_of(graph.session.get(f"{graph.url}/v99.0/me", timeout=5)) == (2500, None)


def test_the_method_may_stand_in_the_query(graph):
    graph.post("messenger_profile", get_started={"payload": "/start"})
    url = f"{graph.url}/me/messenger_profile"
    query = {"method": "delete", "fields": '["get_started"]'}
    assert graph.session.post(url, params=query, timeout=5).json() == {"result": "success"}
    assert graph.get("me/messenger_profile").json() == {"data": []}


@pytest.mark.parametrize("proof", ["optional", "required"])
def test_a_proof_can_be_demanded(graph, stage, proof):
    stage.client.put("switches", {"appsecret_proof": proof})
    answer = graph.get("me")
    assert answer.status_code == (200 if proof == "optional" else 400)


def test_a_refusal_says_why_in_a_header_too(graph, simulator):
    refused = requests.get(f"{simulator.url}/me", params={"access_token": "no"}, timeout=5)
    assert '"invalid_token"' in refused.headers["WWW-Authenticate"]
    odd = graph.session.get(f"{graph.url}/v26.0/grüße%0a", timeout=5)
    assert '"invalid_request"' in odd.headers["WWW-Authenticate"]


def test_a_batch_does_each_call_on_its_own(graph, person, psid):
    batch = [
        {"method": "GET", "relative_url": "v26.0/me?fields=id"},
        {
            "method": "POST", "relative_url": "me/messages",
            "body": f'recipient={{"id":"{psid}"}}&message={{"text":"Hi"}}',
        },
        {"method": "GET", "relative_url": "me/nonsense"},
    ]  # fmt: skip
    form = {"batch": json.dumps(batch)}
    page, sent, refused = graph.session.post(f"{graph.url}/", data=form, timeout=5).json()
    assert (page["code"], json.loads(page["body"])) == (200, {"id": PAGE})
    assert json.loads(sent["body"])["recipient_id"] == psid
    assert person.last_message == "Hi"
    assert (refused["code"], json.loads(refused["body"])["error"]["error_subcode"]) == (400, 33)
    assert page["headers"][0]["name"] == "Content-Type"
    form["include_headers"] = "false"
    bare = graph.session.post(f"{graph.url}/", data=form, timeout=5).json()
    assert bare[0].keys() == {"code", "body"}
    too_many = graph.session.post(f"{graph.url}/", json={"batch": batch * 17}, timeout=5)
    assert error_of(too_many) == (100, None)


def in_batch(graph, *calls, path=""):
    """Make the calls of a batch; return each one's status with its body, or none."""
    body = {"batch": [{"method": "GET", **call} for call in calls]}
    answers = graph.session.post(f"{graph.url}/{path}", json=body, timeout=5).json()
    return [answer and (answer["code"], json.loads(answer["body"])) for answer in answers]


def test_calls_of_a_batch_use_what_an_earlier_one_answered(graph, person, psid):
    latest = {"name": "latest", "relative_url": "me/conversations?fields=participants"}
    who = "{result=latest:$.data[0].participants.data.0.id}"
    body = urlencode({"recipient": json.dumps({"id": who}), "message": '{"text": "Hi"}'})
    send = {"name": "send", "method": "POST", "relative_url": "me/messages", "body": body}
    read = {"relative_url": "{result=send:$.message_id}?fields=message"}
    first, second, (status, message) = in_batch(graph, latest, send, read, path="me")
    assert (first, second, status, message["message"]) == (None, None, 200, "Hi")
    shown = {**latest, "omit_response_on_success": False}
    ids = {"relative_url": "me?fields=id&x={result=latest:$.data.*.participants.data[*].id}"}
    assert [status for status, _ in in_batch(graph, shown, ids)] == [200, 200]


def test_calls_of_a_batch_wait_for_each_other_and_are_not_done_after_a_refusal(graph, person, psid):
    def says(text, to=psid, **rest):
        body = urlencode({"recipient": f"{{id:{to}}}", "message": json.dumps({"text": text})})
        return {"method": "POST", "relative_url": "me/messages", "body": body, **rest}

    kept = {"omit_response_on_success": False}
    one, two = in_batch(graph, says("one", name="one", **kept), says("two", depends_on="one"))
    assert (one[0], two[0]) == (200, 200)
    assert [message.text for message in person.thread.messages][-2:] == ["one", "two"]
    refused, never, after = in_batch(
        graph, says("?", to="1", name="no"), says("never", depends_on="no", name="then"),
        says("nor this", depends_on="then"),
    )  # fmt: skip
    assert (refused[0], refused[1]["error"]["error_subcode"]) == (400, 2018001)
    assert (never, after) == (None, None)
    assert person.last_message == "two"


@pytest.mark.parametrize(
    "odd",
    [
        {"depends_on": "nobody"}, {"depends_on": ["one"]}, {"relative_url": "{result=x:$.id}"},
        {"relative_url": "{result=one:$..id}"}, {"relative_url": "{result=one:$.id[?(@.a)]}"},
        {"relative_url": "//["},
    ],
    ids=str,
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_refused_alone(graph, odd):
    one = {"name": "one", "relative_url": "me?fields=id"}
    answers = in_batch(graph, one, {"relative_url": "me", **odd})
    assert answers[0][0] == 200
    assert (answers[1][0], answers[1][1]["error"]["code"]) == (400, 100)


def test_an_event_needs_the_field_in_the_app_s_list_and_in_the_page_s(
    simulator, person, receiver, graph, quiet
):
    app = Graph(simulator.url, f"{APP}|{SECRET}")
    url = f"{app.url}/{APP}/subscriptions"
    body = {"object": "page", "callback_url": receiver.url, "verify_token": receiver.verify_token}

    def listens(fields):
        return app.session.post(url, json={**body, "fields": fields}, timeout=5)

    try:
        assert listens("message_reads").json() == {"success": True}
        assert "messages" in graph.get("me/subscribed_apps").json()["data"][0]["subscribed_fields"]
        person.says("the app does not list this")
        listens("messages,standby")
        graph.post("subscribed_apps", subscribed_fields="message_reads")
        person.says("the Page does not list this")
        graph.post("subscribed_apps", subscribed_fields="messages,messaging_handovers")
        person.says("both list this")
        quiet()
        assert [got.event["message"]["text"] for got in receiver.received] == ["both list this"]
        assert error_of(listens("nonsense")) == (100, None)
        graph.session.delete(f"{graph.url}/me/subscribed_apps", timeout=5)
        listens("messages")
        assert graph.get("me/subscribed_apps").json() == {"data": []}
    finally:
        app.session.close()


def test_fields_of_an_app_s_webhook_can_be_dropped_one_by_one(simulator, receiver):
    app = Graph(simulator.url, f"{APP}|{SECRET}")
    url = f"{app.url}/{APP}/subscriptions"

    def listed():
        return [
            [field["name"] for field in each["fields"]]
            for each in app.get(f"{APP}/subscriptions").json()["data"]
        ]

    try:
        before = listed()[0]
        app.session.delete(url, params={"fields": "standby"}, timeout=5)
        assert listed() == [[name for name in before if name != "standby"]]
        app.session.delete(url, timeout=5)
        assert listed() == []
    finally:
        app.session.close()


def test_a_webhook_is_verified_while_it_is_subscribed(simulator, person, quiet):
    app = Graph(simulator.url, f"{APP}|{SECRET}")
    listening, suspicious = Receiver(), Receiver(verify_token="another")
    try:
        body = {"object": "page", "fields": "messages", "verify_token": listening.verify_token}
        url = f"{app.url}/{APP}/subscriptions"
        for callback in (suspicious.url, "http://127.0.0.1:9/webhook"):
            refused = app.session.post(url, json={**body, "callback_url": callback}, timeout=5)
            assert error_of(refused) == (2200, None)
        assert app.get(f"{APP}/subscriptions").json() == {"data": []}
        done = app.session.post(url, json={**body, "callback_url": listening.url}, timeout=5)
        assert done.json() == {"success": True}
        person.says("hello")
        assert listening.wait_for(1, "message")
        assert listening.challenges == 1
        assert app.session.delete(url, timeout=5).json() == {"success": True}
        person.says("nobody hears this")
        quiet()
        assert len(listening.received) == 1
    finally:
        app.session.close()
        listening.stop()
        suspicious.stop()


def test_fields_of_a_page_that_are_not_published_are_refused(graph):
    answer = graph.post("subscribed_apps", subscribed_fields="messages,telepathy")
    assert error_of(answer) == (100, None)
    assert "telepathy" in answer.json()["error"]["message"]


def test_the_published_limits_are_enforced_where_the_switch_says_so(graph, stage, psid):
    for _ in range(12):
        assert graph.get("me/messenger_profile").status_code == 200
    stage.client.put("switches", {"rate_limits": "as_documented"})
    for _ in range(10):
        answer = graph.get("me/messenger_profile")
        assert answer.status_code == 200
    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])[PAGE][0]
    assert (usage["type"], usage["estimated_time_to_regain_access"]) == ("messenger", 0)
    refused = graph.get("me/messenger_profile")
    assert error_of(refused) == (80006, None)
    usage = json.loads(refused.headers["X-Business-Use-Case-Usage"])[PAGE][0]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 1)
    stage.act("clock", {"advance_seconds": 600})
    assert graph.get("me/messenger_profile").status_code == 200


def test_two_hundred_calls_a_day_for_each_person_who_wrote(graph, stage, psid):
    stage.client.put("switches", {"rate_limits": "as_documented"})
    for _ in range(200):
        assert graph.get("me").status_code == 200
    assert error_of(graph.get("me")) == (80006, None)


def test_a_fault_that_is_a_limit_says_when_to_come_back(graph, stage):
    rules = [{"on": "graph", "do": "error", "error": {"code": 4, "minutes": 7}}]
    stage.client.put("faults", {"rules": rules})
    refused = graph.get("me")
    assert refused.json()["error"]["message"] == "(#4) Application request limit reached"
    assert refused.json()["error"]["is_transient"] is True
    assert json.loads(refused.headers["X-App-Usage"])["call_count"] == 100
    usage = json.loads(refused.headers["X-Business-Use-Case-Usage"])[PAGE][0]
    assert usage["estimated_time_to_regain_access"] == 7


MENU_ITEM = {"type": "postback", "title": "Hours", "payload": "/hours"}


@pytest.mark.parametrize(
    ("wrong", "value", "code"),
    [
        ("greeting", [{"locale": "en_US", "text": "Hello"}], 100),
        ("greeting", "Hello", 100),
        ("get_started", {}, 100),
        ("whitelisted_domains", ["http://example.com"], 100),
        ("whitelisted_domains", ["https://example.com"] * 51, 105),
        ("account_linking_url", "http://example.com", 100),
        ("ice_breakers", [{"question": "q", "payload": "p"}] * 5, 105),
        ("ice_breakers", [{"locale": "en_US", "call_to_actions": []}], 100),
        ("commands", [{"locale": "default", "commands": [{"name": "x"}]}], 100),
        ("persistent_menu", [{"locale": "default", "call_to_actions": [MENU_ITEM] * 21}], 105),
        ("persistent_menu", [{"locale": "default", "call_to_actions": [{"title": "Hours"}]}], 100),
    ],
)
def test_a_profile_beyond_its_limits_is_refused_and_nothing_of_it_is_kept(
    graph, wrong, value, code
):
    started = {"get_started": {"payload": "/start"}}
    assert error_of(graph.post("messenger_profile", **{**started, wrong: value})) == (code, None)
    assert graph.get("me/messenger_profile").json() == {"data": []}


def test_the_menu_needs_the_button_and_one_person_may_have_another(graph, psid):
    menu = [{"locale": "default", "call_to_actions": [MENU_ITEM]}]
    profile = {"get_started": {"payload": "/start"}, "persistent_menu": menu}
    assert graph.post("messenger_profile", **profile).json() == {"result": "success"}
    url = f"{graph.url}/me/messenger_profile"
    refused = graph.session.delete(url, json={"fields": ["get_started"]}, timeout=5)
    assert error_of(refused) == (100, None)
    own = [{"locale": "default", "call_to_actions": []}]
    graph.post("custom_user_settings", psid=psid, persistent_menu=own)
    shown = graph.get("me/custom_user_settings", psid=psid).json()["data"][0]
    assert shown == {"user_level_persistent_menu": own, "page_level_persistent_menu": menu}
    query = {"psid": psid, "params": '["persistent_menu"]'}
    url = f"{graph.url}/me/custom_user_settings"
    assert graph.session.delete(url, params=query, timeout=5).json() == {"result": "success"}
    shown = graph.get("me/custom_user_settings", psid=psid).json()["data"][0]
    assert shown == {"page_level_persistent_menu": menu}


def test_conversations_come_page_by_page_with_their_fields(graph, control):
    names = ["Ana", "Ben", "Cem"]
    for name in names:
        psid = control("POST", "people", {"name": name}).json()["psid"]
        link = {"type": "fallback", "url": "https://example.com", "title": "Books"}
        body = {"text": f"I am {name}", "attachment": link}
        assert control("POST", f"people/{psid}/messages", body).status_code == 200
    graph.passes(psid, INBOX)
    first = graph.get("me/conversations", limit=2, fields="message_count,is_owner").json()
    rest = requests.get(first["paging"]["next"], timeout=5).json()
    assert len(first["data"] + rest["data"]) == 3
    assert "next" not in rest["paging"]
    assert TOKEN not in json.dumps(control("GET", "journal?since=0").json())
    fields = "messages.limit(1){message,shares,attachments}"
    found = graph.get("me/conversations", user_id=psid, fields=fields).json()["data"][0]
    (message,) = found["messages"]["data"]
    assert message["shares"] == {"data": [{"link": "https://example.com", "name": "Books"}]}
    listed = graph.get(f"{found['id']}/messages", fields="message,reply_to").json()["data"]
    assert listed == [{"message": "I am Cem", "id": message["id"]}]
