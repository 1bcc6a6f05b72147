"""The document of the Graph API: it names every edge, and whatever is sent, nothing breaks.

Under any switches. `--hypothesis-profile thorough` asks ten times as much.
"""

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import inbox_simulator
from inbox_simulator.graph_api.edges import OTHER_PATHS, PAGE_EDGES
from inbox_simulator.platform import apps, buttons, profile_rules, sender_actions, sending, uploads
from tests.simulator.conftest import SWITCHED, examples
from tests.simulator.receiver import APP, PAGE, SECRET, TOKEN

DOCUMENT = yaml.safe_load(Path(inbox_simulator.__file__).with_name("openapi.yaml").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
#: What requests are made of here in place of any text: values that are found, and some that aren't.
VALUES: dict[str, Any] = {
    # Nobody listens at the address of a webhook.
    "CallbackAddress": {"enum": ["http://127.0.0.1:9/webhook", "nowhere"]},
    "WebAddress": {"enum": ["https://example.com/a.png", "nowhere"]},
    "AppId": {"enum": ["263902037430900", 263902037430900, APP, "1"]},
    "Fields": {
        "anyOf": [
            {"enum": ["messages", "messages,standby", "messages,messaging_handovers,nonsense"]},
            {"type": "array", "items": {"$ref": "#/components/schemas/Field"}},
        ]
    },
    "FieldNames": {
        "anyOf": [
            {"enum": ["id,name", "id", "messages{id,message,from}", "participants,is_owner"]},
            {"type": "string"},
        ]
    },
    "Locale": {"enum": ["default", "en_US"]},
    "CallName": {"enum": ["a", "b"]},
    "RelativeUrl": {
        "anyOf": [
            {"enum": ["me", "me?fields=id", "me/messages", "v26.0/me/personas", "?"]},
            {"enum": ["{result=a:$.id}", "me?fields={result=a:$.*}", "{result=a:$.data[0].id}"]},
            {"enum": ["//["]},
            {"type": "string"},
        ]
    },
}
#: What stands in paths.
PLACES: dict[str, Any] = {
    "page": {"enum": ["me", PAGE]},
    "object": {"anyOf": [{"enum": ["me", PAGE]}, {"$ref": "#/components/schemas/Id"}]},
    "app": {"enum": ["app", APP]},
    "user": {"enum": ["me", "10200000000000001"]},
}


def with_values(document: Any) -> Any:
    """Return the document with a test's own values for what could be any text."""
    components = document["components"]
    places = {
        name: {**parameter, "schema": PLACES.get(name, parameter["schema"])}
        for name, parameter in components["parameters"].items()
    }
    schemas = {**components["schemas"], **VALUES}
    return {**document, "components": {**components, "schemas": schemas, "parameters": places}}


SCHEMA = schemathesis.openapi.from_dict(with_values(DOCUMENT))
#: Each is found or is an error, and an error has no ``ok``.
OPERATIONS: list[Any] = [cast("Any", found).ok() for found in SCHEMA.get_all_operations()]
CHECKS = [
    schemathesis.checks.not_a_server_error, response_schema_conformance,
    content_type_conformance, status_code_conformance,
]  # fmt: skip
#: For each operation in each mode.
BOUNDED = settings(
    max_examples=examples(12), deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def served(simulator, person):
    """The simulator's address, with somebody to write to whose PSID is easily found."""
    person.says("hello")
    return simulator.url


def test_the_document_has_the_paths_that_are_answered_and_no_other():
    documented = {
        (method.upper(), re.sub(r"{\w+}", "{}", path))
        for path, item in DOCUMENT["paths"].items()
        for method in item.keys() & {"get", "post", "delete"}
    }
    answered = {(method, "/{}" + (f"/{edge}" if edge else "")) for method, edge in PAGE_EDGES}
    answered |= {(method, re.sub(r"{\w+}", "{}", path)) for method, path in OTHER_PATHS}
    assert documented == answered


@pytest.mark.parametrize(
    ("schema", "prop", "known"),
    [
        ("Field", None, apps.PUBLISHED_FIELDS),
        ("ProfileProperty", None, profile_rules.RULES),
        ("Button", "type", buttons.TYPES),
        ("Media", "type", uploads.KINDS),
        ("Send", "messaging_type", sending.MESSAGING_TYPES),
        ("Send", "notification_type", sending.NOTIFICATION_TYPES),
        ("Send", "sender_action", sender_actions.ACTIONS),
    ],
)
def test_the_document_names_what_is_taken_and_nothing_that_is_refused(schema, prop, known):
    found = SCHEMAS[schema]
    assert set((found if prop is None else found["properties"][prop])["enum"]) == set(known)


def test_tests_bring_their_own_values_and_the_document_has_none_of_them():
    assert VALUES.keys() <= SCHEMAS.keys()
    assert not [each for each in (APP, PAGE, "example.com") if each in yaml.safe_dump(DOCUMENT)]


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ("MenuItem", lambda title: ("messenger_profile", _menu(title))),
        ("QuickReply", lambda title: ("messages", {"message": _quick_reply(title)})),
        ("Button", lambda title: ("messages", {"message": _buttons(title)})),
    ],
)
def test_a_title_may_be_as_long_as_the_document_says(graph, person, schema, body):
    person.says("hello")
    longest = SCHEMAS[schema]["properties"]["title"]["maxLength"]
    taken = []
    for title in ("x" * longest, "x" * (longest + 1)):
        edge, what = body(title)
        whom = {"recipient": {"id": person.psid}} if edge == "messages" else {}
        taken.append(graph.post(edge, **whom, **what).ok)
    assert taken == [True, False]


