from typing import Any

import pytest

from messenger_app.graph.errors import (
    AccessTokenInvalid,
    GraphRejected,
    NotPrimaryReceiver,
    NotThreadOwner,
    OutsideMessagingWindow,
    PersonUnavailable,
    TemporarilyRefused,
    rejected,
)
from tests.unit.payloads import PAYLOADS, golden

GOLDEN = {
    "error_100_2018001": PersonUnavailable,
    "error_10_2018278_outside_window": OutsideMessagingWindow,
    "error_10_2018300_other_app_in_control": NotThreadOwner,
    "error_17_is_transient": TemporarilyRefused,
    "error_190_messenger": AccessTokenInvalid,
    "error_1_2018382_instant_form": GraphRejected,
    "error_200_1545041_captured": PersonUnavailable,
    "error_551_1545041": PersonUnavailable,
    "error_80001_rate": TemporarilyRefused,
    "error_generic": AccessTokenInvalid,
}


def test_every_golden_error_has_its_expectation() -> None:
    assert {path.stem for path in (PAYLOADS / "graph").glob("error_*.json")} == GOLDEN.keys()


@pytest.mark.parametrize("name", GOLDEN)
def test_each_documented_error_says_what_to_do(name: str) -> None:
    body = golden("graph", name)["error"]
    error = rejected(body)
    assert type(error) is GOLDEN[name]
    assert (error.code, error.subcode) == (body["code"], body.get("error_subcode"))
    assert error.fbtrace_id == body["fbtrace_id"]
    assert body["message"] in str(error)


@pytest.mark.parametrize("code", [1, 2, 4, 17, 32, 341, 613, 1200, 80001, 80006])
def test_limits_and_troubles_at_graphs_side_pass(code: int) -> None:
    assert type(rejected({"code": code})) is TemporarilyRefused


@pytest.mark.parametrize(
    ("code", "subcode"),
    [(1, 99), (1, 2018382), (2, 2018344), (613, 2018338), (10, None), (100, None), (200, 2018028)],
)
def test_what_would_be_refused_again_is_not_tried_again(code: int, subcode: int | None) -> None:
    assert type(rejected({"code": code, "error_subcode": subcode})) is GraphRejected


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (100, 2534037, NotThreadOwner),
        (100, 2018171, NotPrimaryReceiver),
        (100, 2018234, NotPrimaryReceiver),
        (10, 2018065, OutsideMessagingWindow),
        (10, 2018108, PersonUnavailable),
        (551, None, PersonUnavailable),
        (190, None, AccessTokenInvalid),
    ],
)
def test_codes_without_a_golden_body_are_sorted_too(
    code: int, subcode: int | None, kind: type
) -> None:
    assert type(rejected({"code": code, "error_subcode": subcode})) is kind


def test_the_type_oauthexception_says_nothing_about_the_token() -> None:
    assert type(rejected({"code": 100, "type": "OAuthException"})) is GraphRejected


def test_what_graph_calls_transient_is_tried_again_whatever_its_code() -> None:
    assert type(rejected({"code": 987, "is_transient": True})) is TemporarilyRefused
    assert type(rejected({"code": 987, "is_transient": False})) is GraphRejected


def test_news_about_the_owner_is_not_tried_again_even_if_called_transient() -> None:
    error = {"code": 10, "error_subcode": 2018300, "is_transient": True}
    assert type(rejected(error)) is NotThreadOwner


@pytest.mark.parametrize(
    "error", [{}, {"code": None}, {"code": "x", "error_subcode": []}, {"message": None}]
)
def test_an_odd_error_is_a_refusal_all_the_same(error: dict[str, Any]) -> None:
    assert type(rejected(error)) is GraphRejected


def test_codes_may_come_as_text() -> None:
    assert type(rejected({"code": "10", "error_subcode": "2018300"})) is NotThreadOwner
