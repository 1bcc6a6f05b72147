"""Every switch acts: what an app sees from outside is another thing with each of its options."""

from typing import Any

import pytest

from inbox_simulator.actors import Person
from inbox_simulator.patience import Patience
from inbox_simulator.platform.switches import SWITCHES
from tests.simulator.conftest import Graph, error_of
from tests.simulator.receiver import APP, INBOX

DONE = {"success": True}
MENU = {"template_type": "button", "text": "A menu", "buttons": [
    {"type": "postback", "title": "Start", "payload": "/start"},
]}  # fmt: skip
#: What is seen with each option, by switch.
SEEN: dict[str, dict[str, Any]] = {
    "routing": {
        "default_app": (APP, DONE),
        "off": (None, (100, 2534037)),
        "receiver_roles": (APP, (100, None)),
    },
    "inbox_done": {"pass_to_default": APP, "release": None, "nothing": INBOX},
    "echo_and_take": {
        "take_first": ["take_thread_control", "echo"],
        "echo_first": ["echo", "take_thread_control"],
    },
    "standby_postbacks": {
        "empty": [],
        "without_payload": ["mid", "title"],
        "with_payload": ["mid", "title", "payload"],
    },
    "taps_of_own": {"live_and_standby": ["standby", "messaging"], "live": ["messaging"]},
    "taps_of_others": {"standby": ("standby", None), "live": ("messaging", None)},
    "stickers": {"sticker": ["sticker"], "both": ["image", "sticker"], "image": ["image"]},
    "locations": {"fallback": "fallback", "location": "location"},
    "unreactions": {
        "bare": ["action", "mid"],
        "with_emoji": ["reaction", "emoji", "action", "mid"],
    },
    "template_echoes": {"without_text": None, "with_text": "A menu"},
    "persona_echoes": {"without_id": False, "with_id": True},
    "human_agent_send": {"needs_control": INBOX, "takes_control": APP},
    "messaging_type": {"optional": 200, "required": (100, None)},
    "ad_window": {"one_day": (10, 2018278), "seven_days": 200},
    "person_unavailable": {"code_551": (551, 1545041), "code_200": (200, 1545041)},
    "take_events": {"to_loser": [INBOX], "to_everyone": [INBOX, APP]},
    "take_answer": {"success": ["success"], "thread_owner": ["data"]},
    "success_flag": {"boolean": True, "text": "true"},
    "appsecret_proof": {"optional": 200, "required": (100, None)},
    "rate_limits": {"off": 200, "as_documented": (80006, None)},
    "batching": {"several_entries": 2, "one_entry": 4},
    "order_after_failure": {
        "lets_later_pass": ["passes", "fails"],
        "keeps_order": ["fails", "passes"],
    },
    "unicode_escapes": {"like_meta": b"1 \\u003C 2 \\/ 3", "plain_json": b"1 < 2 / 3"},
}
OPTIONS = [(name, option) for name, switch in SWITCHES.items() for option in switch.options]


