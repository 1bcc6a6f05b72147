from typing import Any

import orjson
import pytest

from messenger_app.conversation.events import (
    ControlPassed,
    ControlRequested,
    ControlTaken,
    Event,
    Noticed,
    OperatorPassed,
    OperatorReleased,
    OperatorTook,
    OtherAppEchoed,
    OwnAppEchoed,
    PersonEdited,
    PersonMessaged,
    PersonReacted,
    PersonReferred,
    PersonTapped,
    RolesChanged,
)
from messenger_app.webhook.envelope import Channel, split
from messenger_app.webhook.parser import METADATA_PREFIX, parse
from tests.unit.payloads import NOW, OWN_APP_ID, PAGE_ID, WEBHOOKS, echo, message, webhook, wire

ARRIVED = NOW + 700
WHEN: Any = {"at": NOW, "received_at": ARRIVED}

#: The app that the documentation's echoes name.
DOCUMENTED_APP_ID = "1517776481860111"

UNDERSTOOD: dict[str, type[Event]] = {
    **{name: PersonMessaged for name in WEBHOOKS if name.startswith("message_")},
    **{name: OtherAppEchoed for name in WEBHOOKS if name.startswith("echo_")},
    "message_edit": PersonEdited,
    "postback": PersonTapped,
    "reaction": PersonReacted,
    "referral_ads": PersonReferred,
    "referral_mme_existing_thread": PersonReferred,
    "handover_pass_thread_control": ControlPassed,
    "handover_take_thread_control": ControlTaken,
    "handover_request_thread_control": ControlRequested,
    "handover_app_roles": RolesChanged,
}

NOTICED = {
    "account_linking_linked": "account_linking",
    "delivery": "delivery",
    "optin_notification_messages": "optin",
    "read": "read",
    "standby_skeleton": "unrecognised",
}


def parsed(event: Any, channel: Channel = Channel.MESSAGING) -> tuple[Event, str]:
    return parse(wire(event), channel, NOW, ARRIVED, own_app_id=OWN_APP_ID)


def golden_event(name: str, own_app_id: str = OWN_APP_ID) -> tuple[Event, str]:
    (stored,) = split(wire(webhook(name)), frozenset({PAGE_ID}), ARRIVED)
    return parse(stored.body, stored.channel, stored.at, ARRIVED, own_app_id=own_app_id)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_each_documented_payload_is_understood_or_noticed(name: str) -> None:
    event, key = golden_event(name)
    assert type(event) is UNDERSTOOD.get(name, Noticed)
    assert key == ""
    if isinstance(event, Noticed):
        assert event.kind == NOTICED[name]


def test_a_persons_words_are_read() -> None:
    event, _ = golden_event("message_text")
    assert event == PersonMessaged(
        at=1458692752478,
        received_at=ARRIVED,
        mid="mid.1457764197618:41d102a3e1ae206a38",
        text="hello, world!",
    )


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("message_attachment_image", ("image",)),
        ("message_attachment_sticker", ("thumbs_up",)),
        ("message_fallback", ("fallback",)),
        ("message_text", ()),
    ],
)
def test_the_kinds_of_what_is_attached_are_read(name: str, kinds: tuple[str, ...]) -> None:
    event, _ = golden_event(name)
    assert isinstance(event, PersonMessaged)
    assert tuple(attachment.kind for attachment in event.attachments) == kinds


def test_roles_are_read_whether_there_is_one_or_a_list_of_them() -> None:
    event, _ = golden_event("handover_app_roles")
    assert event == RolesChanged(
        at=event.at, received_at=event.received_at, roles={"123456789": ("primary_receiver",)}
    )
    event, _ = parsed({"app_roles": {"1": "secondary_receiver", "2": []}})
    assert event == RolesChanged(**WHEN, roles={"1": ("secondary_receiver",), "2": ()})


def test_a_quick_reply_has_its_title_and_its_payload() -> None:
    event, _ = golden_event("message_quick_reply")
    assert isinstance(event, PersonMessaged)
    assert event.text == "Green"
    assert event.payload == "DEVELOPER_DEFINED_PAYLOAD_FOR_PICKING_GREEN"


def test_a_postback_has_its_title_and_its_payload() -> None:
    event, _ = golden_event("postback")
    assert isinstance(event, PersonTapped)
    assert (event.title, event.payload) == ("<BUTTON_TITLE>", "<DEVELOPER_DEFINED_PAYLOAD>")
    assert event.mid


def test_a_postback_in_standby_has_no_payload() -> None:
    event, _ = parsed({"postback": {"mid": "m_1", "title": "Never mind"}}, Channel.STANDBY)
    assert event == PersonTapped(**WHEN, mid="m_1", title="Never mind", standby=True)


def test_two_postbacks_without_a_mid_are_told_apart() -> None:
    first, _ = parsed({"postback": {"title": "A"}})
    second, _ = parse(
        wire({"postback": {"title": "A"}}),
        Channel.MESSAGING,
        NOW + 1,
        ARRIVED,
        own_app_id=OWN_APP_ID,
    )
    assert isinstance(first, PersonTapped)
    assert isinstance(second, PersonTapped)
    assert first.mid != second.mid


@pytest.mark.parametrize("channel", [Channel.MESSAGING, Channel.STANDBY])
def test_the_channel_says_whether_we_may_answer(channel: Channel) -> None:
    event, _ = parsed(message(), channel)
    assert isinstance(event, PersonMessaged)
    assert event.standby is (channel is Channel.STANDBY)


# Echoes: whose words


