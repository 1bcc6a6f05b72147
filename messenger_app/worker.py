"""The worker: claim threads, take them forward, carry out what that needs, let go of them.

One thread of this process owns the database and runs *turns*; a pool carries out commands and
never touches the database. In each turn, in one transaction: leases are looked at, ready threads
are leased, results that have come back are applied, every thread in hand is advanced until it
needs somebody else, and all of that is written. The calls begin after the commit, so that a crash
finds them marked as running.
"""

import os
import queue
import secrets
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from messenger_app.clock import Clock
from messenger_app.conversation.policy import Policy
from messenger_app.errors import StoreRefused, StoreUnavailable
from messenger_app.executor import CALL_DEADLINE, Executor, Job, Result
from messenger_app.in_hand import InHand
from messenger_app.leases import HEARTBEAT, LEASE, Leases
from messenger_app.progress import NothingToDo, Progress
from messenger_app.store import conversations, inbox, worklist
from messenger_app.store.database import Database
from messenger_app.store.purge import Purge
from messenger_app.store.wakeup import Bell
from messenger_app.store.worklist import Changes

log = structlog.get_logger(__name__)

#: How often the worker looks by itself, in seconds.
TICK = 0.25
#: A call that could not begin this soon after its turn is looked at once more. Milliseconds.
STALE = 1_000


