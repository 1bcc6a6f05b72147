import shutil
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from messenger_app.app import LARGEST_BODY
from messenger_app.bridge import Bridge
from messenger_app.store import conversations, inbox
from messenger_app.store.tables import inbox_event
from tests.unit.payloads import (
    APP_SECRET,
    PSID,
    WEBHOOKS,
    delivery,
    echo,
    entry,
    message,
    sign,
    webhook,
    wire,
)

ASKED = {
    "hub.mode": "subscribe",
    "hub.verify_token": "a-verify-token",
    "hub.challenge": "1158201444",
}


def post(client: FlaskClient, body: bytes, **headers: str) -> TestResponse:
    return client.post("/webhook", data=body, headers={"X-Hub-Signature-256": sign(body)} | headers)


def stored(bridge: Bridge) -> dict[str, int]:
    with bridge.database.reading() as connection:
        return inbox.counts(connection)


# Verification


def test_the_right_verify_token_is_answered_with_the_challenge(client: FlaskClient) -> None:
    answer = client.get("/webhook", query_string=ASKED)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.mimetype == "text/plain"


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "another"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "ü\x00"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
    ],
)
def test_any_other_question_is_answered_with_403(
    client: FlaskClient, changed: dict[str, str]
) -> None:
    answer = client.get("/webhook", query_string=ASKED | changed)
    assert answer.status_code == 403
    assert "1158201444" not in answer.text
    assert "a-verify-token" not in answer.text


def test_a_question_without_parameters_is_answered_with_403(client: FlaskClient) -> None:
    assert client.get("/webhook").status_code == 403


# Deliveries


def test_a_signed_delivery_is_stored_before_it_is_answered(
    client: FlaskClient, bridge: Bridge
) -> None:
    answer = post(client, delivery(entry(message("m_1"), echo("m_2"))))
    assert (answer.status_code, answer.text) == (200, "EVENT_RECEIVED")
    assert stored(bridge) == {"pending": 2}
    with bridge.database.reading() as connection:
        assert [found.psid for found in conversations.find(connection, PSID)] == [PSID]


@pytest.mark.parametrize("name", WEBHOOKS)
def test_each_documented_payload_is_answered_with_200(
    client: FlaskClient, bridge: Bridge, name: str
) -> None:
    assert post(client, wire(webhook(name))).status_code == 200
    assert sum(stored(bridge).values()) == 1


def test_a_delivery_sent_again_is_answered_with_200_and_stored_once(
    client: FlaskClient, bridge: Bridge
) -> None:
    body = delivery(entry(message("m_1")))
    assert [post(client, body).status_code for _ in range(3)] == [200, 200, 200]
    assert stored(bridge) == {"pending": 1}


def test_the_old_signature_beside_the_new_one_does_not_matter(client: FlaskClient) -> None:
    body = delivery(entry(message()))
    assert post(client, body, **{"X-Hub-Signature": "sha1=wrong"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature": "sha1=" + "0" * 40},
    ],
)
def test_a_wrong_or_missing_signature_is_answered_with_403_and_stores_nothing(
    client: FlaskClient, bridge: Bridge, headers: dict[str, str]
) -> None:
    answer = client.post("/webhook", data=delivery(entry(message())), headers=headers)
    assert answer.status_code == 403
    assert APP_SECRET not in answer.text
    assert stored(bridge) == {}


def test_a_signature_is_looked_at_before_the_body_is(client: FlaskClient) -> None:
    answer = client.post("/webhook", data=b"{", headers={"X-Hub-Signature-256": "sha256=0"})
    assert answer.status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"object":"page"}', b"[" * 100_000])
def test_a_signed_body_that_is_no_envelope_is_answered_with_400(
    client: FlaskClient, bridge: Bridge, body: bytes
) -> None:
    assert post(client, body).status_code == 400
    assert stored(bridge) == {}


@pytest.mark.parametrize(
    "payload",
    [
        {"object": "instagram", "entry": [entry(message())]},
        {"object": "page", "entry": [{"id": "999", "messaging": [message()]}]},
        {"object": "page", "entry": [entry({"unheard_of": True})]},
        {"object": "page", "entry": [entry(message()) | {"messaging": "words"}]},
    ],
)
def test_what_is_unknown_is_answered_with_200_and_kept(
    client: FlaskClient, bridge: Bridge, payload: dict[str, Any]
) -> None:
    assert post(client, wire(payload)).status_code == 200
    assert stored(bridge) == {"unrecognised": 1}
    with bridge.database.reading() as connection:
        assert conversations.busy(connection) == 0