@pytest.mark.parametrize("channel", [Channel.MESSAGING, Channel.STANDBY])
@pytest.mark.parametrize("app_id", [OWN_APP_ID, int(OWN_APP_ID)])
def test_an_echo_of_what_the_bridge_sent_brings_its_key(
    channel: Channel, app_id: str | int
) -> None:
    event, key = parsed(echo("m_2", app_id=app_id, metadata=METADATA_PREFIX + "abc"), channel)
    assert event == OwnAppEchoed(**WHEN, mid="m_2", text="Hello", ours=True)
    assert key == "abc"


def test_the_documented_echo_is_ours_where_its_app_is() -> None:
    event, key = golden_event("echo_text", own_app_id=DOCUMENTED_APP_ID)
    assert isinstance(event, OwnAppEchoed)
    assert (event.ours, key) == (False, "")


@pytest.mark.parametrize("metadata", [None, "", "theirs", "x" + METADATA_PREFIX + "abc"])
def test_an_echo_of_another_tool_with_our_app_is_not_ours(metadata: str | None) -> None:
    event, key = parsed(echo("m_2", app_id=OWN_APP_ID, metadata=metadata))
    assert event == OwnAppEchoed(**WHEN, mid="m_2", text="Hello", ours=False)
    assert key == ""


@pytest.mark.parametrize("app_id", [263902037430900, "263902037430900", "1", None, ""])
def test_an_echo_of_any_other_app_or_none_is_somebody_elses(app_id: Any) -> None:
    event, key = parsed(echo("m_2", app_id=app_id, metadata=METADATA_PREFIX + "abc"))
    assert event == OtherAppEchoed(
        **WHEN, mid="m_2", text="Hello", app_id=str(app_id) if app_id else None
    )
    assert key == ""


def test_an_echo_with_an_attachment_is_no_word_of_the_persons() -> None:
    picture = echo("m_2", app_id=OWN_APP_ID, attachments=[{"type": "image"}], text=None)
    event, _ = parsed(picture)
    assert isinstance(event, OwnAppEchoed)


# Thread control


@pytest.mark.parametrize(
    ("name", "kind"),
    [("pass_thread_control", ControlPassed), ("take_thread_control", ControlTaken)],
)
def test_control_that_moves_names_both_apps_as_text(name: str, kind: type) -> None:
    told = {"previous_owner_app_id": 1, "new_owner_app_id": "2", "metadata": "why"}
    event, _ = parsed({name: told})
    assert event == kind(**WHEN, previous_app_id="1", new_app_id="2", metadata="why")


@pytest.mark.parametrize("missing", [{"previous_owner_app_id": None, "metadata": None}, {}])
def test_a_thread_that_was_idle_has_no_previous_owner(missing: dict[str, Any]) -> None:
    event, _ = parsed({"pass_thread_control": {"new_owner_app_id": 2, **missing}})
    assert event == ControlPassed(**WHEN, previous_app_id=None, new_app_id="2")


def test_a_request_names_the_app_that_asks() -> None:
    event, _ = golden_event("handover_request_thread_control")
    assert isinstance(event, ControlRequested)
    assert event.app_id == "123456789"


def test_a_request_of_nobody_is_only_noticed() -> None:
    event, _ = parsed({"request_thread_control": {}})
    assert event == Noticed(**WHEN, kind="unrecognised")


# An operator


@pytest.mark.parametrize(
    ("wish", "event"),
    [
        ({"action": "take"}, OperatorTook(**WHEN)),
        ({"action": "release"}, OperatorReleased(**WHEN)),
        ({"action": "pass", "target": "billing"}, OperatorPassed(**WHEN, target="billing")),
        ({"action": "pass", "target": None}, OperatorPassed(**WHEN)),
        ({"action": "pass"}, OperatorPassed(**WHEN)),
        ({"action": "dance"}, Noticed(**WHEN, kind="unrecognised")),
        ({}, Noticed(**WHEN, kind="unrecognised")),
    ],
)
def test_an_operators_wish_is_read(wish: dict[str, Any], event: Event) -> None:
    assert parsed(wish, Channel.OPERATOR) == (event, "")


@pytest.mark.parametrize("channel", [Channel.MESSAGING, Channel.STANDBY])
def test_nobody_becomes_an_operator_over_the_webhook(channel: Channel) -> None:
    event, _ = parsed({**message(), "action": "take"}, channel)
    assert isinstance(event, PersonMessaged)


# What is odd


@pytest.mark.parametrize(
    "odd",
    [
        {"message": None},
        {"message": "words"},
        {"message": []},
        {"message": {}},
        {"message": {"mid": None, "text": None, "attachments": None, "quick_reply": None}},
        {"message": {"mid": 7, "text": 7, "attachments": "x", "quick_reply": "x"}},
        {"message": {"attachments": [None, "x", {}, {"type": None}]}},
        {"message": {"quick_reply": {"payload": {"a": 1}}}},
        {"message": {"is_echo": True}},
        {"message": {"is_echo": True, "app_id": {"a": 1}, "metadata": ["x"]}},
        {"postback": None},
        {"postback": {}},
        {"pass_thread_control": None},
        {"pass_thread_control": []},
        {"take_thread_control": {}},
        {"request_thread_control": "x"},
        {"unheard_of": {"mid": "m_1"}},
        {},
    ],
)
@pytest.mark.parametrize("channel", [Channel.MESSAGING, Channel.STANDBY])
def test_nothing_odd_is_an_error(odd: dict[str, Any], channel: Channel) -> None:
    event, key = parsed(odd, channel)
    assert (event.at, event.received_at, key) == (NOW, ARRIVED, "")


def test_what_is_nested_deeply_is_read_all_the_same() -> None:
    deep = b"[" * 600 + b"]" * 600
    body = orjson.dumps(message(odd="DEEP")).replace(b'"DEEP"', deep)
    event, _ = parse(body, Channel.MESSAGING, NOW, ARRIVED, own_app_id=OWN_APP_ID)
    assert isinstance(event, PersonMessaged)
