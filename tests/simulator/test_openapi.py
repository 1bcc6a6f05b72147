"""The document of the Graph API: it names every edge, and whatever is sent, nothing breaks.

Under any switches. `--hypothesis-profile thorough` asks ten times as much.
"""

import re
from pathlib import Path
from typing import Any, cast

import pytest
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
from tests.simulator.conftest import SWITCHED, examples
from tests.simulator.receiver import APP, PAGE, SECRET, TOKEN

DOCUMENT = Path(inbox_simulator.__file__).with_name("openapi.yaml")
SCHEMA = schemathesis.openapi.from_path(DOCUMENT)
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
    paths = yaml.safe_load(DOCUMENT.read_text())["paths"]
    documented = {
        (method.upper(), re.sub(r"{\w+}", "{}", path))
        for path, item in paths.items()
        for method in item.keys() & {"get", "post", "delete"}
    }
    answered = {(method, "/{}" + (f"/{edge}" if edge else "")) for method, edge in PAGE_EDGES}
    answered |= {(method, re.sub(r"{\w+}", "{}", path)) for method, path in OTHER_PATHS}
    assert documented == answered


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_whatever_is_sent_is_answered_or_refused_as_documented(
    served, graph, person, set_switches, operation, mode
):
    token = f"{APP}|{SECRET}" if "subscriptions" in operation.path else TOKEN
    mid = person.thread.messages[0].mid
    conversation = graph.get("me/conversations").json()["data"][0]["id"]

    @BOUNDED
    @given(
        case=operation.as_strategy(generation_mode=mode),
        known=st.sampled_from([None, person.psid, conversation, mid]),
        switches=SWITCHED,
    )
    def hold(case, known, switches):
        set_switches(switches)
        if known and "object" in case.path_parameters and case.method != "POST":
            case.path_parameters["object"] = known
        if known and isinstance(case.body, dict) and "recipient" in case.body:
            case.body["recipient"] = {"id": person.psid}
        case.headers = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(base_url=served, checks=CHECKS, timeout=10)

    hold()


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
