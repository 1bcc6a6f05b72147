"""What comes for a Page that the settings don't list, or no longer do."""

import pytest
from structlog.testing import CapturingLogger

from messenger_app import executor
from messenger_app.clock import Clock
from messenger_app.conversation.commands import (
    AskBot,
    Command,
    NotifyAgents,
    PassThreadControl,
    SendMessage,
    TakeThreadControl,
)
from messenger_app.conversation.messages import BotMessage
from messenger_app.executor import Executor
from messenger_app.jobs.job import Job, Settled
from messenger_app.store.outbox import OpenCommand


@pytest.mark.parametrize(
    "command",
    [
        AskBot("m_1", "hello", None),
        SendMessage(BotMessage(text="hello")),
        PassThreadControl("263902037430900"),
        TakeThreadControl("nobody came"),
        NotifyAgents("handoff", "Somebody waits."),
    ],
    ids=lambda command: type(command).__name__,
)
def test_nothing_is_done_for_it_and_the_log_says_so(
    command: Command, monkeypatch: pytest.MonkeyPatch
):
    told = CapturingLogger()
    monkeypatch.setattr(executor, "log", told)
    opened = OpenCommand(key="k", turn=0, command=command)
    result = Executor({}, {}, "2", Clock()).run(Job("1:7", "1", "7", opened, may_call=True))
    assert isinstance(result, Settled)
    (call,) = told.calls
    assert (call.method_name, call.args) == ("error", ("page.not_listed",))
    assert call.kwargs == {"thread": "1:7", "kind": type(command).__name__}
