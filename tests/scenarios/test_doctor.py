"""`flask doctor` looks at a whole system and says what to do."""

import json

import requests

from inbox_simulator import Simulator
from tests.support.bridge import SETTINGS, Bridge


def findings(bridge: Bridge) -> tuple[int, dict[str, tuple[str, str]]]:
    """Run the doctor; return its exit code, and verdict and words by what they are about."""
    done = bridge.run_flask("doctor", "--json")
    found = json.loads(done.stdout)
    return done.returncode, {f["about"]: (f["verdict"], f["says"]) for f in found}


def subscribe_to(simulator: Simulator, *fields: str) -> None:
    body = {"app_id": SETTINGS["APP_ID"], "fields": list(fields)}
    requests.post(f"{simulator.url}/_simulator/apps", json=body, timeout=10).raise_for_status()


def test_a_system_that_works_has_nothing_that_fails(bridge: Bridge):
    bridge.flask("page", "subscribe")
    code, found = findings(bridge)
    assert code == 0
    assert {verdict for verdict, _ in found.values()} <= {"ok", "warning"}
    assert found["worker"] == ("ok", "is running.")


def test_a_page_without_standby_is_told_what_to_do(bridge: Bridge, simulator: Simulator):
    subscribe_to(simulator, "messages", "messaging_postbacks")
    code, found = findings(bridge)
    verdict, says = found[f"Page {SETTINGS['PAGE_ID']} subscription"]
    assert (code, verdict) == (1, "failed")
    assert "standby" in says
    assert "flask page subscribe" in says


def test_a_page_without_a_default_app_is_told_what_to_do(bridge: Bridge, simulator: Simulator):
    off = {"routing": "off"}
    requests.put(f"{simulator.url}/_simulator/switches", json=off, timeout=10)
    code, found = findings(bridge)
    verdict, says = found[f"Page {SETTINGS['PAGE_ID']} routing"]
    assert (code, verdict) == (1, "failed")
    assert "PAGE_ROUTING=no_default_app" in says


def test_a_token_that_is_refused_is_named(bridge: Bridge, simulator: Simulator):
    refused = {"on": "graph", "do": "error", "error": {"status": 401, "code": 190}}
    rule = {**refused, "match": {"edge": "subscribed_apps"}}
    requests.put(f"{simulator.url}/_simulator/faults", json={"rules": [rule]}, timeout=10)
    code, found = findings(bridge)
    assert code == 1
    assert found[f"Page {SETTINGS['PAGE_ID']} token"] == (
        "failed",
        "is refused: replace PAGE_ACCESS_TOKEN.",
    )
