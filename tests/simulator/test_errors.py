"""Every error that COVERAGE.md says comes by itself is brought about, and every other by a rule."""

import pytest

from inbox_simulator import coverage
from inbox_simulator.platform.error_table import PUBLISHED
from tests.simulator.conftest import Graph, error_of
from tests.simulator.receiver import APP, INBOX, SECRET
from tests.simulator.test_send_api import media, template, upload

DAY = 24 * 3600
BY_ITSELF = coverage.raised() & set(PUBLISHED)


class Provoker:
    """Brings each error about; a method's name ends with its code and subcode."""

    def __init__(self, simulator, stage, person, agent, graph):
        self._simulator, self._stage = simulator, stage
        self.person, self.agent, self.graph = person, agent, graph
        self._opened = []
        person.says("hello")

    def close(self):
        for calls in self._opened:
            calls.session.close()

    def _as(self, token):
        self._opened.append(Graph(self.graph.url, token))
        return self._opened[-1]

    def _switch(self, **values):
        self._stage.client.put("switches", values)

    def _is_not_there(self, **how):
        self._stage.act(f"people/{self.person.psid}/availability", how)

    def _control(self, edge, **values):
        return self.graph.post(edge, recipient={"id": self.person.psid}, **values)

    def _send(self, message=None, **rest):
        return self._control("messages", message=message or {"text": "Hi"}, **rest)

    def error_10(self):
        self._switch(routing="off")
        return self._control("take_thread_control")

    def error_10_2018278(self):
        self._stage.act("clock", {"advance_seconds": DAY})
        return self._send()

    def error_10_2018300(self):
        self.agent.takes()
        return self._send()

    def error_100(self):
        return self._send({"text": "x" * 2001})

    def error_100_33(self):
        return self.graph.get("me/nonsense")

    def error_100_2018001(self):
        return self.graph.post("messages", recipient={"id": "1"}, message={"text": "Hi"})

    def error_100_2018008(self):
        return self.graph.post("message_attachments", message=media(url="nowhere"))

    def error_100_2018014(self):
        return self._send(sender_action="typing_on")

    def error_100_2018034(self):
        return self._send({"metadata": "nothing else"})

    def error_100_2018047(self):
        return upload(self.graph, mimetype="audio/mpeg")

    def error_100_2018074(self):
        return self._send(media(attachment_id="1"))

    def error_100_2018109(self):
        return upload(self.graph, content=b"0" * (25 * 1024 * 1024 + 1))

    def error_100_2018164(self):
        return self._control("pass_thread_control", target_app_id="404")

    def _as_secondary_receiver(self):
        self._switch(routing="receiver_roles")
        self._simulator.connect("", app_id="77", app_secret="s77", access_token="t77")
        return self._as("t77")

    def error_100_2018171(self):
        other = self._as_secondary_receiver()
        self._simulator.unsubscribe("77")
        return other.get("me/secondary_receivers")

    def error_100_2018218(self):
        self._is_not_there(profile="phone_only")
        return self.graph.get(self.person.psid)

    def error_100_2018234(self):
        return self._as_secondary_receiver().get("me/secondary_receivers")

    def error_100_2018247(self):
        self._is_not_there(profile="no_permission")
        return self.graph.get(self.person.psid, fields="locale")

    def error_100_2018320(self):
        return self._send(template({"template_type": "product", "elements": [{"id": "no"}]}))

    def error_100_2534037(self):
        self.agent.takes()
        return self._control("pass_thread_control", target_app_id=INBOX)

    def error_104(self):
        return self._as("").get("12345")

    def error_105(self):
        return self._send({"text": "Hi", "quick_replies": [{"title": "Yes"}] * 14})

    def error_194(self):
        return self._send({"text": "Hi", "quick_replies": []})

    def error_190(self):
        return self._as("wrong").get("me")

    def error_200_1545041(self):
        self._switch(person_unavailable="code_200")
        return self.error_551_1545041()

    def error_551_1545041(self):
        self._is_not_there(blocked=True)
        return self._send()

    def error_2200(self):
        app = self._as(f"{APP}|{SECRET}")
        body = {"object": "page", "callback_url": "http://127.0.0.1:9/", "verify_token": "x"}
        return app.session.post(f"{app.url}/{APP}/subscriptions", json=body, timeout=10)

    def error_2500(self):
        return self.graph.session.get(f"{self.graph.url}/v99.0/me", timeout=10)

    def error_80006(self):
        self._switch(rate_limits="as_documented")
        for _ in range(10):
            self.graph.get("me/messenger_profile")
        return self.graph.get("me/messenger_profile")

    def error_9000001(self):
        mid = self.person.thread.messages[0].mid
        for number in range(20):
            self.person.says(f"and {number}")
        return self.graph.get(mid, fields="message")


@pytest.fixture
def provoker(simulator, stage, person, agent, graph):
    provoking = Provoker(simulator, stage, person, agent, graph)
    yield provoking
    provoking.close()


@pytest.mark.parametrize(("code", "subcode"), sorted(BY_ITSELF, key=str), ids=str)
def test_an_error_that_comes_by_itself_comes(code, subcode, provoker):
    name = f"error_{code}" if subcode is None else f"error_{code}_{subcode}"
    assert error_of(getattr(provoker, name)()) == (code, subcode)


@pytest.mark.parametrize(("code", "subcode"), PUBLISHED, ids=str)
def test_a_rule_brings_any_published_error_about_with_its_words(code, subcode, graph, stage):
    rule = {"on": "graph", "do": "error", "error": {"code": code, "subcode": subcode}}
    stage.client.put("faults", {"rules": [rule]})
    refused = graph.get("me")
    assert error_of(refused) == (code, subcode)
    assert PUBLISHED[code, subcode] in refused.json()["error"]["message"]
