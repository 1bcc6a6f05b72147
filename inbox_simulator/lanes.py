"""Deliveries that wait, in order for each app and thread."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

#: Pauses after the first, second, … failure in milliseconds; the last one repeats.
PAUSES = (0, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000)


@dataclass(eq=False)
class Job:
    """One webhook to deliver: the bytes, and how often it was tried."""

    app_id: str
    page_id: str
    psid: str
    field: str
    channel: str
    body: bytes
    #: Time before which it is not sent; the simulator's milliseconds.
    not_before: int = 0
    attempts: int = 0
    first_failed_at: int | None = None
    #: Held back until the next of its lane overtakes it, or its time comes.
    held: bool = False

    def failed(self, now: int) -> None:
        """Note a failure, and when to try again."""
        self.not_before = now + PAUSES[min(self.attempts, len(PAUSES) - 1)]
        self.attempts += 1
        if self.first_failed_at is None:
            self.first_failed_at = now


@dataclass(eq=False)
class _Lane:
    app_id: str
    page_id: str
    jobs: deque[Job]
    busy: bool = False


class Lanes:
    """A queue for each app and thread; one job of a lane is under way at a time."""

    def __init__(self, now: Callable[[], int], may_send: Callable[[str], bool]) -> None:
        self._now, self._may_send = now, may_send
        self._lanes: dict[tuple[str, str, str], _Lane] = {}
        self._ready: deque[_Lane] = deque()
        self._waiting: list[_Lane] = []
        self._change = threading.Condition()
        self._closed = False
        self._count = 0
        #: How many workers there are, and how many of them have a job.
        self._workers = self._busy = 0

    @property
    def count(self) -> int:
        """How many deliveries wait or are under way."""
        return self._count

    def add(self, job: Job) -> None:
        """Queue a job behind those of its lane; it overtakes the last one if that is held."""
        with self._change:
            self._count += 1
            lane = self._lanes.setdefault(_key(job), _Lane(job.app_id, job.page_id, deque()))
            lane.jobs.append(job)
            if len(lane.jobs) == 1:
                self._place(lane)
            elif lane.jobs[-2].held and len(lane.jobs) - 2 >= int(lane.busy):
                held = lane.jobs[-2]
                held.held, held.not_before = False, 0
                lane.jobs[-2], lane.jobs[-1] = job, held
                self.promote()

    def take(self) -> Job | None:
        """Wait for a job and return it; none once the lanes are closed. ``settle`` must follow."""
        with self._change:
            self._change.wait_for(lambda: self._closed or self._ready)
            if self._closed:
                return None
            lane = self._ready.popleft()
            lane.busy = True
            self._busy += 1
            return lane.jobs[0]

    def hires(self, most: int) -> bool:
        """Tell that one more worker is to be started, of so many: more is ready than are free."""
        with self._change:
            short = len(self._ready) > self._workers - self._busy and not self._closed
            hired = short and self._workers < most
            self._workers += int(hired)
            return hired

    def dismiss(self) -> None:
        """Take back that a worker was hired: it could not be started."""
        with self._change:
            self._workers -= 1

    def settle(self, job: Job, *, done: bool) -> None:
        """Say what became of a job: delivered (or given up), or to be tried again.

        Whoever settles takes the next one: nobody else is woken for what is ready now.
        """
        with self._change:
            self._busy -= 1
            lane = self._lanes.get(_key(job))
            if lane is None or not lane.jobs or lane.jobs[0] is not job:
                return  # The lanes were cleared while it was under way.
            lane.busy = False
            if done:
                lane.jobs.popleft()
                self._count -= 1
            if lane.jobs:
                self._place(lane, wake=False)
            else:
                del self._lanes[_key(job)]

    def promote(self) -> None:
        """Make ready what has waited long enough."""
        with self._change:
            waiting, self._waiting = self._waiting, []
            for lane in waiting:
                self._place(lane)

    def hurry(self, app_id: str) -> None:
        """Try everything of this app at once: it is back."""
        with self._change:
            for lane in self._waiting:
                if lane.app_id == app_id and lane.jobs[0].attempts:
                    lane.jobs[0].not_before = 0
        self.promote()

    def clear(self, app_id: str | None = None, page_id: str | None = None) -> int:
        """Drop every delivery, or those for one app about one Page; return how many."""
        with self._change:
            gone = [
                key
                for key, lane in self._lanes.items()
                if app_id in {None, lane.app_id} and page_id in {None, lane.page_id}
            ]
            lanes = [self._lanes.pop(key) for key in gone]
            dropped = sum(len(lane.jobs) for lane in lanes)
            self._ready = deque(lane for lane in self._ready if lane not in lanes)
            self._waiting = [lane for lane in self._waiting if lane not in lanes]
            self._count -= dropped
            return dropped

    def close(self) -> None:
        """Send every worker home."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _place(self, lane: _Lane, *, wake: bool = True) -> None:
        if self._may_send(lane.app_id) and lane.jobs[0].not_before <= self._now():
            self._ready.append(lane)
            if wake:
                self._change.notify()
        else:
            self._waiting.append(lane)


def _key(job: Job) -> tuple[str, str, str]:
    return job.app_id, job.page_id, job.psid
