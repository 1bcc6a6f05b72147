"""How one leased thread goes on: what is applied, what is dropped, what has to be carried out.

All of it in memory: the worker reads before and writes after, in one transaction for all threads.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from messenger_app.clock import Clock
from messenger_app.conversation.commands import Command, SendMessage
from messenger_app.conversation.events import Event, MessageSent, OwnAppEchoed, TimerFired
from messenger_app.conversation.policy import Policy
from messenger_app.conversation.replacing import replace
from messenger_app.conversation.state import Conversation
from messenger_app.conversation.transcript import Line
from messenger_app.conversation.transitions import Transition, may_run, transition
from messenger_app.doubt import (
    heal,
    leave_alone,
    may_arrive_until,
    may_be_done,
    not_sent_again_before,
)
from messenger_app.graph.messages import split
from messenger_app.in_hand import InHand
from messenger_app.jobs.job import CALL_DEADLINE, Job, Result, Settled, TryAgain, backoff
from messenger_app.jobs.sending import LOOK_BACK
from messenger_app.places import Places
from messenger_app.store import inbox, outbox, payloads
from messenger_app.store.conversations import LONGEST_WAIT, ready
from messenger_app.store.inbox import Finding, StoredEvent
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.tables import CommandStatus, EventStatus
from messenger_app.webhook.parser import parse

log = structlog.get_logger(__name__)

#: Times that an event may fail to be applied before it is set aside.
MOST_FAULTS = 5
#: A message that was said since then may have been settled a little earlier. Milliseconds.
SLACK = 60_000

#: A thread in a bot's queue is looked at after this, if its turn has not come. Milliseconds.
FORGOTTEN = 5 * 60_000

NOT_SAID = "not said: the thread was no longer the bot's"


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """The thread can be let go of; ``until`` is when to look again, None for never."""

    until: int | None
    #: The bot that the thread waits for, because all its places are taken, and since when.
    queue: tuple[str, int] | None = None


class Progress:
    """Takes threads forward, one step after another."""

    def __init__(self, policy: Policy, clock: Clock, places: Places) -> None:
        self._policy = policy
        self._clock = clock
        self._places = places

    def step(self, connection: Connection, hand: InHand) -> Job | NothingToDo | None:
        """Go on with a thread until a call is needed; None while one is under way.

        A fault of ours comes out as an exception; then nothing of the step counts.
        """
        self._apply_overtaking(connection, hand)
        return None if hand.running else self._advance(connection, hand)

    def blame(
        self, hand: InHand, culprit: StoredEvent | None, reason: str
    ) -> Job | NothingToDo | None:
        """Hold back a thread that can't go on; what stops it again and again is set aside."""
        attempts = 1
        if culprit is not None:
            attempts = culprit.attempts + 1
            self._set_back(hand, culprit, attempts, reason)
        elif hand.commands and hand.running is None:
            failed = replace(hand.commands[0], status=CommandStatus.FAILED, error=reason)
            log.error("command.crashed", thread=hand.thread, kind=failed.kind)
            hand.put(failed)
            attempts = MOST_FAULTS
        if hand.running is not None:
            return None
        now = self._clock.machine()
        return NothingToDo(now + backoff(attempts) if attempts < MOST_FAULTS else ready(now))

    def take_result(self, hand: InHand, job: Job, result: Result | None) -> None:
        """Write down what came of a command, and apply what it means. None: it was not begun."""
        hand.running = None
        if result is not None and result.profile is not None:
            hand.learn(result.profile)
        if hand.by_key(job.open.key) is None:
            return  # its echo was quicker
        if result is None:
            hand.put(hand.unbegun or job.open)
        elif isinstance(result, TryAgain):
            self._put_back(hand, job, result)
        else:
            self._settle(hand, job.open, result)

    # Commands

    def _advance(self, connection: Connection, hand: InHand) -> Job | NothingToDo:
        while True:
            now = self._clock.machine()
            command = heal(hand, now)
            if command is not None and not may_run(
                hand.conversation, command.command, command.turn, in_doubt=may_be_done(command)
            ):
                if (over := may_arrive_until(command)) > now:
                    return NothingToDo(over)
                self._drop(hand, command)
                continue
            if command is not None and command.status is CommandStatus.RUNNING:
                leave_alone(hand, command)
                continue
            waits_until = command.not_before if command else 0
            waits_for = None
            if command is not None and waits_until <= now:
                bot = self._places.bot_of(hand.conversation.page_id, command.command)
                if self._places.take(bot):
                    return self._start(connection, hand, command)
                waits_for = bot
            if command is None and self._apply_next(connection, hand):
                continue
            if self._fire_timer(hand):
                continue
            if command is not None and waits_for is not None:
                return self._queue(hand, command, waits_for)
            return NothingToDo(waits_until or None)

    def _queue(self, hand: InHand, command: OpenCommand, bot: str) -> NothingToDo:
        """Let it wait for a place, behind those who wait already.

        Whatever comes for the thread meanwhile is looked at, and costs it no place in the queue.
        """
        now = self._clock.machine()
        if not command.not_before:
            command = replace(command, not_before=now)
            hand.put(command)
        return NothingToDo(now + FORGOTTEN, (bot, command.not_before))

    def _start(self, connection: Connection, hand: InHand, command: OpenCommand) -> Job:
        now, tried_at = self._clock.machine(), command.started_at or 0
        may_call = not command.uncertain or tried_at + CALL_DEADLINE <= now
        started = replace(
            command,
            status=CommandStatus.RUNNING,
            started_at=now if may_call else command.started_at,
            attempts=command.attempts + (1 if may_call else 0),
        )
        hand.put(started)
        hand.running, hand.unbegun = started, command
        known = frozenset[str]()
        if command.uncertain and isinstance(command.command, SendMessage):
            known = outbox.mids(connection, hand.thread, tried_at - LOOK_BACK - SLACK)
        return Job(
            hand.thread,
            hand.conversation.page_id,
            hand.conversation.psid,
            started,
            may_call=may_call,
            wanted=may_run(hand.conversation, command.command, command.turn),
            tried_at=tried_at,
            known_mids=known,
            profile=hand.profile,
        )

    def _drop(self, hand: InHand, command: OpenCommand) -> None:
        error = "the owner changed before it"
        hand.put(replace(command, status=CommandStatus.DROPPED, error=error))
        log.info("command.dropped", thread=hand.thread, kind=command.kind)
        if isinstance(command.command, SendMessage):
            text = command.command.message.in_words
            hand.tell(Line("bot", text, self._clock.now(), note=NOT_SAID))

    def _put_back(self, hand: InHand, job: Job, again: TryAgain) -> None:
        """Try again later, however often: what can't be reached or is busy will be there again.

        Everything else ends by itself: the executor counts errors and tries without an answer.
        """
        log.info(
            "command.again",
            thread=job.thread,
            kind=job.open.kind,
            attempts=job.open.attempts,
            after_ms=again.after,
            reason=again.reason,
        )
        not_before = self._clock.machine() + min(again.after, LONGEST_WAIT)
        if again.uncertain:
            not_before = max(not_before, not_sent_again_before(job.open))
        hand.put(
            replace(
                job.open,
                status=CommandStatus.QUEUED,
                not_before=not_before,
                started_at=None if again.over else job.open.started_at,
                uncertain=job.open.uncertain or again.uncertain,
                error=again.reason,
            )
        )

    def _settle(self, hand: InHand, command: OpenCommand, settled: Settled) -> None:
        status = CommandStatus.FAILED if settled.refused else CommandStatus.DONE
        error = settled.refused or None
        hand.put(replace(command, status=status, mid=settled.mid, error=error))
        if settled.event is not None:
            self._apply(hand, settled.event, self._decide(hand, settled.event))

    # Events

    def _apply_overtaking(self, connection: Connection, hand: InHand) -> None:
        """Apply handovers and echoes at once, also while a command of the thread is running."""
        for stored in hand.events:
            if stored.overtakes:
                self._apply_stored(connection, hand, stored)

    def _apply_next(self, connection: Connection, hand: InHand) -> bool:
        """Apply the oldest waiting event. False where there is none, or it has to wait."""
        if not hand.all_read:  # what it was busy with is over sooner than it seemed
            hand.take_all(inbox.pending(connection, hand.thread))
        return bool(hand.events) and self._apply_stored(connection, hand, hand.events[0])

    def _fire_timer(self, hand: InHand) -> bool:
        timer, now = hand.conversation.timer, self._clock.now()
        if timer is None or timer.due > now:
            return False
        event = TimerFired(at=now, received_at=now, kind=timer.kind)
        self._apply(hand, event, self._decide(hand, event))
        return True

    def _apply_stored(self, connection: Connection, hand: InHand, stored: StoredEvent) -> bool:
        """Apply an event of the inbox. False where it must wait."""
        hand.applying = stored
        event, key = parse(
            stored.body,
            stored.channel,
            stored.at,
            stored.received_at,
            own_app_id=self._policy.app_id,
        )
        event = payloads.fetched(connection, hand.thread, event)
        if key and isinstance(event, OwnAppEchoed):
            self._match_echo(hand, event, key)
        after = transition(hand.conversation, event, self._policy_for(hand))
        if not after.held:
            self._apply(hand, event, after)
            hand.finish(Finding(stored.id, EventStatus.DONE, attempts=stored.attempts))
        hand.applying = None
        return not after.held

    def _match_echo(self, hand: InHand, echo: OwnAppEchoed, key: str) -> None:
        """Settle a message whose echo has come, also while its call is still open.

        That call may end without an answer, and then nothing else would tell of a picture. The
        thread goes no further before it has ended.
        """
        command = hand.by_key(key)
        if command is None:
            return  # settled by the answer of its call
        if not isinstance(command.command, SendMessage):
            return
        sent = MessageSent(
            at=echo.at,
            received_at=echo.received_at,
            turn=command.turn,
            mid=echo.mid,
            text=command.command.message.in_words,
        )
        self._settle(hand, command, Settled(sent, mid=echo.mid))

    def _apply(self, hand: InHand, event: Event, after: Transition) -> None:
        """Write down all that follows from an event."""
        was = hand.conversation.owner
        hand.become(after.conversation)
        for command in after.commands:
            for part in _parts(command):
                hand.add(part)
        hand.tell(*after.transcript)
        log.info(
            "event.applied",
            thread=hand.thread,
            kind=type(event).__name__,
            owner=after.conversation.owner.value,
            owner_before=was.value,
        )

    def _decide(self, hand: InHand, event: Event) -> Transition:
        """Run the core on an event that no inbox keeps, so that there is no second try."""
        try:
            return transition(hand.conversation, event, self._policy_for(hand))
        except Exception:  # a fault in one rule must not stop every other thread
            log.exception("event.crashed", thread=hand.thread, kind=type(event).__name__)
            return Transition(_without_timer(hand.conversation, event))

    def _policy_for(self, hand: InHand) -> Policy:
        return self._policy.in_language(hand.profile.locale).in_role(hand.role)

    def _set_back(self, hand: InHand, event: StoredEvent, attempts: int, reason: str) -> None:
        last = attempts >= MOST_FAULTS
        status = EventStatus.SET_ASIDE if last else EventStatus.PENDING
        hand.finish(Finding(event.id, status, reason, attempts))
        if last:
            log.error("event.set_aside", thread=hand.thread, event_id=event.id, reason=reason)
        else:
            log.warning("event.again", thread=hand.thread, event_id=event.id, reason=reason)


def _without_timer(conversation: Conversation, event: Event) -> Conversation:
    return replace(conversation, timer=None) if isinstance(event, TimerFired) else conversation


def _parts(command: Command) -> list[Command]:
    """Cut what one Messenger message can't hold into several commands."""
    if isinstance(command, SendMessage):
        return [SendMessage(part) for part in split(command.message)]
    return [command]
