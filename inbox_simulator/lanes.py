"""Deliveries that wait, in order for each app and thread, until one of them fails."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from inbox_simulator import wire
from inbox_simulator.platform.world import Delivery, envelope

#: How many events go out in one POST at most.
MOST_EVENTS = 50
#: Pauses after the first, second, … failure in milliseconds; the last one repeats.
PAUSES = (0, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000)

#: App, Page, person, and the number of what stepped aside.
_Key = tuple[str, str, str, int]


@dataclass(eq=False)
class Job:
    """One webhook to deliver: its events, and how often it was tried."""

    app_id: str
    page_id: str
    psid: str
    #: Field and channel of each event.
    names: list[tuple[str, str]]
    #: Empty until the first attempt, unless it is sent again as it was.
    body: bytes = b""
    deliveries: list[Delivery] = field(default_factory=list)
    like_meta: bool = True
    #: Whether it goes out together with others of its lane.
    joins: bool = False
    #: Whether others of its lane overtake it once it failed.
    steps_aside: bool = False
    #: What it has for itself since it stepped aside.
    own_lane: int = 0
    #: Time before which it is not sent; the simulator's milliseconds.
    not_before: int = 0
    attempts: int = 0
    first_failed_at: int | None = None
    #: Held back until the next of its lane overtakes it, or its time comes.
    held: bool = False

    def seal(self, now: int) -> None:
        """Write the bytes, which stay the same however often it is tried."""
        if not self.body:
            self.body = wire.encode(envelope(self.deliveries, now), like_meta=self.like_meta)

    def takes_in(self, later: "Job", now: int) -> bool:
        """Take the events of the next of its lane along, if both may go out together now."""
        free = all(
            each.joins and not each.body and not each.held and each.not_before <= now
            for each in (self, later)
        )
        if not free or len(self.names) + len(later.names) > MOST_EVENTS:
            return False
        self.names += later.names
        self.deliveries += later.deliveries
        return True

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
        self._lanes: dict[_Key, _Lane] = {}
        self._stepped_aside = 0
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
            lane = self._append(job)
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
            job, now = lane.jobs[0], self._now()
            while len(lane.jobs) > 1 and job.takes_in(lane.jobs[1], now):
                del lane.jobs[1]
            return job

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
            key = _key(job)
            lane = self._lanes.get(key)
            if lane is None or not lane.jobs or lane.jobs[0] is not job:
                return  # The lanes were cleared while it was under way.
            lane.busy = False
            if done:
                lane.jobs.popleft()
                self._count -= len(job.names)
            elif job.steps_aside and not job.own_lane:
                self._step_aside(lane.jobs.popleft())
            if lane.jobs:
                self._place(lane, wake=False)
            else:
                del self._lanes[key]

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
            dropped = sum(len(job.names) for lane in lanes for job in lane.jobs)
            self._ready = deque(lane for lane in self._ready if lane not in lanes)
            self._waiting = [lane for lane in self._waiting if lane not in lanes]
            self._count -= dropped
            return dropped

    def close(self) -> None:
        """Send every worker home."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _append(self, job: Job) -> _Lane:
        lane = self._lanes.setdefault(_key(job), _Lane(job.app_id, job.page_id, deque()))
        lane.jobs.append(job)
        return lane

    def _step_aside(self, job: Job) -> None:
        """Give a failed job a lane of its own, so that those behind it go on."""
        self._stepped_aside += 1
        job.own_lane = self._stepped_aside
        self._place(self._append(job))

    def _place(self, lane: _Lane, *, wake: bool = True) -> None:
        if self._may_send(lane.app_id) and lane.jobs[0].not_before <= self._now():
            self._ready.append(lane)
            if wake:
                self._change.notify()
        else:
            self._waiting.append(lane)


def _key(job: Job) -> _Key:
    return job.app_id, job.page_id, job.psid, job.own_lane
