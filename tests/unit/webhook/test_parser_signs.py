"""Edits, reactions, links, and what the payloads of our own buttons say."""

from typing import Any

import orjson
import pytest

from messenger_app.conversation.buttons import Kept
from messenger_app.conversation.events import (
    Noticed,
    PersonEdited,
    PersonMessaged,
    PersonReacted,
    PersonReferred,
    PersonTapped,
)
from messenger_app.conversation.messages import Referral
from messenger_app.webhook.envelope import Channel
from messenger_app.webhook.parser import parse
from tests.unit.payloads import NOW, OWN_APP_ID, message
from tests.unit.webhook.test_parser import ARRIVED, WHEN, golden_event, parsed


def test_an_edit_says_what_the_message_says_now() -> None:
    event, _ = golden_event("message_edit")
    assert isinstance(event, PersonEdited)
    assert (event.mid, event.text, event.number) == ("<MESSAGE_ID>", "<TEXT>", 1)


@pytest.mark.parametrize(("count", "number"), [("3", 3), (None, 0), ("x", 0), (1e400, 0)])
def test_the_number_of_an_edit_is_read_however_it_comes(count: Any, number: int) -> None:
    event, _ = parse(
        orjson.dumps({"message_edit": {"mid": "m_1", "text": "x", "num_edit": count}}),
        Channel.MESSAGING,
        NOW,
        ARRIVED,
        own_app_id=OWN_APP_ID,
    )
    assert isinstance(event, PersonEdited)
    assert event.number == number


@pytest.mark.parametrize(("action", "given"), [("react", True), ("unreact", False), (None, True)])
def test_a_reaction_is_given_or_taken_back(action: str | None, given: bool) -> None:
    told = {"mid": "m_1", "reaction": "love", "emoji": "❤", "action": action}
    event, _ = parsed({"reaction": told}, Channel.STANDBY)
    assert event == PersonReacted(
        **WHEN, mid="m_1", reaction="love", emoji="❤", given=given, standby=True
    )


def test_a_link_names_what_it_carries_and_where_it_stood() -> None:
    event, _ = golden_event("referral_mme_existing_thread")
    assert isinstance(event, PersonReferred)
    assert event.referral == Referral(
        ref="<REF_DATA_PASSED_IN_M.ME_PARAM>", source="SHORTLINK", type="OPEN_THREAD"
    )


def test_a_message_says_which_advertisement_brought_the_person() -> None:
    event, _ = golden_event("message_referral_ads")
    assert isinstance(event, PersonMessaged)
    assert event.referral == Referral(
        ref="<REF_DATA_IF_SPECIFIED_IN_THE_AD>",
        source="ADS",
        type="OPEN_THREAD",
        ad_id="<ID_OF_THE_AD>",
    )


def test_a_message_says_which_product_it_is_about() -> None:
    event, _ = golden_event("message_referral_product")
    assert isinstance(event, PersonMessaged)
    assert event.referral == Referral(product_id="<PRODUCT_ID>")


def test_get_started_says_which_link_brought_the_person() -> None:
    came = {"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    tapped = {"title": "Get Started", "payload": "/get_started", "referral": came}
    event, _ = parsed({"postback": tapped})
    assert isinstance(event, PersonTapped)
    assert event.referral == Referral(**came)


@pytest.mark.parametrize("odd", [None, {}, [], "x", {"product": 7}, {"ref": None}])
def test_a_referral_that_says_nothing_is_none(odd: Any) -> None:
    event, _ = parsed({"message": {"mid": "m_1", "text": "Hi", "referral": odd}})
    assert isinstance(event, PersonMessaged)
    assert event.referral is None


def test_a_message_that_was_deleted_is_only_noticed() -> None:
    event, _ = parsed({"message": {"mid": "m_1", "is_deleted": True}})
    assert event == Noticed(**WHEN, kind="message_deleted")


# Payloads of our own buttons


def test_a_button_that_stays_tells_the_turn_it_was_sent_in() -> None:
    event, _ = parsed({"postback": {"mid": "m_1", "title": "Buy", "payload": "mh:3:/buy"}})
    assert event == PersonTapped(**WHEN, mid="m_1", title="Buy", payload="/buy", sent_in=3)


@pytest.mark.parametrize(
    "payload", ["/greet", "mh:", "mh:x:/a", "mh:1@key", "mh:@.", "GET_STARTED"]
)
def test_any_other_payload_is_what_it_is(payload: str) -> None:
    event, _ = parsed({"postback": {"mid": "m_1", "title": "A", "payload": payload}})
    assert event == PersonTapped(**WHEN, mid="m_1", title="A", payload=payload)


def test_a_payload_that_stayed_at_home_is_named() -> None:
    event, _ = parsed(message(quick_reply={"payload": "mh:3@abc.1"}))
    assert isinstance(event, PersonMessaged)
    assert (event.payload, event.sent_in, event.kept) == (None, 3, Kept("abc", 1))
