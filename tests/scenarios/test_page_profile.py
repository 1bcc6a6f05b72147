"""What people see before they write: set by a command, and tapped by people."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Person
from tests.scenarios.test_doctor import findings
from tests.support.bridge import SETTINGS, Bridge
from tests.support.stand_in_bot import StandInBot

PAGE = SETTINGS["PAGE_ID"]
FIELDS = ["get_started", "greeting", "persistent_menu"]


def graph(simulator: Simulator, method: str, **sent: Any) -> Any:
    """Call the Page's profile as anybody with its token may."""
    headers = {"Authorization": f"Bearer {SETTINGS['PAGE_ACCESS_TOKEN']}"}
    url = f"{simulator.url}/v26.0/{PAGE}/messenger_profile"
    return requests.request(method, url, headers=headers, timeout=10, **sent).json()


@pytest.fixture(autouse=True)
def _no_profile(bridge: Bridge, simulator: Simulator) -> Iterator[None]:
    graph(simulator, "DELETE", json={"fields": FIELDS})
    yield
    graph(simulator, "DELETE", json={"fields": FIELDS})


def profile(bridge: Bridge, *options: str) -> tuple[int, Any]:
    """Run the command; return its exit code and what it says of the Page."""
    done = bridge.run_flask("page", "profile", "--json", *options)
    return done.returncode, json.loads(done.stdout)[PAGE]


def test_the_profile_is_compared_set_and_then_the_same(bridge: Bridge, simulator: Simulator):
    code, told = profile(bridge)
    assert (code, told["differs"], told["set"]) == (3, True, FIELDS)
    assert findings(bridge)[1][f"Page {PAGE} profile"][0] == "warning"
    assert profile(bridge, "--yes")[0] == 0
    code, told = profile(bridge)
    assert (code, told["differs"]) == (0, False)
    assert findings(bridge)[1][f"Page {PAGE} profile"][0] == "ok"
    (shown,) = graph(simulator, "GET", params={"fields": ",".join(FIELDS)})["data"]
    assert shown["get_started"] == {"payload": "/get_started"}
    assert [each["locale"] for each in shown["persistent_menu"]] == ["default", "de_DE"]


def test_whatever_hangs_in_the_menu_reaches_the_bot_as_an_intent(
    bridge: Bridge, bot: StandInBot, simulator: Simulator, person: Person
):
    profile(bridge, "--yes")
    (shown,) = graph(simulator, "GET", params={"fields": "persistent_menu"})["data"]
    items = shown["persistent_menu"][1]["call_to_actions"]
    assert len(items) >= 4
    tapped = [item for item in items if not item["payload"].startswith("/human_handoff")]
    for item in tapped:
        body = {"title": item["title"], "payload": item["payload"]}
        person._stage.act(f"people/{person.psid}/postbacks", body)
        bridge.settle()
    assert bot.heard[person.psid] == [item["payload"] for item in tapped]
    assert {told["entry_point"] for told in bot.told[person.psid]} == {"menu"}
