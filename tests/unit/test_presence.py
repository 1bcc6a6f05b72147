"""Signs that the person was read, which nobody waits for."""

import threading
import time

import pytest

from messenger_app.graph.client import GraphClient
from messenger_app.graph.errors import GraphOutcomeUnknown
from messenger_app.presence import ACTIONS, CALLS, WAITING, Presence
from tests.support.waiting import wait_for

PAGE, PSID = "104729000000001", "42"


class Graph(GraphClient):
    """A Graph that writes down the signs it is given, and answers when it is told to."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9", "v1.0", PAGE, "token")
        self.begun: list[tuple[str, str]] = []
        self.answers = threading.Event()
        self.answers.set()
        self.fails = False
        self.error: Exception = GraphOutcomeUnknown("no answer")

    def send_action(self, psid: str, action: str) -> None:
        self.begun.append((psid, action))
        assert self.answers.wait(30)
        if self.fails:
            raise self.error


def test_the_person_is_shown_that_they_were_read_and_that_the_bot_writes():
    graph = Graph()
    with Presence({PAGE: graph}).shown(PAGE, PSID):
        wait_for(lambda: len(graph.begun) == 2, "both signs")
    assert sorted(graph.begun) == [(PSID, action) for action in sorted(ACTIONS)]


def test_a_graph_that_hangs_holds_nobody_up():
    graph = Graph()
    graph.answers.clear()
    presence = Presence({PAGE: graph})
    began = time.monotonic()
    for _ in range(CALLS + WAITING):
        with presence.shown(PAGE, PSID):
            pass
    assert time.monotonic() - began < 5  # what waits for Graph here waits for 30 s
    assert not graph.answers.is_set()
    graph.answers.set()


def test_what_was_not_begun_when_the_answer_is_there_is_left_out():
    graph = Graph()
    graph.answers.clear()
    presence = Presence({PAGE: graph})
    with presence.shown(PAGE, "1"), presence.shown(PAGE, "2"):
        wait_for(lambda: len(graph.begun) == CALLS, "all calls under way")
        with presence.shown(PAGE, "late"):
            pass
    graph.answers.set()
    with presence.shown(PAGE, "next"):
        wait_for(lambda: ("next", "typing_on") in graph.begun, "the signs after it")
    assert "late" not in [psid for psid, _ in graph.begun]


@pytest.mark.parametrize("error", [GraphOutcomeUnknown("no answer"), KeyError("our own fault")])
def test_a_graph_that_refuses_is_asked_again_the_next_time(error: Exception):
    graph = Graph()
    graph.fails, graph.error = True, error
    presence = Presence({PAGE: graph})
    for number in range(1, CALLS + 1):
        with presence.shown(PAGE, PSID):
            wait_for(lambda n=number: len(graph.begun) == 2 * n, "the signs")  # type: ignore[misc]


def test_a_machine_without_a_thread_to_give_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
):
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    graph = Graph()
    presence = Presence({PAGE: graph})
    asked = []
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with presence.shown(PAGE, "1"):
            asked.append("the bot")
    assert asked == ["the bot"]
    assert graph.begun == []
    with presence.shown(PAGE, "2"):
        wait_for(lambda: len(graph.begun) == 2, "the signs, once there are threads")
    assert {psid for psid, _ in graph.begun} == {"2"}
