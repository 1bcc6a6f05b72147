import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger_app.errors import EnvelopeError
from messenger_app.webhook.envelope import Channel, ReceivedEvent, milliseconds, split
from tests.unit.payloads import (
    NOW,
    PAGE_ID,
    PSID,
    WEBHOOKS,
    delivery,
    echo,
    entry,
    message,
    webhook,
    wire,
)

PAGES = frozenset({PAGE_ID})
OTHER_PAGE = "104729000000002"
ARRIVED = NOW + 700


def received(body: bytes, pages: frozenset[str] = PAGES) -> list[ReceivedEvent]:
    return split(body, pages, ARRIVED)


def one(event: Any, channel: str = "messaging") -> ReceivedEvent:
    (only,) = received(delivery(entry(event, channel=channel)))
    return only


def key(event: Any, channel: str = "messaging") -> bytes:
    return one(event, channel).dedupe_key


def mids(events: list[ReceivedEvent]) -> list[str]:
    return [orjson.loads(event.body)["message"]["mid"] for event in events]


# Every entry, every event


def test_every_event_of_every_entry_is_found_in_order() -> None:
    body = delivery(entry(message("m_1"), message("m_2")), entry(message("m_3"), channel="standby"))
    events = received(body)
    assert mids(events) == ["m_1", "m_2", "m_3"]
    assert [event.channel for event in events] == ["messaging", "messaging", "standby"]


def test_one_entry_with_both_channels_keeps_each_events_own() -> None:
    both = {**entry(message("m_1")), "standby": [message("m_2")]}
    assert [(event.channel.value) for event in received(delivery(both))] == ["messaging", "standby"]


def test_an_entry_without_messaging_is_no_error() -> None:
    (event,) = received(delivery(entry(message(), channel="standby")))
    assert event.channel is Channel.STANDBY


def test_an_event_carries_page_person_time_and_its_own_json() -> None:
    event = one(message("m_1", "Grüße 👋"))
    assert (event.page_id, event.psid, event.at) == (PAGE_ID, PSID, NOW)
    assert orjson.loads(event.body) == message("m_1", "Grüße 👋")


def test_what_the_bridge_does_not_know_stays_in_the_stored_event() -> None:
    event = one({**message(), "hop_context": [{"app_id": 1, "metadata": "x"}]})
    assert orjson.loads(event.body)["hop_context"] == [{"app_id": 1, "metadata": "x"}]


def test_the_person_of_an_echo_is_its_recipient() -> None:
    assert one(echo()).psid == PSID


def test_an_id_may_be_a_number() -> None:
    numbers = {"sender": {"id": int(PSID)}, "recipient": {"id": int(PAGE_ID)}, "message": {}}
    body = wire({"object": "page", "entry": [{"id": int(PAGE_ID), "messaging": [numbers]}]})
    (event,) = received(body)
    assert (event.page_id, event.psid) == (PAGE_ID, PSID)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_each_documented_payload_is_one_event_of_its_person(name: str) -> None:
    (event,) = received(wire(webhook(name)))
    assert (event.page_id, event.psid) == (PAGE_ID, PSID)
    assert event.channel is (Channel.STANDBY if "standby" in name else Channel.MESSAGING)
    assert event.overtakes is (name.startswith(("handover_", "echo_")))
    assert event.at > 1_200_000_000_000


@pytest.mark.parametrize("name", WEBHOOKS)
def test_each_documented_payload_of_another_page_is_kept_as_unrecognised(name: str) -> None:
    (event,) = received(wire(webhook(name)), frozenset({OTHER_PAGE}))
    assert event.channel is Channel.UNRECOGNISED
    assert event.psid == ""


# Once only


def test_the_same_message_has_the_same_key_whatever_else_changes() -> None:
    again = {**message("m_1"), "timestamp": NOW + 60_000, "seq": 4}
    assert key(message("m_1")) == key(again)


def test_the_same_message_in_standby_is_the_same_message() -> None:
    assert key(echo("m_1")) == key(echo("m_1"), "standby")


