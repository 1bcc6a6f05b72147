import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger_app.conversation.events import PersonMessaged
from messenger_app.errors import EnvelopeError
from messenger_app.webhook.envelope import Channel
from messenger_app.webhook.parser import parse
from tests.unit.payloads import (
    OWN_APP_ID,
    PAGE_ID,
    PSID,
    delivery,
    entry,
    message,
    wire,
)
from tests.unit.webhook.splitting import OTHER_PAGE, one, received

# What is odd, but signed


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "words",
        7,
        {},
        {"message": {"mid": "m_1"}},
        {"sender": None, "recipient": "x"},
        {"sender": {"id": ""}, "recipient": {"id": PAGE_ID}},
        {"sender": {"id": {"a": 1}}, "recipient": {"id": PAGE_ID}},
        {"sender": {"id": PAGE_ID}, "recipient": {"id": PAGE_ID}},
        {"recipient": {"id": PAGE_ID}, "policy_enforcement": {"action": "warning"}},
    ],
)
def test_an_event_about_nobody_is_kept_as_unrecognised(event: Any) -> None:
    kept = one(event)
    assert (kept.channel, kept.psid, kept.page_id) == (Channel.UNRECOGNISED, "", PAGE_ID)
    assert orjson.loads(kept.body) == event


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        "words",
        {},
        {"id": PAGE_ID},
        {"id": None, "messaging": [message()]},
        {"id": OTHER_PAGE, "messaging": [message()]},
        {"id": PAGE_ID, "messaging": None},
        {"id": PAGE_ID, "messaging": {"0": message()}},
        {"id": PAGE_ID, "messaging": []},
        {"id": PAGE_ID, "changes": [{"field": "feed", "value": {}}]},
    ],
)
def test_an_odd_entry_is_kept_whole_and_does_not_harm_its_neighbours(odd: Any) -> None:
    events = received(delivery(odd, entry(message("m_1"))))
    assert [event.channel for event in events] == ["unrecognised", "messaging"]
    assert orjson.loads(events[0].body) == odd


def test_changes_beside_messages_are_kept_too() -> None:
    events = received(delivery(entry(message("m_1"), changes=[{"field": "feed"}])))
    assert [event.channel for event in events] == ["messaging", "unrecognised"]
    assert orjson.loads(events[1].body)["changes"] == [{"field": "feed"}]


@pytest.mark.parametrize("kind", ["instagram", "whatsapp_business_account", None, 7])
def test_another_object_is_kept_as_unrecognised(kind: Any) -> None:
    (event,) = received(wire({"object": kind, "entry": [entry(message())]}))
    assert event.channel is Channel.UNRECOGNISED


def test_no_entries_are_no_events() -> None:
    assert received(delivery()) == []


def test_half_an_emoji_costs_one_character_not_the_delivery() -> None:
    body = delivery(entry(message("m_1", "Hi HALF"), message("m_2", "ä 👋")))
    events = received(body.replace(b"HALF", rb"\ud83d"))
    texts = [orjson.loads(event.body)["message"]["text"] for event in events]
    assert texts == ["Hi ?", "ä 👋"]


@pytest.mark.parametrize("depth", [253, 254, 255, 300, 600])
def test_deep_nesting_is_stored_as_it_came(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    (event,) = received(delivery(entry(message("m_1", odd="DEEP"))).replace(b'"DEEP"', deep))
    assert event.channel is Channel.MESSAGING
    assert event.body.count(b"[") == depth


@pytest.mark.parametrize("depth", [1_100, 20_000, 500_000])
def test_nesting_without_end_is_refused_and_nothing_worse(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    body = delivery(entry(message("m_1", odd="DEEP"))).replace(b'"DEEP"', deep)
    with pytest.raises(EnvelopeError):
        received(body)


def test_a_number_larger_than_64_bits_is_no_reason_to_refuse() -> None:
    body = delivery(entry(message("m_1", odd=0))).replace(b'"odd":0', b'"odd":' + b"9" * 40)
    assert received(body)[0].channel is Channel.MESSAGING


def test_a_thousand_events_are_a_thousand_events() -> None:
    body = delivery(*(entry(message(f"m_{number}")) for number in range(1000)))
    assert len({event.dedupe_key for event in received(body)}) == 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"words",
        b"{",
        b"null",
        b"[]",
        b"7",
        b'"page"',
        b"{}",
        b'{"object":"page"}',
        b'{"object":"page","entry":null}',
        b'{"object":"page","entry":{}}',
        b'{"object":"page","entry":"x"}',
        b'{"object":"page","entry":[NaN]}',
        b'{"object":"page","entry":[1e400]}',
        b'{"object":"page","entry":["\xff"]}',
        b"\xef\xbb\xbf{}",
        b"\x1f\x8b\x08\x00",
    ],
)
def test_what_is_no_json_or_no_envelope_is_refused(body: bytes) -> None:
    with pytest.raises(EnvelopeError):
        received(body)


_anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
_party = st.fixed_dictionaries({}, optional={"id": st.sampled_from([PAGE_ID, PSID, 1]) | _anything})
_event = _anything | st.fixed_dictionaries(
    {},
    optional={
        "sender": _party | _anything,
        "recipient": _party | _anything,
        "timestamp": _anything,
        "message": _anything | st.fixed_dictionaries({"mid": _anything}),
        "reaction": _anything | st.fixed_dictionaries({"mid": _anything}),
        "postback": _anything,
        "pass_thread_control": _anything,
    },
)
_entry = _anything | st.fixed_dictionaries(
    {"id": st.just(PAGE_ID) | _anything},
    optional={
        "time": _anything,
        "messaging": st.lists(_event, max_size=3) | _anything,
        "standby": st.lists(_event, max_size=3) | _anything,
        "changes": _anything,
    },
)


@given(st.lists(_entry, max_size=3))
def test_no_signed_envelope_whatsoever_is_refused(entries: list[Any]) -> None:
    events = received(json.dumps({"object": "page", "entry": entries}).encode())
    assert len(events) >= len(entries)
    for event in events:
        json.loads(event.body)
        assert 0 < event.at < 2**63
        assert bool(event.psid) is (event.channel is not Channel.UNRECOGNISED)


def test_a_nul_stays_in_what_is_kept_and_reaches_no_column_of_text() -> None:
    kept = one(message(text="a\0b"))
    assert b"a\\u0000b" in kept.body
    event, _ = parse(kept.body, kept.channel, kept.at, kept.at, own_app_id=OWN_APP_ID)
    assert isinstance(event, PersonMessaged)
    assert event.text == "a\N{REPLACEMENT CHARACTER}b"


def test_a_person_with_a_nul_in_their_id_is_nobody() -> None:
    odd = one(message(psid="1\0"))
    assert (odd.channel, odd.psid) == (Channel.UNRECOGNISED, "")
