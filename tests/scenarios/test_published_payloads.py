"""Each payload that Meta publishes, with its own mid and person, through the whole bridge."""

import json
from pathlib import Path

import pytest

from messenger_app.store import inbox
from tests.support.bridge import Bridge
from tests.support.meta import PAGE, fresh_mid, post

PAYLOADS = sorted(Path(__file__).parents[1].joinpath("payloads", "webhooks").glob("*.json"))


def test_there_are_payloads():
    assert len(PAYLOADS) > 25


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_it_is_taken_and_understood_or_kept_as_unrecognised(bridge: Bridge, path: Path):
    before = counts(bridge)
    assert post(bridge, own(path.read_text())) == 200
    bridge.settle()
    after = counts(bridge)
    kept = sum(after.values()) - sum(before.values())
    assert kept >= 1
    assert after.get("set_aside", 0) == before.get("set_aside", 0)
    assert after.get("pending", 0) == 0


def own(text: str) -> bytes:
    """Give the payload our Page, a person and a mid of its own."""
    psid = str(abs(hash(text)) % 10**16).zfill(16)
    for placeholder in ("<PSID>", "<USER_ID>"):
        text = text.replace(placeholder, psid)
    body = json.loads(text.replace("<PAGE_ID>", PAGE))
    for entry in body["entry"]:
        entry["id"] = PAGE
        for event in (*entry.get("messaging", []), *entry.get("standby", [])):
            for about in ("message", "postback", "reaction", "message_edit"):
                if "mid" in event.get(about, {}):
                    event[about]["mid"] = fresh_mid()
    return json.dumps(body).encode()


def counts(bridge: Bridge) -> dict[str, int]:
    with bridge.database.reading() as connection:
        return inbox.counts(connection)
