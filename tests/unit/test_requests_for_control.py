"""What becomes of a request for control whose answer did not come, or was a refusal."""

from messenger_app.clock import Clock
from messenger_app.conversation.commands import RequestThreadControl
from messenger_app.conversation.events import ControlCall, ControlCallSettled
from messenger_app.executor import Executor
from messenger_app.graph.client import GraphClient, ThreadOwner
from messenger_app.graph.errors import GraphError, GraphOutcomeUnknown, GraphRejected, rejected
from messenger_app.jobs.job import Job, Settled, TryAgain
from messenger_app.store.outbox import OpenCommand

OURS, OTHER = "2", "3"


class Graph(GraphClient):
    """Answers requests as it is told to, and says who owns the thread."""

    def __init__(self, owner: str, error: GraphError | None = None) -> None:
        super().__init__("http://127.0.0.1:1", "v26.0", "1", "token")
        self._owner, self._error = owner, error
        self.asked = 0

    def request_thread_control(self, *_: object) -> None:
        self.asked += 1
        if self._error:
            raise self._error

    def thread_owner(self, *_: object) -> ThreadOwner:
        return ThreadOwner(self._owner, is_idle=False)


def ask(graph: Graph, *, uncertain: bool = False, may_call: bool = True) -> Settled | TryAgain:
    """Carry out one request for the thread of a person."""
    command = OpenCommand(key="k", turn=5, command=RequestThreadControl(), uncertain=uncertain)
    executor = Executor({"1": graph}, {}, OURS, Clock())
    return executor.run(Job("1:7", "1", "7", command, may_call=may_call))


def settled(result: Settled | TryAgain) -> ControlCallSettled:
    assert isinstance(result, Settled)
    assert isinstance(result.event, ControlCallSettled)
    assert (result.event.call, result.event.turn) == (ControlCall.REQUEST, 5)
    return result.event


def refusal() -> GraphRejected:
    return rejected({"code": 100, "message": "(#100) The app already controls this thread"})


def test_a_request_that_graph_takes_is_made_and_nothing_more() -> None:
    event = settled(ask(Graph(OTHER)))
    assert (event.worked, event.granted) == (True, False)


def test_a_request_without_an_answer_is_looked_into_before_it_is_made_again() -> None:
    assert isinstance(ask(Graph(OTHER, GraphOutcomeUnknown("no answer"))), TryAgain)
    granted = Graph(OURS)
    assert settled(ask(granted, uncertain=True)).granted
    assert granted.asked == 0


def test_a_request_that_may_still_be_under_way_is_left_alone() -> None:
    graph = Graph(OTHER)
    assert isinstance(ask(graph, uncertain=True, may_call=False), TryAgain)
    assert graph.asked == 0
    settled(ask(graph, uncertain=True))
    assert graph.asked == 1


def test_a_refusal_because_control_is_ours_is_what_was_wanted() -> None:
    event = settled(ask(Graph(OURS, refusal())))
    assert (event.worked, event.granted) == (True, True)


def test_any_other_refusal_is_final() -> None:
    event = settled(ask(Graph(OTHER, refusal())))
    assert (event.worked, event.granted) == (False, False)
