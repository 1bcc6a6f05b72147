"""Nine deliveries that bridges in use today get wrong, on the whole system."""

import json
import time

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Person
from tests.support.bridge import AS_ADMIN, Bridge
from tests.support.meta import OUR_APP, deliver, echo, entry, fresh_mid, message, post, signatures
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for


@pytest.fixture
def ana(bridge: Bridge, person: Person) -> Person:
    """A person whose messaging window is open."""
    person.says("hello")
    bridge.settle()
    return person


def answers(person: Person) -> list[str | None]:
    """Return what the bot said since its first answer."""
    return [m.text for m in person.thread.messages if m.author == "app"][1:]


def test_card_1_two_entries_in_one_delivery_are_both_answered_in_order(bridge: Bridge, ana: Person):
    first = entry(messaging=[message(ana.psid, "one", fresh_mid())])
    second = entry(messaging=[message(ana.psid, "two", fresh_mid())])
    assert deliver(bridge, first, second) == 200
    bridge.settle()
    assert answers(ana) == ["You said: one", "You said: two"]


def test_card_2_two_events_in_one_entry_are_both_answered_in_order(bridge: Bridge, ana: Person):
    events = [message(ana.psid, "one", fresh_mid()), message(ana.psid, "two", fresh_mid())]
    assert deliver(bridge, entry(messaging=events)) == 200
    bridge.settle()
    assert answers(ana) == ["You said: one", "You said: two"]


def test_card_3_a_standby_entry_is_stored_and_never_answered(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    assert deliver(bridge, entry(standby=[message(ana.psid, "to Mia", fresh_mid())])) == 200
    bridge.settle()
    assert answers(ana) == []
    assert bot.heard[ana.psid] == ["hello"]
    shown = json.loads(bridge.flask("thread", "show", ana.psid, "--json"))
    assert shown["transcript"][-1]["text"] == "to Mia"
    assert shown["transcript"][-1]["heard_by_bot"] is False


def test_card_4_mixed_entries_keep_each_its_own_channel(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    mixed = entry(
        messaging=[message(ana.psid, "to the bot", fresh_mid())],
        standby=[message(ana.psid, "to Mia", fresh_mid())],
    )
    apart = entry(standby=[message(ana.psid, "to Mia too", fresh_mid())])
    assert deliver(bridge, mixed, apart) == 200
    bridge.settle()
    assert answers(ana) == ["You said: to the bot"]
    assert bot.heard[ana.psid] == ["hello", "to the bot"]


def test_card_5_the_same_mid_is_answered_once_however_often_it_comes(bridge: Bridge, ana: Person):
    event = message(ana.psid, "one", fresh_mid())
    assert deliver(bridge, entry(messaging=[event, event])) == 200
    bridge.settle()
    later = {**event, "timestamp": event["timestamp"] + 3_600_000}
    assert deliver(bridge, entry(messaging=[later])) == 200
    bridge.settle()
    assert answers(ana) == ["You said: one"]


@pytest.mark.parametrize("signed", ["not at all", "with another secret", "for another body"])
def test_card_6_a_wrong_or_missing_signature_is_refused_and_nothing_stored(
    bridge: Bridge, ana: Person, signed: str
):
    body = json.dumps(
        {"object": "page", "entry": [entry(messaging=[message(ana.psid, "evil", fresh_mid())])]}
    ).encode()
    headers = {
        "not at all": {},
        "with another secret": signatures(body, "another secret"),
        "for another body": signatures(body + b" "),
    }[signed]
    refused = metric(bridge, 'handover_webhook_deliveries_total{status="403"}')
    before = bridge.describe()
    assert post(bridge, body, headers) == 403
    assert bridge.describe() == before
    assert metric(bridge, 'handover_webhook_deliveries_total{status="403"}') == refused + 1
    assert "webhook.bad_signature" in bridge.log.read_text()
    assert answers(ana) == []


def test_card_7_the_sha256_signature_alone_is_enough(bridge: Bridge, ana: Person):
    body = json.dumps(
        {"object": "page", "entry": [entry(messaging=[message(ana.psid, "one", fresh_mid())])]}
    ).encode()
    only = {"X-Hub-Signature-256": signatures(body)["X-Hub-Signature-256"]}
    assert post(bridge, body, only) == 200
    bridge.settle()
    assert answers(ana) == ["You said: one"]


def test_card_8_an_echo_of_our_own_picture_never_reaches_the_bot(
    bridge: Bridge, ana: Person, bot: StandInBot
):
    picture = {"type": "image", "payload": {"url": "https://example.com/a.png"}}
    ours = echo(ana.psid, fresh_mid(), app_id=OUR_APP, attachments=[picture])
    on_standby = echo(ana.psid, fresh_mid(), app_id=OUR_APP, attachments=[picture])
    assert deliver(bridge, entry(messaging=[ours]), entry(standby=[on_standby])) == 200
    bridge.settle()
    assert bot.heard[ana.psid] == ["hello"]
    assert answers(ana) == []


@pytest.mark.parametrize("away", ["graph", "bot"])
def test_card_9_with_graph_or_the_bot_away_it_is_acknowledged_and_answered_later(
    bridge: Bridge, ana: Person, bot: StandInBot, simulator: Simulator, away: str
):
    if away == "bot":
        bot.stop()
    else:
        down = {"on": "graph", "do": "error", "error": {"status": 503, "code": 2}}
        requests.put(f"{simulator.url}/_simulator/faults", json={"rules": [down]}, timeout=10)
    try:
        began = time.monotonic()
        assert deliver(bridge, entry(messaging=[message(ana.psid, "one", fresh_mid())])) == 200
        assert time.monotonic() - began < 1.0
        tried = "unreachable" if away == "bot" else "command.again"
        wait_for(lambda: tried in bridge.log.read_text(), "a try that failed")
        assert answers(ana) == []
    finally:
        if away == "bot":
            bot.start()
        else:
            requests.put(f"{simulator.url}/_simulator/faults", json={"rules": []}, timeout=10)
    bridge.settle()
    assert answers(ana) == ["You said: one"]


def metric(bridge: Bridge, name: str) -> float:
    """Read one figure of `/metrics`; 0 where nothing was counted yet."""
    page = requests.get(f"{bridge.url}/metrics", headers=AS_ADMIN, timeout=10).text
    lines = [line for line in page.splitlines() if line.startswith(name)]
    return float(lines[0].rsplit(" ", 1)[1]) if lines else 0.0
