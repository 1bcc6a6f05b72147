"""The worker: claim threads, take them forward, carry out what that needs, let go of them.

One thread of this process owns the database and runs *turns*; a pool carries out commands and
never touches the database. In each turn, in one transaction: results that have come back are
applied, ready threads are leased, and every thread in hand is advanced until it needs somebody
else. The calls begin after the commit, so that a crash finds them marked as running.
"""

import fcntl
import os
import queue
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TextIO

import structlog
from sqlalchemy import Connection

from messenger_app.clock import Clock
from messenger_app.conversation.policy import Policy
from messenger_app.errors import StoreUnavailable
from messenger_app.executor import Executor, Job, Result
from messenger_app.progress import InHand, NothingToDo, Progress
from messenger_app.store import conversations
from messenger_app.store.database import Database
from messenger_app.store.wakeup import Bell

log = structlog.get_logger(__name__)

#: A lease is longer than any call may last, so that only a dead worker loses one. Milliseconds.
LEASE = 20_000
HEARTBEAT = 5_000
#: How often the worker looks by itself, in seconds.
TICK = 0.25


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a job, with the lease it was begun under."""

    job: Job
    token: int
    result: Result


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
    ) -> None:
        """``threads`` is how many calls may be under way at once."""
        self.name = f"{os.uname().nodename}:{os.getpid()}:{secrets.token_hex(3)}"
        self._database = database
        self._executor = executor
        self._clock = clock
        self._bell = bell
        self._slots = threads
        self._progress = Progress(policy, clock)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="call")
        self._results: queue.SimpleQueue[_Done | None] = queue.SimpleQueue()
        self._in_hand: dict[str, InHand] = {}
        self._stopping = threading.Event()
        self._next_heartbeat = 0
        self._worker_lock: TextIO | None = None

    def run(self) -> None:
        """Work until `stop`; then wait for the calls under way and hand back every thread."""
        log.info("worker.started", worker=self.name)
        self._free_what_the_dead_left()
        threading.Thread(target=self._hear_the_bell, name="bell", daemon=True).start()
        done: list[_Done] = []
        while not (self._stopping.is_set() and not self._anything_running()):
            done += self._wait()
            try:
                self._turn(done)
                done = []
            except StoreUnavailable as error:  # nothing of this turn happened; results are kept
                log.error("worker.store_unavailable", reason=str(error))
                self._stopping.wait(1)
        self._hand_back()
        self._pool.shutdown()
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
                    done.append(first)
                first = self._results.get_nowait()
        except queue.Empty:
            return done

    def _hear_the_bell(self) -> None:
        for _ in self._bell.listen():
            self._results.put(None)

    def _anything_running(self) -> bool:
        return any(hand.running for hand in self._in_hand.values())

    # A turn

    def _turn(self, done: list[_Done]) -> None:
        """Do everything that can be done now, in one transaction, and start the calls after it."""
        before = {thread: replace(hand) for thread, hand in self._in_hand.items()}
        try:
            with self._database.writing() as connection:
                self._keep_leases(connection)
                for item in done:
                    self._take_result(connection, item)
                if not self._stopping.is_set():
                    self._claim(connection)
                for thread in conversations.overtaken(connection, self.name):
                    if thread in self._in_hand:
                        self._progress.apply_overtaking(connection, self._in_hand[thread])
                jobs = [] if self._stopping.is_set() else self._advance_all(connection)
        except StoreUnavailable:
            self._in_hand = before  # memory must not know of what was rolled back
            raise
        for job, token in jobs:
            self._pool.submit(self._carry_out, job, token)

    def _advance_all(self, connection: Connection) -> list[tuple[Job, int]]:
        jobs = []
        for hand in list(self._in_hand.values()):
            if hand.running is not None:
                continue
            step = self._progress.advance(connection, hand)
            if isinstance(step, NothingToDo):
                conversations.release(connection, hand.thread, step.until)
                del self._in_hand[hand.thread]
            else:
                jobs.append((step, hand.token))
        return jobs

    def _carry_out(self, job: Job, token: int) -> None:
        try:
            result = self._executor.run(job)
        except Exception as error:  # a fault of ours must not leave the thread stuck for ever
            log.exception("command.crashed", thread=job.thread, kind=job.open.kind)
            result = self._executor.give_up(job, f"crashed: {type(error).__name__}")
        self._results.put(_Done(job, token, result))

    def _take_result(self, connection: Connection, done: _Done) -> None:
        """Apply what came back, unless another worker has taken the thread over meanwhile."""
        thread, hand = done.job.thread, self._in_hand.get(done.job.thread)
        if hand is None or hand.token != done.token:
            log.warning("lease.lost", thread=thread, kind=done.job.open.kind)
        elif not conversations.holds(connection, thread, done.token):
            log.warning("lease.lost", thread=thread, kind=done.job.open.kind)
            del self._in_hand[thread]
        else:
            self._progress.take_result(connection, hand, done.job, done.result)

    # Leases

    def _keep_leases(self, connection: Connection) -> None:
        now = self._clock.machine()
        if self._in_hand and not self._next_heartbeat - HEARTBEAT <= now < self._next_heartbeat:
            conversations.extend(connection, self.name, now + LEASE)
            self._next_heartbeat = now + HEARTBEAT

    def _claim(self, connection: Connection) -> None:
        free = self._slots - len(self._in_hand)
        if free <= 0:
            return
        machine = self._clock.machine()
        leases = conversations.claim(
            connection,
            self.name,
            machine=machine,
            now=self._clock.now(),
            lease_until=machine + LEASE,
            limit=free,
        )
        for lease in leases:
            self._in_hand[lease.thread] = InHand(lease.thread, lease.token, lease.conversation)

    # Start and end

    def _free_what_the_dead_left(self) -> None:
        """On one machine a file lock proves that no other worker lives: no lease need run out."""
        path = self._database.path_beside(".worker")
        if path is None:
            return
        self._worker_lock = path.open("w")
        try:
            fcntl.flock(self._worker_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            log.warning("worker.not_alone", hint="another worker uses this file; leases run out")
            return
        self._write(conversations.release_all)

    def _hand_back(self) -> None:
        self._write(lambda connection: conversations.release_all(connection, [self.name]))
        self._in_hand.clear()

    def _write(self, write: Callable[[Connection], None]) -> None:
        try:
            with self._database.writing() as connection:
                write(connection)
        except StoreUnavailable as error:  # the leases run out by themselves
            log.error("worker.store_unavailable", reason=str(error))