@pytest.mark.parametrize(
    ("one_event", "another"),
    [
        (message("m_1"), message("m_2")),
        (message("m_1"), echo("m_1")),
        (message("m_1"), {**message("m_1"), "message": None, "postback": {"mid": "m_1"}}),
    ],
)
def test_different_messages_have_different_keys(one_event: Any, another: Any) -> None:
    assert key(one_event) != key(another)


def test_the_same_mid_on_two_pages_is_two_messages() -> None:
    first = entry(message("m_1"))
    second = {**entry(message("m_1")), "id": OTHER_PAGE}
    events = received(delivery(first, second), frozenset({PAGE_ID, OTHER_PAGE}))
    assert len({event.dedupe_key for event in events}) == 2


def about(kind: str, timestamp: int = NOW, **told: Any) -> dict[str, Any]:
    return {
        "sender": {"id": PSID},
        "recipient": {"id": PAGE_ID},
        "timestamp": timestamp,
        kind: {"mid": "m_1", **told},
    }


def test_each_edit_of_a_message_is_an_event_of_its_own() -> None:
    assert key(about("message_edit", num_edit=1)) != key(about("message_edit", num_edit=2))
    assert key(about("message_edit", num_edit=1)) == key(about("message_edit", NOW + 1, num_edit=1))


def test_a_reaction_taken_away_and_given_again_is_three_events() -> None:
    keys = {
        key(about("reaction", NOW, action="react", reaction="love")),
        key(about("reaction", NOW + 1, action="unreact", reaction="love")),
        key(about("reaction", NOW + 2, action="react", reaction="love")),
    }
    assert len(keys) == 3


def test_a_reaction_delivered_twice_is_one_event() -> None:
    loved = about("reaction", NOW, action="react", reaction="love")
    assert key(loved) == key(loved)


def test_events_without_a_mid_are_told_apart_by_all_they_say() -> None:
    read = {**message(), "read": {"watermark": 1}}
    del read["message"]
    assert key(read) == key(dict(read))
    assert key(read) != key({**read, "read": {"watermark": 2}})


# Time


@pytest.mark.parametrize(
    ("given_time", "expected"),
    [
        (NOW, NOW),
        (NOW // 1000, NOW),
        (str(NOW), NOW),
        (str(NOW // 1000), NOW),
        (float(NOW), NOW),
        (0, 0),
        (-1, 0),
        (None, 0),
        ("TIMESTAMP", 0),
        ([NOW], 0),
        (10**30, 0),
        (1e300, 0),
        (float("inf"), 0),
        (float("nan"), 0),
        ("9" * 5000, 0),
    ],
)
def test_a_time_is_read_in_seconds_or_milliseconds_or_not_at_all(
    given_time: Any, expected: int
) -> None:
    assert milliseconds(given_time) == expected


@given(st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.booleans()))
def test_no_time_is_too_large_to_be_stored(value: Any) -> None:
    assert 0 <= milliseconds(value) < 2**63


def test_an_event_without_a_time_takes_its_entrys_and_then_ours() -> None:
    timeless = {key: value for key, value in message().items() if key != "timestamp"}
    events = received(
        delivery(
            {"id": PAGE_ID, "time": NOW + 5, "messaging": [timeless]},
            {"id": PAGE_ID, "messaging": [timeless]},
        )
    )
    assert [event.at for event in events] == [NOW + 5, ARRIVED]


# What overtakes


@pytest.mark.parametrize(
    "kind", ["pass_thread_control", "take_thread_control", "request_thread_control", "app_roles"]
)
def test_a_handover_overtakes_what_is_queued(kind: str) -> None:
    assert one({"sender": {"id": PSID}, "recipient": {"id": PAGE_ID}, kind: {}}).overtakes


def test_an_echo_overtakes_and_a_persons_word_does_not() -> None:
    assert one(echo()).overtakes
    assert not one(message()).overtakes
    assert not one(message(is_echo=False)).overtakes


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