@dataclass(frozen=True, slots=True)
class _Call:
    """A job with the lease that it is begun under."""

    job: Job
    token: int
    #: When the turn that decided it began and was safe on the disk, by a clock that never steps.
    decided_at: int
    committed_at: int


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a call; None where it did not begin."""

    call: _Call
    result: Result | None


class Worker:
    """Works threads off until it is told to stop."""

    def __init__(
        self,
        database: Database,
        executor: Executor,
        policy: Policy,
        clock: Clock,
        bell: Bell,
        *,
        threads: int = 16,
        purge: Purge | None = None,
    ) -> None:
        """``threads`` is how many calls may be under way at once."""
        self.name = f"{os.uname().nodename}:{os.getpid()}:{secrets.token_hex(3)}"
        self._database = database
        self._executor = executor
        self._clock = clock
        self._bell = bell
        self._slots = threads
        self._progress = Progress(policy, clock)
        self._leases = Leases(database, clock, self.name)
        self._purge = purge or Purge()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="call")
        self._results: queue.SimpleQueue[_Done | None] = queue.SimpleQueue()
        self._under_way = 0
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until `stop`; then wait for the calls under way and hand back every thread."""
        log.info("worker.started", worker=self.name)
        self._write(self._leases.free_what_the_dead_left)
        threading.Thread(target=self._hear_the_bell, name="bell", daemon=True).start()
        done: list[_Done] = []
        while not (self._stopping.is_set() and not self._under_way and not done):
            done += self._wait()
            try:
                self._turn(done)
                done = []
                self._purge_now_and_then()
            except StoreUnavailable as error:  # nothing of this turn happened; results are kept
                log.error("worker.store_unavailable", reason=str(error))
                if self._stopping.wait(1) and not self._under_way:
                    break  # what was marked as running is looked into by the next worker
        self._write(self._leases.hand_back)
        self._pool.shutdown()
        self._leases.close()
        log.info("worker.stopped", worker=self.name)

    def stop(self) -> None:
        """Stop after the calls that are under way. Safe to call from a signal handler."""
        self._stopping.set()
        self._results.put(None)

    # Waiting

    def _wait(self) -> list[_Done]:
        """Wait for a result, a ring or the next tick; return all results that are there."""
        done: list[_Done] = []
        try:
            first = self._results.get(timeout=TICK)
            while True:
                if first is not None:
                    self._under_way -= 1
                    done.append(first)
                first = self._results.get_nowait()
        except queue.Empty:
            return done

    def _hear_the_bell(self) -> None:
        for _ in self._bell.listen():
            self._results.put(None)

    # A turn

    def _turn(self, done: list[_Done]) -> None:
        """Do everything that can be done now, for all threads at once, or else one by one."""
        try:
            self._work(done)
        except Exception as error:  # something of one thread: the others must not wait for it
            if isinstance(error, StoreUnavailable) and not isinstance(error, StoreRefused):
                raise
            log.error("worker.turn_refused", reason=_told(error))
            self._work([], step=())
            for thread in sorted({*self._leases.in_hand, *(item.call.job.thread for item in done)}):
                self._turn_alone(thread, [i for i in done if i.call.job.thread == thread])

    def _turn_alone(self, thread: str, done: list[_Done]) -> None:
        try:
            self._work(done, step=(thread,))
        except Exception as error:
            if isinstance(error, StoreUnavailable) and not isinstance(error, StoreRefused):
                raise
            log.error("thread.failed", thread=thread, reason=_told(error))
            self._hold_back(thread, _told(error), had_result=bool(done))

    def _work(self, done: list[_Done], step: Collection[str] | None = None) -> None:
        """Run one turn in one transaction, and start the calls after it.

        ``step`` are the threads to take forward; None means all in hand.
        """
        before = {thread: hand.copy() for thread, hand in self._leases.in_hand.items()}
        try:
            with self._database.writing() as connection:
                decided_at = self._clock.steady()
                self._leases.keep(connection)
                if not self._stopping.is_set():
                    self._leases.claim(connection, self._slots)
                self._read_events(connection)
                for item in done:
                    self._take_result(item)
                jobs = [] if self._stopping.is_set() else self._step_all(connection, step)
                self._write_changes(connection)
        except BaseException:
            self._leases.in_hand = before  # memory must not know of what was rolled back
            raise
        self._let_go()
        committed_at = self._clock.steady()
        for job, token in jobs:
            self._under_way += 1
            self._pool.submit(self._carry_out, _Call(job, token, decided_at, committed_at))

    def _read_events(self, connection: Connection) -> None:
        waiting = inbox.waiting(connection, self._leases.in_hand)
        for thread, hand in self._leases.in_hand.items():
            hand.events = waiting.get(thread, [])
            hand.more = len(hand.events) >= inbox.MOST_AT_ONCE

    def _step_all(
        self, connection: Connection, step: Collection[str] | None
    ) -> list[tuple[Job, int]]:
        jobs = []
        for thread, hand in list(self._leases.in_hand.items()):
            if (step is not None and thread not in step) or (hand.running and not hand.events):
                continue
            found = self._step(connection, hand)
            after = self._leases.in_hand[thread]
            if isinstance(found, NothingToDo):
                more = found.until is None and after.more and not after.events
                after.release(conversations.READY if more else found.until)
            elif found is not None:
                jobs.append((found, after.token))
        return jobs

    def _step(self, connection: Connection, hand: InHand) -> Job | NothingToDo | None:
        """Take one thread forward; where that fails, nothing of it has happened."""
        trial = hand.copy()
        try:
            found = self._progress.step(connection, trial)
        except SQLAlchemyError:
            raise
        except Exception as error:  # a fault of ours must not stop every other thread
            log.exception("thread.failed", thread=hand.thread)
            return self._progress.blame(hand, trial.applying, type(error).__name__)
        self._leases.in_hand[hand.thread] = trial
        return found

    def _write_changes(self, connection: Connection) -> None:
        changes = {thread: hand.changes for thread, hand in self._leases.in_hand.items()}
        worklist.write(connection, changes, self._clock.machine())

    def _let_go(self) -> None:
        """Forget what was written; look again at once where somebody waits for a free place."""
        full = len(self._leases.in_hand) >= self._slots
        for hand in list(self._leases.in_hand.values()):
            if hand.changes.released:
                del self._leases.in_hand[hand.thread]
                if full or hand.changes.due == conversations.READY:
                    self._results.put(None)
            hand.changes = Changes()

    def _hold_back(self, thread: str, reason: str, *, had_result: bool) -> None:
        """Let go of a thread whose changes the database refused, and of what made them."""
        hand = self._leases.in_hand.pop(thread, None)
        if hand is None:
            return
        try:
            with self._database.writing() as connection:
                hand.events = inbox.pending(connection, thread)
                culprit = hand.events[0] if hand.events and not had_result else None
                if had_result:
                    hand.running = None
                found = self._progress.blame(hand, culprit, reason)
                hand.release(found.until if isinstance(found, NothingToDo) else None)
                worklist.write(connection, {thread: hand.changes}, self._clock.machine())
        except StoreRefused as error:  # its lease runs out, and then it is tried again
            log.error("thread.failed", thread=thread, reason=str(error))

    def _purge_now_and_then(self) -> None:
        steady, machine, now = self._clock.steady(), self._clock.machine(), self._clock.now()
        if self._purge.is_due(steady):
            self._write(
                lambda connection: self._purge.run(
                    connection, steady=steady, machine=machine, now=now
                )
            )

    # Calls

    def _carry_out(self, call: _Call) -> None:
        job, result = call.job, None
        try:
            if self._may_begin(call):
                result = self._executor.run(job)
        except Exception as error:  # a fault of ours must not leave the thread stuck for ever
            log.exception("command.crashed", thread=job.thread, kind=job.open.kind)
            result = self._executor.give_up(job, f"crashed: {type(error).__name__}")
        self._results.put(_Done(call, result))

    def _may_begin(self, call: _Call) -> bool:
        """Look at the time once more: the lease must outlast the call, and the decision be fresh.

        In the turn that decided it, the lease had at least LEASE - HEARTBEAT left, and nothing
        was known that speaks against it.
        """
        now = self._clock.steady()
        outlasts = now - call.decided_at < LEASE - HEARTBEAT - CALL_DEADLINE
        return outlasts and now - call.committed_at < STALE

    def _take_result(self, done: _Done) -> None:
        """Apply what came back, unless another worker has taken the thread over meanwhile."""
        job = done.call.job
        hand = self._leases.in_hand.get(job.thread)
        if hand is None or hand.token != done.call.token:
            log.warning("lease.lost", thread=job.thread, kind=job.open.kind)
        else:
            self._progress.take_result(hand, job, done.result)

    def _write(self, write: Callable[[Connection], object]) -> None:
        try:
            with self._database.writing() as connection:
                write(connection)
        except StoreUnavailable as error:  # what is left is found again
            log.error("worker.store_unavailable", reason=str(error))


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, StoreUnavailable) else type(error).__name__
