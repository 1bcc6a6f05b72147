"""A bot of a few rules, as far as the stories need one. It knows the platform alone."""

import threading

from tests.simulator.conftest import Graph
from tests.simulator.receiver import INBOX, Receiver

MENU = {"content_type": "text", "title": "Chat with a person", "payload": "human"}


class SmallBot:
    """Answers live messages; hands over on request; comes back by event, tap or live message."""

    def __init__(self, simulator):
        self._graph = Graph(simulator.url)
        self._away: set[str] = set()
        self._lock = threading.Lock()
        self.receiver = Receiver(self._hear)
        simulator.connect(self.receiver.url)

    def stop(self):
        self.receiver.stop()
        self._graph.session.close()

    def _hear(self, got):
        with self._lock:
            act = getattr(self, f"_on_{got.kind}", None)
            if act is not None:
                act(got, got.event["sender"]["id"])

    def _on_message(self, got, psid):
        text = got.event["message"]["text"]
        if got.channel == "standby":
            if text == "Never mind":
                self._graph.post("take_thread_control", recipient={"id": psid})
                self._return(psid)
        elif psid in self._away:
            self._return(psid)
        elif "human" in text or text == MENU["title"]:
            self._hand_over(psid)
        else:
            self._graph.says(psid, "The Harbour Books bot says: yes.", quick_replies=[MENU])

    def _hand_over(self, psid):
        tap = {"content_type": "text", "title": "Never mind", "payload": "never_mind"}
        words = "I'm connecting you with a person from our team."
        self._graph.says(psid, words, quick_replies=[tap])
        self._graph.passes(psid, INBOX)
        self._away.add(psid)

    def _on_take_thread_control(self, _, psid):
        self._away.add(psid)

    def _on_pass_thread_control(self, _, psid):
        self._return(psid)

    def _return(self, psid):
        self._away.discard(psid)
        self._graph.says(psid, "The Harbour Books bot is back.")
