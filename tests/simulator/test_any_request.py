"""Whatever is sent: Meta's envelope or an answer, never a crash."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox_simulator.graph_api.edges import PAGE_EDGES
from tests.simulator.conftest import SWITCHED, examples
from tests.simulator.receiver import TOKEN

EDGES = sorted({edge for _, edge in PAGE_EDGES})
NAMES = st.sampled_from([
    "recipient", "message", "sender_action", "messaging_type", "tag", "thread_control", "metadata",
    "target_app_id", "duration", "fields", "subscribed_fields", "method", "user_id", "platform",
    "greeting", "persistent_menu", "appsecret_proof",
])  # fmt: skip
KEYS = NAMES | st.sampled_from([
    "id", "text", "attachment", "quick_replies", "type", "payload", "template_type", "elements",
    "buttons", "title", "url", "app_id", "control_type", "content_type",
])  # fmt: skip
WORDS = st.sampled_from(["template", "button", "generic", "image", "postback", "pass", "POST", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def client(simulator, person):
    person.says("hello")
    return simulator._server.app.test_client()


@settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    edge=st.sampled_from(EDGES),
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    body=st.dictionaries(NAMES, VALUES, max_size=5),
    known=st.booleans(),
    switches=SWITCHED,
)
def test_every_graph_call_is_answered_or_refused_in_the_envelope(
    client, person, set_switches, *, edge, method, body, known, switches
):
    set_switches(switches)
    if known:
        body = {**body, "recipient": {"id": person.psid}}
    answer = client.open(
        f"/v26.0/me/{edge}", method=method, data=json.dumps(body),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )  # fmt: skip
    told = answer.get_json()
    assert isinstance(told, dict)
    assert answer.status_code == 200 or told["error"]["code"]


@settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from([
        "reset", "apps", "people", "people/{}/messages", "people/{}/postbacks",
        "people/{}/reactions", "people/{}/edits", "people/{}/referrals", "people/{}/optins",
        "people/{}/account_linking", "people/{}/availability", "pages", "inbox/{}/replies",
        "inbox/{}/done", "clock", "faults", "switches", "notice", "journal/1/resend",
    ]),
    method=st.sampled_from(["POST", "PUT"]),
    body=st.dictionaries(
        KEYS | st.sampled_from([
            "name", "seed", "rules", "advance_seconds", "quick_reply", "mid", "reaction", "action",
            "reply_to", "latitude", "longitude", "sticker_id", "ad_id", "ads_context_data", "nlp",
            "commands", "referral", "frequency", "status", "page_id", "blocked", "profile",
            "access_token", "keep_apps",
        ]),
        VALUES, max_size=4,
    ),
)  # fmt: skip
def test_every_control_call_is_answered_or_refused_with_a_sentence(client, path, method, body):
    here = {"REMOTE_ADDR": "127.0.0.1"}
    psid = client.post("/_simulator/people", environ_base=here).get_json()["psid"]
    url = f"/_simulator/{path.format(psid)}"
    answer = client.open(url, method=method, data=json.dumps(body), environ_base=here)
    assert answer.status_code == 200 or isinstance(answer.get_json()["error"], str)
