"""The worker: claim threads, take them forward, carry out what that needs, let go of them.

One thread of this process owns the database and runs *turns*; a pool carries out commands and
never touches the database. In each turn, in one transaction: leases are looked at, ready threads
are leased, results that have come back are applied, every thread in hand is advanced until it
needs somebody else, and all of that is written. The calls begin after the commit, so that a crash
finds them marked as running. A turn touches only threads for which there is news: most of those in
hand wait for an answer.
"""

import os
import secrets
import threading
from collections.abc import Callable, Collection

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from messenger_app.calls import Call, Calls, Done
from messenger_app.clock import Clock
from messenger_app.conversation.policy import Policy
from messenger_app.errors import HandoverError, StoreInDoubt, StoreRefused, StoreUnavailable
from messenger_app.executor import Executor
from messenger_app.in_hand import InHand
from messenger_app.jobs.job import CALL_DEADLINE, Job, Result
from messenger_app.leases import HEARTBEAT, LEASE, Leases
from messenger_app.places import Places
from messenger_app.progress import NothingToDo, Progress
from messenger_app.stopping import Stopping
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
        calls: int = 32,
        purge: Purge | None = None,
    ) -> None:
        """``calls`` is how many calls to each bot may be under way at once."""
        self.name = f"{os.uname().nodename}:{os.getpid()}:{secrets.token_hex(3)}"
        self._database = database
        self._executor = executor
        self._clock = clock
        self._bell = bell
        self._places = Places(calls, policy)
        self._progress = Progress(policy, clock, self._places)
        has_roles = policy.routing.has_roles
        self._leases = Leases(database, clock, self.name, has_roles=has_roles)
        self._purge = purge or Purge()
        self._calls = Calls(self._carry_out, self._places.in_all)
        self._stopping = Stopping()

    def run(self) -> None:
        """Work until `stop`; then wait for the calls under way and hand back every thread."""
        log.info("worker.started", worker=self.name)
        self._write(self._leases.free_what_the_dead_left)
        threading.Thread(target=self._hear_the_bell, name="bell", daemon=True).start()
        done: list[Done] = []
        while not (self._stopping.is_set() and not self._calls.under_way and not done):
            done += self._calls.wait(TICK)
            try:
                self._turn(done)
                self._purge_now_and_then()
            except StoreUnavailable as error:  # results are kept until they are written
                log.error("worker.store_unavailable", reason=str(error))
                if self._stopping.wait(1) and not self._calls.under_way:
                    break  # what was marked as running is looked into by the next worker
        self._write(self._leases.hand_back)
        self._calls.close()
        self._leases.close()
        log.info("worker.stopped", worker=self.name)

    def stop(self) -> None:
        """Stop after the calls that are under way. Safe to call from a signal handler."""
        self._stopping.set()
        self._calls.interrupt()

    def _hear_the_bell(self) -> None:
        while not self._stopping.is_set():
            try:
                for _ in self._bell.listen():
                    self._calls.interrupt()
            except Exception:  # without it each turn would wait for its tick, until the next start
                log.exception("bell.failed")
                self._stopping.wait(1)
            else:
                return

    # A turn

    def _turn(self, done: list[Done]) -> None:
        """Do everything that can be done now, for all threads at once, or else one by one.

        Takes out of ``done`` what is written.
        """
        self._leases.free_what_is_in_doubt()
        try:
            self._work(done)
            done.clear()
        except Exception as error:  # something of one thread: the others must not wait for it
            if isinstance(error, StoreUnavailable) and not isinstance(error, StoreRefused):
                raise
            log.error("worker.turn_refused", reason=_told(error))
            self._work([], step=())
            for thread in sorted({*self._leases.in_hand, *(item.call.job.thread for item in done)}):
                self._turn_alone(thread, [i for i in done if i.call.job.thread == thread])
                done[:] = [item for item in done if item.call.job.thread != thread]

    def _turn_alone(self, thread: str, done: list[Done]) -> None:
        try:
            self._work(done, step=(thread,))
        except Exception as error:
            if isinstance(error, StoreUnavailable) and not isinstance(error, StoreRefused):
                raise
            log.error("thread.failed", thread=thread, reason=_told(error))
            self._hold_back(thread, _told(error), had_result=bool(done))

    def _work(self, done: list[Done], step: Collection[str] | None = None) -> None:
        """Run one turn in one transaction, and start the calls after it.

        ``step`` are the threads to take forward; with none of them threads are claimed and no
        more. None means all for which there is news.
        """
        before, tokens = self._leases.snapshot(), dict[str, int]()
        try:
            with self._database.writing() as connection:
                decided_at = self._clock.steady()
                news = self._find_news(connection, done) if step is None else {*step}
                news &= self._leases.in_hand.keys()
                self._leases.keep(connection, news)
                touched = self._touch(news)
                for item in done:
                    self._take_result(item)
                self._places.count(self._leases.in_hand.values())
                if not step and not self._stopping.is_set():
                    claimed = self._leases.claim(connection, self._places)
                    new = {*claimed}  # who waited goes before who goes on
                    touched = self._touch(claimed) + [it for it in touched if it not in new]
                tokens = {thread: self._leases.in_hand[thread].token for thread in touched}
                jobs = []
                if step is None or step:
                    self._read_events(connection, touched)
                    jobs = self._step_all(connection, touched)
                self._write_changes(connection, touched)
        except BaseException as error:
            self._leases.go_back_to(before)  # memory must not know of what was rolled back
            if isinstance(error, StoreInDoubt):
                self._leases.doubt(tokens)
            raise
        self._learn(done)
        self._let_go(touched)
        committed_at = self._clock.steady()
        for job, token in jobs:
            self._calls.begin(Call(job, token, decided_at, committed_at))

    def _find_news(self, connection: Connection, done: list[Done]) -> set[str]:
        """Return the threads in hand that can go on: a result came, or an event that overtakes."""
        in_hand = self._leases.in_hand
        news = {item.call.job.thread for item in done}
        news.update(thread for thread, hand in in_hand.items() if hand.running is None)
        if len(news) < len(in_hand):
            news.update(inbox.overtaken(connection, self.name))
        return news

    def _touch(self, threads: Collection[str]) -> list[str]:
        """Put copies into the hand, so that what was there can be gone back to."""
        in_hand = self._leases.in_hand
        touched = [thread for thread in threads if thread in in_hand]
        for thread in touched:
            in_hand[thread] = in_hand[thread].copy()
        return touched

    def _read_events(self, connection: Connection, threads: list[str]) -> None:
        """Read what waits for threads without a command, and for the others what overtakes."""
        hands = [self._leases.in_hand[thread] for thread in threads]
        free = [hand for hand in hands if not (hand.running or hand.commands)]
        busy = [hand for hand in hands if hand.running or hand.commands]
        waiting = inbox.waiting(connection, [hand.thread for hand in free])
        overtaking = inbox.overtaking(connection, [hand.thread for hand in busy])
        for hand in hands:
            hand.events = overtaking.get(hand.thread, [])
            hand.all_read = False
        for hand in free:
            hand.take_all(waiting.get(hand.thread, []))

    def _step_all(self, connection: Connection, threads: list[str]) -> list[tuple[Job, int]]:
        jobs: list[tuple[Job, int]] = []
        for thread in threads if not self._stopping.is_set() else ():
            hand = self._leases.in_hand[thread]
            if hand.running and not hand.events:
                continue
            found = self._step(connection, hand)
            after = self._leases.in_hand[thread]
            if isinstance(found, NothingToDo):
                more = found.until is None and after.may_have_more and not after.events
                now = conversations.ready(self._clock.machine())
                after.release(now if more else found.until, found.queue)
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

    def _write_changes(self, connection: Connection, threads: list[str]) -> None:
        changes = {thread: self._leases.in_hand[thread].changes for thread in threads}
        worklist.write(connection, changes, self._clock.machine())

    def _learn(self, done: list[Done]) -> None:
        """Give each bot as many places as its answers tell."""
        now = self._clock.steady()
        for item in done:
            job = item.call.job
            if bot := self._places.bot_of(job.page_id, job.open.command):
                self._places.learn(bot, item.result, item.call.committed_at, now)

    def _let_go(self, threads: list[str]) -> None:
        """Forget what was written; look again at once where somebody waits for a free place."""
        full = len(self._leases.in_hand) >= self._places.in_all
        for thread in threads:
            hand = self._leases.in_hand[thread]
            if hand.changes.released:
                del self._leases.in_hand[thread]
                if full or conversations.is_ready(hand.changes.due):
                    self._calls.interrupt()
            hand.changes = Changes()
        has_room = len(self._leases.in_hand) < self._places.in_all
        if self._places.are_wanted and has_room and not self._stopping.is_set():
            self._calls.interrupt()

    def _hold_back(self, thread: str, reason: str, *, had_result: bool) -> None:
        """Let go of a thread whose changes the database refused, and of what made them."""
        if thread not in self._leases.in_hand:
            return
        hand = self._leases.in_hand[thread].copy()
        try:
            with self._database.writing() as connection:
                if not conversations.held(connection, {thread: hand.token}):
                    del self._leases.in_hand[thread]
                    return
                hand.events = inbox.pending(connection, thread)
                culprit = hand.events[0] if hand.events and not had_result else None
                if had_result:
                    hand.running = None
                found = self._progress.blame(hand, culprit, reason)
                call_is_over = self._clock.machine() + CALL_DEADLINE
                hand.release(found.until if isinstance(found, NothingToDo) else call_is_over)
                worklist.write(connection, {thread: hand.changes}, self._clock.machine())
        except Exception as error:  # its lease runs out, and then it is tried again
            if isinstance(error, StoreInDoubt):
                self._leases.doubt({thread: hand.token})
            if isinstance(error, StoreUnavailable) and not isinstance(error, StoreRefused):
                raise
            log.error("thread.failed", thread=thread, reason=_told(error))
        del self._leases.in_hand[thread]

    def _purge_now_and_then(self) -> None:
        steady, machine, now = self._clock.steady(), self._clock.machine(), self._clock.now()
        if self._purge.is_due(steady):
            self._write(
                lambda connection: self._purge.run(
                    connection, steady=steady, machine=machine, now=now
                )
            )

    # Calls

    def _carry_out(self, call: Call) -> Result | None:
        job = call.job
        try:
            return self._executor.run(job) if self._may_begin(call) else None
        except Exception as error:  # a fault of ours must not leave the thread stuck for ever
            log.exception("command.crashed", thread=job.thread, kind=job.open.kind)
            return self._executor.give_up(job, f"crashed: {type(error).__name__}")

    def _may_begin(self, call: Call) -> bool:
        """Look at the time once more: the lease must outlast the call, and the decision be fresh.

        In the turn that decided it, the lease had at least LEASE - HEARTBEAT left, and nothing
        was known that speaks against it.
        """
        now = self._clock.steady()
        outlasts = now - call.decided_at < LEASE - HEARTBEAT - CALL_DEADLINE
        return outlasts and now - call.committed_at < STALE

    def _take_result(self, done: Done) -> None:
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
    """Say what it was; only our own errors have a text without what people wrote."""
    return str(error) if isinstance(error, HandoverError) else type(error).__name__