class Onlooker:
    """Looks at what a switch is about; every method is named as its switch."""

    def __init__(self, stage, person, agent, graph, receiver):
        self.person, self.agent, self.graph = person, agent, graph
        self._stage, self._receiver = stage, receiver
        person.says("hello")

    def control(self, edge, **values):
        return self.graph.post(edge, recipient={"id": self.person.psid}, **values)

    def send(self, message, **rest):
        return self.control("messages", message=message, **rest)

    def hears(self, kind):
        """Wait for an event of a kind, and return the newest."""
        return self._receiver.wait_for(1, kind)[-1].event

    def routing(self):
        person = Person(self._stage, "Ben")
        person.says("hello")
        recipient = {"id": person.psid}
        answer = self.graph.post("extend_thread_control", recipient=recipient, duration=60)
        return person.thread.owner, _told(answer, answer.json())

    def inbox_done(self):
        self.agent.takes()
        self.agent.marks_done()
        return self.person.thread.owner

    def echo_and_take(self):
        self.agent.replies("Mia here")
        heard = self._receiver.wait_for(2, "echo", "take_thread_control")
        return [got.kind for got in heard]

    def standby_postbacks(self):
        self.agent.takes()
        in_the_menu = {"title": "Start", "payload": "/start", "on": ""}
        self._stage.act(f"people/{self.person.psid}/postbacks", in_the_menu)
        return list(self.hears("postback")["postback"])

    def taps_of_own(self):
        self.send({"attachment": {"type": "template", "payload": MENU}})
        self.agent.takes()
        self.person.taps("Start")
        self.person.says("all is said")  # deliveries are in order
        self._receiver.wait_for(2, "message")
        return [got.channel for got in self._receiver.of_kind("postback")]

    def taps_of_others(self):
        other = {"app_id": "77", "app_secret": "s", "access_token": "t77", "name": "Other"}
        self._stage.act("apps", other)
        theirs = Graph(self.graph.url, "t77")
        self.graph.passes(self.person.psid, "77")
        template = {"attachment": {"type": "template", "payload": MENU}}
        theirs.post("messages", recipient={"id": self.person.psid}, message=template)
        theirs.passes(self.person.psid, APP)
        theirs.session.close()
        self.person.taps("Start")
        (tap,) = self._receiver.wait_for(1, "postback")
        return tap.channel, tap.event["postback"].get("payload")

    def _attached(self, send):
        send()
        return self._receiver.wait_for(2, "message")[-1].event["message"]["attachments"]

    def stickers(self):
        return [each["type"] for each in self._attached(self.person.sends_thumbs_up)]

    def locations(self):
        (place,) = self._attached(lambda: self.person.shares_place(53.5, -9.9))
        return place["type"]

    def unreactions(self):
        self.send({"text": "Hi"})
        self.person.reacts("love")
        self.person.unreacts()
        event = self._receiver.wait_for(2, "reaction")[-1].event["reaction"]
        return list(event)

    def template_echoes(self):
        self.send({"attachment": {"type": "template", "payload": MENU}})
        (attachment,) = self.hears("echo")["message"]["attachments"]
        return attachment["payload"].get("text")

    def persona_echoes(self):
        about = {"name": "Adam", "profile_picture_url": "https://example.com/adam.jpg"}
        persona_id = self.graph.post("personas", **about).json()["id"]
        self.send({"text": "I am Adam"}, persona_id=persona_id)
        return self.hears("echo")["message"].get("persona_id") == persona_id

    def human_agent_send(self):
        self.agent.takes()
        self.send({"text": "Hi"}, messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")
        return self.person.thread.owner

    def messaging_type(self):
        return _told(self.send({"text": "Hi"}))

    def ad_window(self):
        self.person.clicks_ad("1")
        self.person.says("About that ad")
        self._stage.act("clock", {"advance_seconds": 2 * 24 * 3600})
        return _told(self.send({"text": "Hi"}))

    def person_unavailable(self):
        self._stage.act(f"people/{self.person.psid}/availability", {"blocked": True})
        return _told(self.send({"text": "Hi"}))

    def take_events(self):
        self.agent.takes()
        self.control("take_thread_control")
        self.person.says("That is all")
        self._receiver.wait_for(2, "message")
        heard = self._receiver.of_kind("take_thread_control")
        return [got.event["take_thread_control"]["new_owner_app_id"] for got in heard]

    def take_answer(self):
        self.agent.takes()
        return list(self.control("take_thread_control").json())

    def success_flag(self):
        return self.graph.post("subscribed_apps", subscribed_fields="messages").json()["success"]

    def appsecret_proof(self):
        return _told(self.graph.get("me"))

    def rate_limits(self):
        for _ in range(10):
            self.graph.get("me/messenger_profile")
        return _told(self.graph.get("me/messenger_profile"))

    def batching(self):
        """Return in how many POSTs four messages come of which the first fails for a while."""
        self._fails_at_first("keeps_order")
        for number in range(3):
            self.person.says(str(number))
        before = self._receiver.posts
        assert len(self._receiver.wait_for(5, "message")) == 5
        return self._receiver.posts - before

    def order_after_failure(self):
        self._fails_at_first(None)
        self.person.says("passes")
        said = [got.event["message"]["text"] for got in self._receiver.wait_for(3, "message")]
        return said[1:]

    def _fails_at_first(self, order):
        """Let a message fail three times, after which it waits for a second."""
        self._receiver.wait_for(1, "message")
        if order is not None:
            self._stage.client.put("switches", {"order_after_failure": order})
        rule = {"on": "webhook", "do": "error", "times": 3, "match": {"edge": "messages"}}
        self._stage.client.put("faults", {"rules": [rule]})
        self.person.says("fails")
        Patience(10).wait_for(
            lambda: self._stage.client.get("faults")["rules"][0]["used"] == 3, lambda: "no failure"
        )

    def unicode_escapes(self):
        self.person.says("1 < 2 / 3")
        body = self._receiver.wait_for(2, "message")[-1].body
        return body.partition(b'"text":"')[2].partition(b'"')[0]


def _told(answer, done=200):
    """Return the numbers of a refusal, or what stands for its opposite."""
    return done if answer.status_code == 200 else error_of(answer)


@pytest.fixture
def onlooker(stage, person, agent, graph, receiver):
    return Onlooker(stage, person, agent, graph, receiver)


def test_what_is_seen_with_one_option_is_not_seen_with_another():
    assert {name: set(seen) for name, seen in SEEN.items()} == {
        name: set(switch.options) for name, switch in SWITCHES.items()
    }
    for seen in SEEN.values():
        assert len({str(each) for each in seen.values()}) == len(seen)


@pytest.mark.parametrize(("name", "option"), OPTIONS, ids=str)
def test_a_switch_changes_what_an_app_sees(name, option, onlooker, stage):
    stage.client.put("switches", {name: option})
    assert getattr(onlooker, name)() == SEEN[name][option]
