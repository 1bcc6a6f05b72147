"""Move thread control once, and say what became of the call."""

from collections.abc import Mapping

import structlog

from messenger_app.clock import Clock
from messenger_app.conversation.commands import (
    FindOwner,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from messenger_app.conversation.events import ControlCall, ControlCallSettled, OwnerFound
from messenger_app.conversation.policy import CLOCK_SKEW
from messenger_app.graph.client import GraphClient, ThreadOwner
from messenger_app.graph.errors import (
    AccessTokenInvalid,
    GraphRejected,
    NotThreadOwner,
    TemporarilyRefused,
)
from messenger_app.jobs.job import Job, Result, Settled, TryAgain

log = structlog.get_logger(__name__)


class ThreadControl:
    """Passes, takes, requests and releases thread control, and asks who has it."""

    def __init__(self, graph: Mapping[str, GraphClient], app_id: str, clock: Clock) -> None:
        """``graph`` is by Page id; ``app_id`` is ours."""
        self._graph = graph
        self._app_id = app_id
        self._clock = clock

    def pass_(self, job: Job, command: PassThreadControl) -> Result:
        """Pass control once; ``thread_owner`` says whether an earlier try worked."""
        graph, began = self._graph[job.page_id], self._clock.now()
        if job.open.uncertain:
            if self._has_left(job):
                return self.settled(job, ControlCall.PASS, self._tried(job), worked=True)
            if not job.may_call:
                return TryAgain(500, "the pass may still be under way", uncertain=True)
        try:
            graph.pass_thread_control(job.psid, command.app_id, command.metadata)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            if job.open.uncertain and isinstance(error, NotThreadOwner):  # the earlier try worked
                return self.settled(job, ControlCall.PASS, self._tried(job), worked=True)
            return self.settled(job, ControlCall.PASS, began, worked=False, why=str(error))
        return self.settled(job, ControlCall.PASS, began, worked=True)

    def take(self, job: Job, command: TakeThreadControl) -> Result:
        """Take control once; ``thread_owner`` says whether an earlier try worked."""
        graph, began = self._graph[job.page_id], self._clock.now()
        if job.open.uncertain:
            if self._is_ours(job):
                return self.settled(job, ControlCall.TAKE, self._tried(job), worked=True)
            if not job.may_call:
                return TryAgain(500, "the take may still be under way", uncertain=True)
            if not job.wanted:
                return self.settled(job, ControlCall.TAKE, began, worked=False, why="called off")
        try:
            graph.take_thread_control(job.psid, command.metadata)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            ours = self._is_ours(job)  # perhaps it had come back by itself
            began = self._tried(job) if ours else began
            return self.settled(job, ControlCall.TAKE, began, worked=ours, why=str(error))
        return self.settled(job, ControlCall.TAKE, began, worked=True)

    def request(self, job: Job, command: RequestThreadControl) -> Result:
        """Ask for control. A pass is the answer; asking once more moves nothing by itself."""
        graph, began = self._graph[job.page_id], self._clock.now()
        if job.open.uncertain:
            if self._is_ours(job):
                began = self._tried(job)
                return self.settled(job, ControlCall.REQUEST, began, worked=True, granted=True)
            if not job.may_call:
                return TryAgain(500, "the request may still be under way", uncertain=True)
        try:
            graph.request_thread_control(job.psid, command.metadata)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            ours, why = self._is_ours(job), str(error)
            return self.settled(job, ControlCall.REQUEST, began, worked=ours, granted=ours, why=why)
        return self.settled(job, ControlCall.REQUEST, began, worked=True)

    def _tried(self, job: Job) -> int:
        """Return when the try began that turns out to have worked; now where it was no try."""
        now = self._clock.now()
        return job.tried_at + now - self._clock.machine() if job.open.uncertain else now

    def _has_left(self, job: Job) -> bool:
        owner = self._owner(job)
        return owner is not None and not owner.is_idle and owner.app_id != self._app_id

    def _is_ours(self, job: Job) -> bool:
        owner = self._owner(job)
        return owner is not None and owner.app_id == self._app_id

    def _owner(self, job: Job) -> ThreadOwner | None:
        """Ask who has control; None where Graph will never say. Raises where it may say later."""
        try:
            return self._graph[job.page_id].thread_owner(job.psid)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected:
            return None

    def release(self, job: Job, command: ReleaseThreadControl) -> Result:
        """Release control once; ``thread_owner`` says whether an earlier try worked."""
        graph, began = self._graph[job.page_id], self._clock.now()
        if job.open.uncertain:
            if not self._is_ours(job):
                return self.settled(job, ControlCall.RELEASE, self._tried(job), worked=True)
            if not job.may_call:
                return TryAgain(500, "the release may still be under way", uncertain=True)
        try:
            graph.release_thread_control(job.psid, command.metadata)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            return self.settled(job, ControlCall.RELEASE, began, worked=False, why=str(error))
        return self.settled(job, ControlCall.RELEASE, began, worked=True)

    def find_owner(self, job: Job, command: FindOwner) -> Result:
        """Ask who has control. Asking moves nothing, so it is simply done again where in doubt."""
        began = self._clock.now()
        owner = self._owner(job)
        free = owner is not None and (owner.is_idle or owner.app_id == self._app_id)
        return self.found(job, command, began, free=free)

    def found(
        self, job: Job, command: FindOwner, began: int, *, free: bool, why: str = ""
    ) -> Settled:
        """Say who has control, and write it down."""
        log.info("thread_control.owner_found", thread=job.thread, free=free, reason=why)
        event = OwnerFound(
            at=began - CLOCK_SKEW,
            received_at=self._clock.now(),
            turn=job.open.turn,
            free=free,
            lapsed=command.lapsed,
        )
        return Settled(event, refused=why)

    def settled(
        self,
        job: Job,
        call: ControlCall,
        began: int,
        *,
        worked: bool,
        granted: bool = False,
        why: str = "",
    ) -> Settled:
        """Say what became of a call, and write it down."""
        log.info(
            "thread_control.settled", thread=job.thread, call=call.value, worked=worked, reason=why
        )
        event = ControlCallSettled(
            at=began - CLOCK_SKEW,
            received_at=self._clock.now(),
            turn=job.open.turn,
            call=call,
            worked=worked,
            granted=granted,
        )
        return Settled(event, refused="" if worked else why)
