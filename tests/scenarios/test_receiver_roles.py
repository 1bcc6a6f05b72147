"""An older Page on the whole system: our app as its primary receiver, and as a secondary one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person, Stage
from tests.scenarios.test_doctor import findings
from tests.support.bridge import SETTINGS, Bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for
from tests.support.whole_system import running

OUR_APP = SETTINGS["APP_ID"]
OTHER_APP = "777000000000001"
PAGE_INBOX = "263902037430900"
MINUTE, DAY = 60, 24 * 3600


class OlderPage:
    """The whole system with a Page that has receiver roles; our app is the primary receiver."""

    def __init__(self, simulator: Simulator, bridge: Bridge, bot: StandInBot) -> None:
        self.simulator, self.bridge, self.bot = simulator, bridge, bot
        self._stage = Stage(simulator.url)
        self.person = Person(self._stage, "Ana")
        self.agent = Agent(self._stage, self.person)
        self._call("PUT", "switches", {"routing": "receiver_roles"})
        bridge.settle()

    def becomes_secondary(self) -> None:
        """Let an admin make another app the primary receiver."""
        other = {"app_id": OTHER_APP, "app_secret": "other-secret", "access_token": "other-token"}
        self._call("POST", "apps", {**other, "name": "Router", "default": True})
        self.bridge.settle()

    def primary_calls(self, edge: str, **more: str) -> None:
        """Let the other app, as the primary receiver, call an edge of thread control."""
        body = {"recipient": {"id": self.person.psid}, "access_token": "other-token", **more}
        requests.post(f"{self.simulator.url}/me/{edge}", json=body, timeout=10).raise_for_status()
        self.bridge.settle()

    def lets_pass(self, seconds: int) -> None:
        """Let time pass for platform and bridge."""
        self._call("POST", "clock", {"advance_seconds": seconds})

    def says(self, words: str) -> None:
        """Let the person write, and everybody act on it."""
        self.person.says(words)
        self.bridge.settle()

    def calls(self, edge: str) -> list[dict[str, Any]]:
        """Return our calls to an edge."""
        return [
            entry
            for entry in self.simulator.journal.since(0)
            if entry["kind"] == "call" and entry["edge"] == edge and entry["app_id"] == OUR_APP
        ]

    def _call(self, method: str, path: str, body: dict[str, Any]) -> None:
        url = f"{self.simulator.url}/_simulator/{path}"
        requests.request(method, url, json=body, timeout=10).raise_for_status()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[OlderPage]:
    with (
        StandInBot() as bot,
        running(tmp_path, bot.url, PAGE_ROUTING="primary_receiver") as system,
    ):
        yield OlderPage(system.simulator, system.bridge, bot)


def doctor_on_routing(bridge: Bridge) -> tuple[str, str]:
    """Return the doctor's verdict on the Page's routing, and its words."""
    _, found = findings(bridge)
    return found[f"Page {SETTINGS['PAGE_ID']} routing"]


def test_as_the_primary_receiver_the_bridge_honours_requests_and_takes_back(page: OlderPage):
    page.says("hello")
    assert page.person.last_message == "You said: hello"
    page.agent.takes()  # moves the thread to Main, which only asks for it
    page.bridge.settle()
    assert page.person.thread.owner == PAGE_INBOX
    page.says("is somebody there?")
    page.agent.replies("Hi, Mia here.")
    page.agent.marks_done()
    page.bridge.settle()
    assert page.person.thread.owner == OUR_APP
    page.agent.replies("One more thing.")  # takes no control, so it is given
    page.bridge.settle()
    assert page.person.thread.owner == PAGE_INBOX
    page.says("thank you")
    page.lets_pass(2 * DAY)  # nothing lapses: the bridge takes the thread back, in silence
    page.bridge.settle()
    wait_for(lambda: page.person.thread.owner == OUR_APP, "the thread to be ours")
    page.says("hello again")
    assert page.person.last_message == "You said: hello again"
    heard = page.bot.heard[page.person.psid]
    assert "is somebody there?" not in heard
    assert "thank you" not in heard
    assert doctor_on_routing(page.bridge)[0] == "ok"


def test_as_a_secondary_receiver_the_bridge_asks_and_waits_for_the_pass(page: OlderPage):
    page.becomes_secondary()
    page.says("hello")
    assert page.bot.heard.get(page.person.psid) is None
    page.primary_calls("pass_thread_control", target_app_id=OUR_APP)
    page.says("I want to talk to a person")
    assert page.person.thread.owner == PAGE_INBOX
    page.says("Never mind")
    (asked,) = page.calls("request_thread_control")
    assert asked["status"] == 200
    assert page.calls("take_thread_control") == []
    assert page.person.thread.owner == PAGE_INBOX
    page.primary_calls("take_thread_control")
    page.primary_calls("pass_thread_control", target_app_id=OUR_APP)
    page.says("and now?")
    assert page.person.last_message == "You said: and now?"
    told = [words for words in page.bot.heard[page.person.psid] if words.startswith("/handback")]
    assert '"outcome": "cancelled"' in told[-1]
    assert doctor_on_routing(page.bridge)[0] == "ok"


def test_a_request_that_nobody_answers_is_told_and_the_thread_is_asked_for_again(page: OlderPage):
    page.becomes_secondary()
    page.primary_calls("pass_thread_control", target_app_id=OUR_APP)
    page.says("I want to talk to a person")
    page.lets_pass(16 * MINUTE)
    wait_for(lambda: len(page.calls("request_thread_control")) == 1, "the request")
    page.bridge.settle()
    page.lets_pass(2 * MINUTE)
    page.bridge.settle()
    page.lets_pass(5 * 3600)
    wait_for(lambda: len(page.calls("request_thread_control")) == 2, "the second request")
    page.bridge.settle()
    assert page.person.thread.owner == PAGE_INBOX


def test_the_doctor_sees_a_role_that_is_not_the_one_we_are_told(page: OlderPage):
    page.bridge.settings["PAGE_ROUTING"] = "default_app"
    verdict, says = doctor_on_routing(page.bridge)
    assert verdict == "failed"
    assert "PAGE_ROUTING=primary_receiver" in says
    page.becomes_secondary()
    verdict, says = doctor_on_routing(page.bridge)
    assert verdict == "failed"
    assert "PAGE_ROUTING=secondary_receiver" in says