def _menu(title):
    item = {"type": "postback", "title": title, "payload": "x"}
    menu = [{"locale": "default", "call_to_actions": [item]}]
    return {"get_started": {"payload": "x"}, "persistent_menu": menu}


def _quick_reply(title):
    return {"text": "x", "quick_replies": [{"content_type": "text", "title": title}]}


def _buttons(title):
    button = {"type": "postback", "title": title, "payload": "x"}
    payload = {"template_type": "button", "text": "x", "buttons": [button]}
    return {"attachment": {"type": "template", "payload": payload}}


@pytest.mark.parametrize("edge", ["pass", "take", "request", "release", "extend"])
def test_a_call_of_thread_control_needs_what_the_document_requires(graph, person, edge):
    person.says("hello")
    path = DOCUMENT["paths"][f"/{{page}}/{edge}_thread_control"]
    name = path["post"]["requestBody"]["$ref"].rpartition("/")[2]
    required = SCHEMAS[name].get("required", SCHEMAS["Control"]["required"])
    given = {"recipient": {"id": person.psid}, "duration": 60}
    answer = graph.post(f"{edge}_thread_control", **{each: given[each] for each in required})
    assert "Param" not in answer.text
    assert "parameter" not in answer.text
    for left_out in required:
        rest = {each: given[each] for each in required if each != left_out}
        assert graph.post(f"{edge}_thread_control", **rest).json()["error"]["code"] == 100


