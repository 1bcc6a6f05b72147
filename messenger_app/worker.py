"""The worker: claim a thread, apply what came in, carry out what follows, let go of it.

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
from messenger_app.conversation.commands import Command, SendMessage
from messenger_app.conversation.events import Event, MessageSent, OwnAppEchoed, TimerFired
from messenger_app.conversation.policy import Policy
from messenger_app.conversation.state import Conversation
from messenger_app.conversation.transitions import Line, may_run, transition
from messenger_app.errors import StoreUnavailable
from messenger_app.executor import CALL_DEADLINE, ECHO_GRACE, Executor, Job, Result, Settled
from messenger_app.graph.messages import split
from messenger_app.store import conversations, inbox, outbox, transcripts
from messenger_app.store.database import Database
from messenger_app.store.inbox import StoredEvent
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.tables import CommandStatus, EventStatus
from messenger_app.store.wakeup import Bell
from messenger_app.webhook.parser import parse

log = structlog.get_logger(__name__)

#: A lease is longer than any call may last, so that only a dead worker loses one. Milliseconds.
LEASE = 20_000
HEARTBEAT = 5_000
#: How often the worker looks by itself, in seconds.
TICK = 0.25


@dataclass(slots=True)
class InHand:
    """A thread that this worker leases."""

    thread: str
    token: int
    conversation: Conversation
    #: The command that is being carried out, if any.
    running: OpenCommand | None = None


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
        self._policy = policy
        self._clock = clock
        self._bell = bell
        self._slots = threads
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
        start: list[tuple[Job, int]] = []
        try:
            with self._database.writing() as connection:
                self._keep_leases(connection)
                for item in done:
                    self._take_result(connection, item)
                if not self._stopping.is_set():
                    self._claim(connection)
                self._apply_overtaking(connection)
                for hand in list(self._in_hand.values()):
                    if hand.running is None:
                        job = self._advance(connection, hand)
                        if job is not None:
                            start.append((job, hand.token))
        except StoreUnavailable:
            self._in_hand = before  # memory must not know of what was rolled back
            raise
        for job, token in start:
            self._pool.submit(self._carry_out, job, token)

    def _carry_out(self, job: Job, token: int) -> None:
        try:
            result = self._executor.run(job)
        except Exception as error:  # a fault of ours must not leave the thread stuck for ever
            log.exception("command.crashed", thread=job.thread, kind=_kind(job.open))
            result = self._executor.give_up(job, f"crashed: {type(error).__name__}")
        self._results.put(_Done(job, token, result))

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

    def _take_result(self, connection: Connection, done: _Done) -> None:
        job, hand = done.job, self._in_hand.get(done.job.thread)
        if hand is None or hand.token != done.token:
            log.warning("lease.lost", thread=job.thread, kind=_kind(job.open))
            return
        if not conversations.holds(connection, job.thread, done.token):
            log.warning("lease.lost", thread=job.thread, kind=_kind(job.open))
            del self._in_hand[job.thread]
            return
        hand.running = None
        if isinstance(done.result, Settled):
            self._settle(connection, hand, job.open, done.result)
            return
        log.info(
            "command.again",
            thread=job.thread,
            kind=_kind(job.open),
            attempts=job.open.attempts,
            after_ms=done.result.after,
            reason=done.result.reason,
        )
        not_before = self._clock.machine() + done.result.after
        if done.result.uncertain:
            not_before = max(not_before, _not_sent_again_before(job.open))
        outbox.put_back(
            connection,
            job.open.id,
            not_before=not_before,
            uncertain=done.result.uncertain,
            error=done.result.reason,
        )

    def _settle(
        self, connection: Connection, hand: InHand, command: OpenCommand, settled: Settled
    ) -> None:
        status = CommandStatus.FAILED if settled.refused else CommandStatus.DONE
        outbox.finish(
            connection, command.id, status, mid=settled.mid, error=settled.refused or None
        )
        if settled.event is not None:
            self._apply(connection, hand, settled.event)

    # One thread

    def _advance(self, connection: Connection, hand: InHand) -> Job | None:
        """Go on with one thread until a call is needed, or nothing is left to do."""
        while True:
            if self._stopping.is_set():
                return None  # handed back by `_hand_back`
            command = outbox.first_open(connection, hand.thread)
            if command is not None and not may_run(
                hand.conversation, command.command, command.turn
            ):
                self._drop(connection, hand, command)
                continue
            if command is not None and command.status is CommandStatus.RUNNING:
                self._leave_alone(connection, command)
                continue
            waits_until = command.not_before if command else 0
            if command is not None and waits_until <= self._clock.machine():
                return self._start(connection, hand, command)
            if command is None and self._apply_next(connection, hand):
                continue
            if self._fire_timer(connection, hand):
                continue
            conversations.release(connection, hand.thread, waits_until or None)
            del self._in_hand[hand.thread]
            return None

    def _start(self, connection: Connection, hand: InHand, command: OpenCommand) -> Job:
        now = self._clock.machine()
        over = (command.started_at or 0) + CALL_DEADLINE <= now
        may_call = over or not command.uncertain
        hand.running = outbox.start(connection, command, now, may_call=may_call)
        conversation = hand.conversation
        return Job(
            hand.thread, conversation.page_id, conversation.psid, hand.running, may_call=may_call
        )

    @staticmethod
    def _leave_alone(connection: Connection, command: OpenCommand) -> None:
        """Leave what a dead worker began alone until it must be over.

        A message's echo that comes in the meantime settles it; whether a control call or a
        question to the bot got through can be looked up at once.
        """
        outbox.put_back(
            connection,
            command.id,
            not_before=_not_sent_again_before(command),
            uncertain=True,
            error="the worker died over it",
        )

    def _apply_next(self, connection: Connection, hand: InHand) -> bool:
        """Apply the oldest waiting event. False where there is none, or it has to wait."""
        waiting = inbox.pending(connection, hand.thread)
        return bool(waiting) and self._apply_stored(connection, hand, waiting[0])

    def _apply_overtaking(self, connection: Connection) -> None:
        """Apply handovers and echoes at once, also while a command of their thread is running."""
        for thread in conversations.overtaken(connection, self.name):
            hand = self._in_hand.get(thread)
            if hand is None:
                continue
            for stored in inbox.pending(connection, thread):
                if stored.overtakes:
                    self._apply_stored(connection, hand, stored)

    def _fire_timer(self, connection: Connection, hand: InHand) -> bool:
        timer, now = hand.conversation.timer, self._clock.now()
        if timer is None or timer.due > now:
            return False
        self._apply(connection, hand, TimerFired(at=now, received_at=now, kind=timer.kind))
        return True

    def _drop(self, connection: Connection, hand: InHand, command: OpenCommand) -> None:
        outbox.finish(
            connection, command.id, CommandStatus.DROPPED, error="the owner changed before it"
        )
        log.info("command.dropped", thread=hand.thread, kind=_kind(command))
        if isinstance(command.command, SendMessage):
            line = Line(
                "bot",
                command.command.message.text,
                self._clock.now(),
                note="not said: the thread was no longer the bot's",
            )
            transcripts.add(connection, hand.thread, (line,))

    def _apply_stored(self, connection: Connection, hand: InHand, stored: StoredEvent) -> bool:
        try:
            event, key = parse(
                stored.body,
                stored.channel,
                stored.at,
                stored.received_at,
                own_app_id=self._policy.app_id,
            )
            transition(hand.conversation, event, self._policy)  # pure: a try costs nothing
        except Exception as error:
            log.exception("event.set_aside", thread=hand.thread, event_id=stored.id)
            inbox.finish(connection, stored.id, EventStatus.SET_ASIDE, type(error).__name__)
            return True
        if key and isinstance(event, OwnAppEchoed):
            self._match_echo(connection, hand, event, key)
        if not self._apply(connection, hand, event):
            return False
        inbox.finish(connection, stored.id, EventStatus.DONE)
        return True

    def _match_echo(
        self, connection: Connection, hand: InHand, echo: OwnAppEchoed, key: str
    ) -> None:
        """Settle a message whose outcome was unknown: its echo has come."""
        command = outbox.by_key(connection, hand.thread, key)
        if command is None or (hand.running is not None and hand.running.id == command.id):
            return  # settled, or about to be by the answer of the call itself
        if not isinstance(command.command, SendMessage):
            return
        sent = MessageSent(
            at=echo.at,
            received_at=echo.received_at,
            turn=command.turn,
            mid=echo.mid,
            text=command.command.message.text,
        )
        self._settle(connection, hand, command, Settled(sent, mid=echo.mid))

    def _apply(self, connection: Connection, hand: InHand, event: Event) -> bool:
        """Run the core on one event and write down all that follows. False where it must wait."""
        was = hand.conversation
        after = transition(was, event, self._policy)
        if after.held:
            return False
        hand.conversation = after.conversation
        if after.conversation != was:
            conversations.save(connection, hand.thread, after.conversation)
        for command in after.commands:
            for part in _parts(command):
                outbox.add(connection, hand.thread, after.conversation.turn, part)
        transcripts.add(connection, hand.thread, after.transcript)
        log.info(
            "event.applied",
            thread=hand.thread,
            kind=type(event).__name__,
            owner=after.conversation.owner.value,
            owner_before=was.owner.value,
        )
        return True

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
        self._write("free", conversations.release_all)

    def _hand_back(self) -> None:
        self._write(
            "hand_back", lambda connection: conversations.release_all(connection, [self.name])
        )
        self._in_hand.clear()

    def _write(self, what: str, write: Callable[[Connection], None]) -> None:
        try:
            with self._database.writing() as connection:
                write(connection)
        except StoreUnavailable as error:  # the leases run out by themselves
            log.error("worker.store_unavailable", during=what, reason=str(error))


def _parts(command: Command) -> list[Command]:
    """Cut what one Messenger message can't hold into several commands."""
    if isinstance(command, SendMessage):
        return [SendMessage(part) for part in split(command.message)]
    return [command]


def _not_sent_again_before(command: OpenCommand) -> int:
    """Return until when a message that may have arrived waits for its echo.

    Whether anything else got through can be looked up at once.
    """
    if not isinstance(command.command, SendMessage):
        return 0
    return (command.started_at or 0) + CALL_DEADLINE + ECHO_GRACE


def _kind(command: OpenCommand) -> str:
    return type(command.command).__name__
