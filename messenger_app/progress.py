"""How one leased thread goes on: what is applied, what is dropped, what has to be carried out.

Everything here happens within a transaction that the worker opened.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from messenger_app.clock import Clock
from messenger_app.conversation.commands import Command, SendMessage
from messenger_app.conversation.events import Event, MessageSent, OwnAppEchoed, TimerFired
from messenger_app.conversation.policy import Policy
from messenger_app.conversation.state import Conversation
from messenger_app.conversation.transitions import Line, Transition, may_run, transition
from messenger_app.executor import CALL_DEADLINE, ECHO_GRACE, Job, Result, Settled, TryAgain
from messenger_app.graph.messages import split
from messenger_app.store import conversations, inbox, outbox, transcripts
from messenger_app.store.inbox import StoredEvent
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.tables import CommandStatus, EventStatus
from messenger_app.webhook.parser import parse

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class InHand:
    """A thread that this worker leases."""

    thread: str
    token: int
    conversation: Conversation
    #: The command that is being carried out, if any.
    running: OpenCommand | None = None


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """The thread can be let go of; ``until`` is when to look again, None for never."""

    until: int | None


class Progress:
    """Takes threads forward, one step after another."""

    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def advance(self, connection: Connection, hand: InHand) -> Job | NothingToDo:
        """Go on with a thread until a call is needed, or nothing is left to do."""
        while True:
            command = outbox.first_open(connection, hand.thread)
            if command is not None and not may_run(
                hand.conversation, command.command, command.turn
            ):
                self._drop(connection, hand, command)
                continue
            if command is not None and command.status is CommandStatus.RUNNING:
                _leave_alone(connection, command)
                continue
            waits_until = command.not_before if command else 0
            if command is not None and waits_until <= self._clock.machine():
                return self._start(connection, hand, command)
            if command is None and self._apply_next(connection, hand):
                continue
            if self._fire_timer(connection, hand):
                continue
            return NothingToDo(waits_until or None)

    def apply_overtaking(self, connection: Connection, hand: InHand) -> None:
        """Apply handovers and echoes at once, also while a command of the thread is running."""
        for stored in inbox.pending(connection, hand.thread):
            if stored.overtakes:
                self._apply_stored(connection, hand, stored)

    def take_result(self, connection: Connection, hand: InHand, job: Job, result: Result) -> None:
        """Write down what came of a command, and apply what it means."""
        hand.running = None
        if isinstance(result, TryAgain):
            self._put_back(connection, job, result)
        else:
            self._settle(connection, hand, job.open, result)

    # Commands

    def _start(self, connection: Connection, hand: InHand, command: OpenCommand) -> Job:
        now = self._clock.machine()
        over = (command.started_at or 0) + CALL_DEADLINE <= now
        may_call = over or not command.uncertain
        hand.running = outbox.start(connection, command, now, may_call=may_call)
        known = frozenset[str]()
        if command.uncertain and isinstance(command.command, SendMessage):
            known = outbox.mids(connection, hand.thread)
        return Job(
            hand.thread,
            hand.conversation.page_id,
            hand.conversation.psid,
            hand.running,
            may_call=may_call,
            tried_at=command.started_at or 0,
            known_mids=known,
        )

    def _drop(self, connection: Connection, hand: InHand, command: OpenCommand) -> None:
        outbox.finish(
            connection, command.id, CommandStatus.DROPPED, error="the owner changed before it"
        )
        log.info("command.dropped", thread=hand.thread, kind=command.kind)
        if isinstance(command.command, SendMessage):
            line = Line(
                "bot",
                command.command.message.text,
                self._clock.now(),
                note="not said: the thread was no longer the bot's",
            )
            transcripts.add(connection, hand.thread, (line,))

    def _put_back(self, connection: Connection, job: Job, again: TryAgain) -> None:
        log.info(
            "command.again",
            thread=job.thread,
            kind=job.open.kind,
            attempts=job.open.attempts,
            after_ms=again.after,
            reason=again.reason,
        )
        not_before = self._clock.machine() + again.after
        if again.uncertain:
            not_before = max(not_before, _not_sent_again_before(job.open))
        outbox.put_back(
            connection,
            job.open.id,
            not_before=not_before,
            uncertain=again.uncertain,
            error=again.reason,
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

    # Events

    def _apply_next(self, connection: Connection, hand: InHand) -> bool:
        """Apply the oldest waiting event. False where there is none, or it has to wait."""
        waiting = inbox.pending(connection, hand.thread)
        return bool(waiting) and self._apply_stored(connection, hand, waiting[0])

    def _fire_timer(self, connection: Connection, hand: InHand) -> bool:
        timer, now = hand.conversation.timer, self._clock.now()
        if timer is None or timer.due > now:
            return False
        self._apply(connection, hand, TimerFired(at=now, received_at=now, kind=timer.kind))
        return True

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
        after = self._decide(hand, event)
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

    def _decide(self, hand: InHand, event: Event) -> Transition:
        try:
            return transition(hand.conversation, event, self._policy)
        except Exception:  # a fault in one rule must not stop every other thread
            log.exception("event.crashed", thread=hand.thread, kind=type(event).__name__)
            return Transition(hand.conversation)


def _leave_alone(connection: Connection, command: OpenCommand) -> None:
    """Leave what a dead worker began alone until it must be over.

    A message's echo that comes in the meantime settles it; whether a control call or a question
    to the bot got through can be looked up at once.
    """
    outbox.put_back(
        connection,
        command.id,
        not_before=_not_sent_again_before(command),
        uncertain=True,
        error="the worker died over it",
    )


def _not_sent_again_before(command: OpenCommand) -> int:
    """Return until when a message that may have arrived waits for its echo.

    Whether anything else got through can be looked up at once.
    """
    if not isinstance(command.command, SendMessage):
        return 0
    return (command.started_at or 0) + CALL_DEADLINE + ECHO_GRACE


def _parts(command: Command) -> list[Command]:
    """Cut what one Messenger message can't hold into several commands."""
    if isinstance(command, SendMessage):
        return [SendMessage(part) for part in split(command.message)]
    return [command]