def test_an_absurd_time_is_stored_with_our_own(client: FlaskClient, bridge: Bridge) -> None:
    absurd = {**message(), "timestamp": "9" * 40}
    assert post(client, delivery({**entry(absurd), "time": -1})).status_code == 200
    with bridge.database.reading() as connection:
        row = connection.execute(select(inbox_event)).one()
    assert row.at == row.received_at


def test_the_largest_body_is_taken_and_one_byte_more_is_not(
    client: FlaskClient, bridge: Bridge
) -> None:
    body = delivery(entry(message()))
    padded = body + b" " * (LARGEST_BODY - len(body))
    assert post(client, padded).status_code == 200
    assert post(client, padded + b" ").status_code == 413
    assert stored(bridge) == {"pending": 1}


def test_a_larger_body_of_unsaid_length_is_refused_too(client: FlaskClient, bridge: Bridge) -> None:
    body = delivery(entry(message())).ljust(LARGEST_BODY + 1)
    answer = client.post(
        "/webhook",
        data=body,
        headers={"X-Hub-Signature-256": sign(body), "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code in {403, 413}  # what is read of it doesn't fit its signature
    assert stored(bridge) == {}


# A database that can't take it


def lose_the_folder(bridge: Bridge, folder: Path) -> None:
    bridge.database.close()
    shutil.rmtree(folder)


def spoil_the_file(bridge: Bridge, folder: Path) -> None:
    bridge.database.close()
    for path in folder.glob("handover.db*"):
        path.unlink()
    (folder / "handover.db").write_bytes(b"no database, though it is as long as one" * 100)


def drop_a_table(bridge: Bridge, folder: Path) -> None:
    with bridge.database.writing() as connection:
        inbox_event.drop(connection)


BROKEN = pytest.mark.parametrize("breaks", [lose_the_folder, spoil_the_file, drop_a_table])


@BROKEN
def test_what_can_not_be_stored_is_answered_with_503(
    client: FlaskClient, bridge: Bridge, tmp_path: Path, breaks: Any
) -> None:
    breaks(bridge, tmp_path)
    answer = post(client, delivery(entry(message(text="Nobody's business"))))
    assert answer.status_code == 503
    assert "Nobody's business" not in answer.text
    assert str(tmp_path) not in answer.text


def test_nothing_of_a_delivery_is_kept_that_could_not_be_stored_whole(
    client: FlaskClient, bridge: Bridge, tmp_path: Path
) -> None:
    drop_a_table(bridge, tmp_path)
    assert post(client, delivery(entry(message()))).status_code == 503
    with bridge.database.reading() as connection:
        assert conversations.with_work_first(connection, 10) == []


def test_a_delivery_is_taken_again_once_the_database_is_back(
    client: FlaskClient, bridge: Bridge, tmp_path: Path
) -> None:
    body = delivery(entry(message()))
    lose_the_folder(bridge, tmp_path)
    assert post(client, body).status_code == 503
    tmp_path.mkdir()
    bridge.database.upgrade()
    assert post(client, body).status_code == 200
    assert stored(bridge) == {"pending": 1}


# The figures


def test_deliveries_and_events_are_counted_by_what_became_of_them(client: FlaskClient) -> None:
    body = delivery(entry(message("m_1"), {"odd": 1}))
    for _ in range(2):
        post(client, body)
    post(client, b"{")
    client.post("/webhook", data=body)
    post(client, body.ljust(LARGEST_BODY + 1))
    figures = client.get("/metrics").text
    for line in (
        'handover_webhook_deliveries_total{status="200"} 2.0',
        'handover_webhook_deliveries_total{status="400"} 1.0',
        'handover_webhook_deliveries_total{status="403"} 1.0',
        'handover_webhook_deliveries_total{status="413"} 1.0',
        'handover_webhook_events_total{kind="new"} 2.0',
        'handover_webhook_events_total{kind="repeated"} 2.0',
        'handover_inbox_events{status="pending"} 1.0',
        'handover_inbox_events{status="unrecognised"} 1.0',
    ):
        assert line in figures.splitlines()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_in_a_line_of_text(client: FlaskClient, method: str) -> None:
    answer = client.open("/webhook", method=method)
    assert (answer.status_code, answer.text) == (405, "405 Method Not Allowed\n")
