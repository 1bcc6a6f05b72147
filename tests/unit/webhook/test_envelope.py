from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from tests.unit.webhook.splitting import ARRIVED, OTHER_PAGE, one, received


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
def test_each_documented_payload_is_one_event_of_its_person_or_the_page(name: str) -> None:
    (event,) = received(wire(webhook(name)))
    whose = PAGE_ID if name == "handover_app_roles" else PSID  # roles are the Page's
    assert (event.page_id, event.psid) == (PAGE_ID, whose)
    assert event.channel is (Channel.STANDBY if "standby" in name else Channel.MESSAGING)
    assert event.overtakes is (name.startswith(("handover_", "echo_")))
    assert event.at > 1_200_000_000_000


@pytest.mark.parametrize("name", WEBHOOKS)
def test_each_documented_payload_of_another_page_is_kept_as_unrecognised(name: str) -> None:
    (event,) = received(wire(webhook(name)), frozenset({OTHER_PAGE}))
    assert event.channel is Channel.UNRECOGNISED
    assert event.psid == ""


def test_roles_are_about_the_page_whoever_stands_as_recipient() -> None:
    roles = {"timestamp": NOW, "app_roles": {"1": ["primary_receiver"]}}
    for recipient in (PSID, PAGE_ID):
        event = one({"recipient": {"id": recipient}, **roles})
        assert (event.channel, event.psid) == (Channel.MESSAGING, PAGE_ID)


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


def test_a_tap_is_kept_from_both_channels_since_only_the_live_one_has_its_payload() -> None:
    tap = {**message(), "message": None, "postback": {"mid": "m_1", "title": "Buy"}}
    assert key(tap) == key(tap)
    assert key(tap) != key(tap, "standby")


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


def test_an_id_that_no_index_takes_is_no_persons() -> None:
    said = {**message("m_1"), "sender": {"id": "7" * 3_000}, "recipient": {"id": PAGE_ID}}
    (found,) = split(delivery(entry(said)), frozenset({PAGE_ID}), NOW)
    assert (found.channel, found.psid) == (Channel.UNRECOGNISED, "")
