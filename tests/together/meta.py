"""Graph's edges, answered by the simulator's pure model: what may go wrong is decided by a fate."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, cast

from inbox_simulator.platform import handovers, sending
from inbox_simulator.platform.errors import PlatformError
from inbox_simulator.platform.world import Platform
from messenger_app.clock import Clock
from messenger_app.graph.client import GraphClient, SentMessage, ThreadOwner
from messenger_app.graph.errors import GraphOutcomeUnknown, GraphUnreachable, rejected
from messenger_app.webhook.parser import METADATA_PREFIX

#: The simulator's Page Inbox.
INBOX = "263902037430900"
START = 1_800_000_000_000
#: For how long Graph takes no calls where it limits us for long. Milliseconds.
LONG = 20 * 60_000


class TwoClocks(Clock):
    """The platform's time, and the bridge's, which is a little off."""

    def __init__(self, skew: int = 0) -> None:
        super().__init__()
        self.platform = START
        self.skew = skew

    def now(self) -> int:
        return self.platform + self.skew

    def machine(self) -> int:  # type: ignore[override]
        return self.platform + self.skew

    def steady(self) -> int:  # type: ignore[override]
        return self.platform


class Fate(StrEnum):
    """What becomes of one call to Graph."""

    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    REFUSED_FOR_NOW = "refused for now"
    LIMITED_FOR_LONG = "refused for longer than an agent's answer takes"
    TOKEN_REFUSED = "token refused"
    ANSWER_LOST = "answer lost"
    NEVER_ARRIVED = "never arrived, nobody knows"
    ARRIVES_LATER = "arrives later, nobody knows"


@dataclass
class Said:
    """One message of ours that the platform took."""

    key: str
    mid: str
    text: str
    at: int
    #: The thread's owner before it was sent.
    owner: str | None


@dataclass
class Late:
    """A call that is still under way, though whoever made it has stopped waiting."""

    what: str
    act: Callable[[], object]
    deadline: int


@dataclass
class Meta:
    """The platform, and what it saw of the bridge."""

    platform: Platform
    clock: TwoClocks
    app_id: str
    said: list[Said] = field(default_factory=list)
    #: Outbox key of each message that was refused because another app has the thread.
    refused_to_another: list[str] = field(default_factory=list)
    #: Our control calls that worked: the verb, and when.
    moved: list[tuple[str, int]] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)


class PlatformGraph(GraphClient):
    """`GraphClient` with the model in place of HTTP."""

    def __init__(self, meta: Meta, deadline: int) -> None:
        self._meta = meta
        self._deadline = deadline
        self.fate = Fate.ANSWERED

    def send_message(self, psid: str, message: dict[str, Any]) -> str:
        return str(self._let("messages", lambda: self._send(psid, message)))

    def send_action(self, psid: str, action: str) -> None:
        request = sending.Send(psid, sender_action=action)
        self._let(action, lambda: sending.send(self._platform, self._app, request, self._now))

    def pass_thread_control(self, psid: str, target_app_id: str, metadata: str = "") -> None:
        def act(call: handovers.ControlCall) -> None:
            handovers.pass_control(self._platform, call, target_app_id)

        self._move("pass", psid, metadata, act)

    def take_thread_control(self, psid: str, metadata: str = "") -> None:
        self._move("take", psid, metadata, partial(handovers.take_control, self._platform))

    def request_thread_control(self, psid: str, metadata: str = "") -> None:
        self._move("request", psid, metadata, partial(handovers.request_control, self._platform))

    def release_thread_control(self, psid: str, metadata: str = "") -> None:
        self._move("release", psid, metadata, partial(handovers.release_control, self._platform))

    def thread_owner(self, psid: str) -> ThreadOwner:
        return cast("ThreadOwner", self._let("thread_owner", lambda: self._look(psid)))

    def newest_messages(self, psid: str) -> list[SentMessage]:
        def look() -> list[SentMessage]:
            newest = self._platform.thread(psid, self._now).messages[:-21:-1]
            return [
                SentMessage(message.mid, message.text or "", message.at // 1000)
                for message in newest
                if message.author != "person"
            ]

        return cast("list[SentMessage]", self._let("conversations", look))

    def locale(self, psid: str, *, within: float) -> str:
        assert within < 1
        return self._platform.thread(psid, self._now).person.locale

    def _look(self, psid: str) -> ThreadOwner:
        owner = self._platform.thread(psid, self._now).owner
        may_know = {owner, self._platform.routed_app_id}
        knows = self._platform.has_roles or self._meta.app_id in may_know
        return ThreadOwner(owner if knows else None, is_idle=owner is None)

    @property
    def _platform(self) -> Platform:
        return self._meta.platform

    @property
    def _app(self) -> Any:
        return self._platform.apps[self._meta.app_id]

    @property
    def _now(self) -> int:
        return self._meta.clock.platform

    def _send(self, psid: str, message: dict[str, Any]) -> str:
        owner = self._platform.thread(psid, self._now).owner
        key = str(message.get("metadata", "")).removeprefix(METADATA_PREFIX)
        try:
            request = sending.Send(psid, message, messaging_type="RESPONSE")
            sent = sending.send(self._platform, self._app, request, self._now)
        except PlatformError as error:
            if error.subcode == 2018300:
                self._meta.refused_to_another.append(key)
            raise
        assert sent is not None
        self._meta.said.append(Said(key, sent.mid, sent.text or "", self._now, owner))
        return sent.mid

    def _move(
        self, verb: str, psid: str, metadata: str, act: Callable[[handovers.ControlCall], None]
    ) -> None:
        def do() -> None:
            act(handovers.ControlCall(self._app, psid, self._now, metadata))
            self._meta.moved.append((verb, self._now))

        self._let(verb, do)

    def _let(self, what: str, act: Callable[[], Any]) -> Any:
        """Let the fate befall one call, once; those after it in the same job are answered."""
        fate, self.fate = self.fate, Fate.ANSWERED
        match fate:
            case Fate.UNREACHABLE:
                raise GraphUnreachable(what)
            case Fate.REFUSED_FOR_NOW:
                raise rejected({"code": 613, "message": "(#613) Calls are too fast"})
            case Fate.LIMITED_FOR_LONG:
                limit = {"code": 613, "message": "(#613) Calls are too fast"}
                raise rejected(limit, retry_after=LONG)
            case Fate.TOKEN_REFUSED:
                raise rejected({"code": 190, "message": "The token is refused"})
            case Fate.ANSWER_LOST:
                self._graph_answer(act)
            case Fate.ARRIVES_LATER:
                deadline = self._now + self._deadline
                self._meta.late.append(Late(what, lambda: self._in_silence(act), deadline))
            case Fate.ANSWERED:
                return self._graph_answer(act)
        raise GraphOutcomeUnknown(what)

    def _graph_answer(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except PlatformError as error:
            raise rejected(error.as_graph_body("trace")["error"]) from None

    def _in_silence(self, act: Callable[[], Any]) -> None:
        with suppress(PlatformError):  # nobody waits for the answer
            act()
