"""A control call whose outcome is unknown: it is looked into, and not made again blindly."""

import pytest

from messenger_app.clock import Clock
from messenger_app.conversation.commands import (
    Command,
    FindOwner,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from messenger_app.conversation.events import ControlCallSettled, OwnerFound
from messenger_app.executor import Executor
from messenger_app.graph.client import GraphClient, ThreadOwner
from messenger_app.graph.errors import GraphError, rejected
from messenger_app.jobs.job import Job, Result, Settled, TryAgain
from messenger_app.store.outbox import OpenCommand

OURS, OTHER = "2", "3"

PASS = PassThreadControl(OTHER)
TAKE = TakeThreadControl()
ASKING = FindOwner()
EACH: list[Command] = [PASS, TAKE, RequestThreadControl(), ReleaseThreadControl(), ASKING]

LIMITED = rejected({"code": 613, "message": "(#613) Calls are too fast"}, retry_after=90_000)
NO_TOKEN = rejected({"code": 190, "message": "The token is refused"})
NOT_TO_BE_HAD = rejected({"code": 10, "message": "(#10) Permission denied"})
NOT_THE_OWNER = rejected({"code": 10, "error_subcode": 2018300, "message": "(#10) Not the owner"})


class Graph(GraphClient):
    """Says who owns the thread, or why it can't say, and counts the calls that are made."""

    def __init__(self, owner: str | GraphError | None, refusal: GraphError | None = None) -> None:
        super().__init__("http://127.0.0.1:1", "v26.0", "1", "token")
        self._owner, self._refusal = owner, refusal
        self.made = 0

    def thread_owner(self, *_: object) -> ThreadOwner:
        if isinstance(self._owner, GraphError):
            raise self._owner
        return ThreadOwner(self._owner, is_idle=self._owner is None)

    def pass_thread_control(self, *_: object) -> None:
        self._make()

    def take_thread_control(self, *_: object) -> None:
        self._make()

    def request_thread_control(self, *_: object) -> None:
        self._make()

    def release_thread_control(self, *_: object) -> None:
        self._make()

    def _make(self) -> None:
        self.made += 1
        if self._refusal:
            raise self._refusal


def carry_on(graph: Graph, command: Command, *, wanted: bool = True) -> Result:
    """Carry out a command that an earlier try may have done."""
    opened = OpenCommand(key="k", turn=5, command=command, uncertain=True)
    executor = Executor({"1": graph}, {}, OURS, Clock())
    return executor.run(Job("1:7", "1", "7", opened, may_call=True, wanted=wanted))


def worked(result: Result) -> bool:
    assert isinstance(result, Settled)
    assert isinstance(result.event, ControlCallSettled)
    return result.event.worked


@pytest.mark.parametrize("command", EACH, ids=lambda command: type(command).__name__)
@pytest.mark.parametrize("refusal", [LIMITED, NO_TOKEN], ids=["limited", "token"])
def test_where_the_owner_cannot_be_asked_just_now_it_is_asked_later(
    command: Command, refusal: GraphError
) -> None:
    graph = Graph(refusal)
    result = carry_on(graph, command)
    assert isinstance(result, TryAgain)
    assert result.after >= 30_000
    assert graph.made == 0


def test_a_pass_is_made_again_where_graph_never_says_who_the_owner_is() -> None:
    graph = Graph(NOT_TO_BE_HAD)
    assert worked(carry_on(graph, PASS))
    assert graph.made == 1


def test_a_pass_that_is_refused_because_the_thread_has_gone_had_worked() -> None:
    assert worked(carry_on(Graph(NOT_TO_BE_HAD, NOT_THE_OWNER), PASS))


def test_a_pass_that_is_refused_for_another_reason_did_not_work() -> None:
    assert not worked(carry_on(Graph(NOT_TO_BE_HAD, NOT_TO_BE_HAD), PASS))


def test_a_take_that_was_called_off_is_looked_into_and_not_made_again() -> None:
    graph = Graph(OTHER)
    assert not worked(carry_on(graph, TAKE, wanted=False))
    assert graph.made == 0
    assert worked(carry_on(Graph(OURS), TAKE, wanted=False))


@pytest.mark.parametrize(
    ("owner", "free"), [(OURS, True), (OTHER, False), (None, True), (NOT_TO_BE_HAD, False)], ids=str
)
def test_who_has_the_thread_is_asked_without_any_control_call(
    owner: str | GraphError | None, free: bool
) -> None:
    graph = Graph(owner)
    result = carry_on(graph, FindOwner(lapsed=True))
    assert isinstance(result, Settled)
    assert isinstance(result.event, OwnerFound)
    assert (result.event.free, result.event.turn, result.event.lapsed) == (free, 5, True)
    assert graph.made == 0