@pytest.mark.parametrize("kind", DOCUMENT["components"]["requestBodies"]["Send"]["content"])
def test_a_message_can_be_sent_in_each_form_that_the_document_names(simulator, person, kind):
    person.says("hello")
    image = {"attachment": {"type": "image", "payload": {}}}
    message = image if "multipart" in kind else {"text": "hello"}
    body: dict[str, Any] = {"recipient": {"id": person.psid}, "message": message}
    form = {name: _as_text(value) for name, value in body.items()}
    sent: dict[str, Any] = {"json": body} if "json" in kind else {"data": form}
    if "multipart" in kind:
        sent["files"] = {"filedata": ("a.png", b"picture", "image/png")}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.post(f"{simulator.url}/me/messages", headers=headers, timeout=10, **sent)
    assert answer.json()["message_id"], answer.text
    assert answer.request.headers["Content-Type"].startswith(kind)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_whatever_is_sent_is_answered_or_refused_as_documented(
    served, person, set_switches, operation, mode
):
    token = f"{APP}|{SECRET}" if "subscriptions" in operation.path else TOKEN
    mid = person.thread.messages[0].mid

    @BOUNDED
    @given(
        case=operation.as_strategy(generation_mode=mode),
        known=st.sampled_from([None, person.psid, f"t_{person.psid}", mid]),
        switches=SWITCHED,
    )
    def hold(case, known, switches):
        set_switches(switches)
        if known and "object" in case.path_parameters and case.method != "POST":
            case.path_parameters["object"] = known
        if known and isinstance(case.body, dict) and "recipient" in case.body:
            case.body["recipient"] = {"id": person.psid}
        if isinstance(case.body, dict) and "form" in str(case.media_type):
            case.body = {name: _as_text(value) for name, value in case.body.items()}
        case.headers = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(base_url=served, checks=CHECKS, timeout=10)

    hold()


def _as_text(value):
    """Write a parameter of a form; the document says that objects and lists are JSON there."""
    return json.dumps(value) if isinstance(value, dict | list) else value


HEADERS = st.dictionaries(
    st.sampled_from([
        "Content-Type", "Authorization", "Expect", "Accept", "X-Hub-Signature", "Cookie", "Range",
    ]),
    st.sampled_from([
        "application/json", "application/x-www-form-urlencoded", "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "text/plain",
        "Bearer", "Bearer  ", f"Bearer {TOKEN}", "OAuth x", "bytes=0-", "\x7f", "é", "=;=",
    ]),
)  # fmt: skip
BODIES = st.sampled_from([
    b"", b"[]", b"null", b"{", b'{"recipient": 5}', b"[" * 5000, b"\xff\xfe", b'{"a": 1e999}',
    b'{"message": {"text": "\\ud800"}, "recipient": {"id": "1"}}', b"--x\r\n\r\n", b"a[b]=1&a=2",
    b'{"recipient": {"id": ' + b"9" * 6000 + b"}}", b'{"access_token": ["x"], "method": {}}',
    b"--x\r\nContent-Disposition: form-data; name=filedata; filename=a\r\n\r\nx\r\n--x--\r\n",
]) | st.binary(max_size=60)  # fmt: skip


PATHS = st.sampled_from([
    "", "me", "me/messages", "v2.6/me/messages", "v99.9/me", "me/message_attachments",
    f"{PAGE}/messenger_profile", f"{APP}/subscriptions", "debug_token", "..", "%00", "m_x",
    "t_1/messages", "me/thread_owner", "²", "me/personas", "me/conversations",
])  # fmt: skip
QUERIES = st.sampled_from([
    "", "?access_token=%ED%A0%80", "?fields=a{", "?limit=²", "?after=x", "?recipient[id]=1",
    "?method=%00", "?batch=[1]", "?fields=a(b)}{",
    "?batch=[{relative_url:'{result=a:$..}',name:[1]},{relative_url:'//[',depends_on:'a'}]",
])  # fmt: skip


@settings(
    max_examples=examples(250), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    headers=HEADERS, body=BODIES, method=st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH"]),
    path=PATHS, query=QUERIES, switches=SWITCHED,
)  # fmt: skip
def test_no_bytes_and_no_headers_break_it(
    simulator, set_switches, *, headers, body, method, path, query, switches
):
    set_switches(switches)
    client = simulator._server.app.test_client()
    answer = client.open(
        f"/{path}{query}", method=method, data=body,
        headers={
            name: value.encode().decode("latin-1")
            for name, value in {"Authorization": f"Bearer {TOKEN}", **headers}.items()
        },
    )  # fmt: skip
    answer.close()
    assert answer.status_code < 500
    if path or method != "GET":
        told = answer.get_json()
        assert isinstance(told, list) or answer.status_code == 200 or told["error"]["code"]
