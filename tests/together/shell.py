"""The worker, its progress and the tables in small: one thread, in memory, step by step.

The core, the parser, the envelope and the executor are the real ones.
"""

from dataclasses import dataclass, field, replace

import orjson
from pydantic import TypeAdapter

from messenger_app.conversation.commands import Command, SendMessage
from messenger_app.conversation.events import (
    Event,
    MessageSent,
    OwnAppEchoed,
    TimerFired,
)
from messenger_app.conversation.policy import Policy
from messenger_app.conversation.state import Conversation, Owner
from messenger_app.conversation.transcript import Line
from messenger_app.conversation.transitions import may_run, transition
from messenger_app.doubt import may_be_done
from messenger_app.executor import Executor
from messenger_app.graph.messages import split as split_message
from messenger_app.jobs.job import CALL_DEADLINE, ECHO_GRACE, Job, Result, TryAgain
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.tables import CommandStatus
from messenger_app.webhook.envelope import Channel, ReceivedEvent, split
from messenger_app.webhook.parser import parse
from tests.together.meta import TwoClocks

_json = TypeAdapter(Conversation)


@dataclass
class Stored:
    """One event of the inbox."""

    id: int
    event: ReceivedEvent
    received_at: int
    done: bool = False
    #: When it was applied, as a number that counts all applied events.
    applied: int | None = None


@dataclass
class Began:
    """A command that was begun, and what the bridge believed right then."""

    command: Command
    key: str
    owner: Owner
    #: How many events had been applied and how many stored.
    applied: int
    stored: int
    #: How many echoes of this very message had been stored.
    echoes: int
    #: When it was decided and how many events had been applied then; True for its first try.
    decided_at: int
    decided: int
    first: bool


@dataclass
class Shell:
    """The bridge's half around the core, for one thread."""

    policy: Policy
    executor: Executor
    clock: TwoClocks
    page_id: str
    psid: str
    conversation: Conversation = field(init=False)
    _page: Conversation = field(init=False)
    inbox: list[Stored] = field(default_factory=list)
    #: By key, in their order.
    outbox: dict[str, OpenCommand] = field(default_factory=dict)
    transcript: list[Line] = field(default_factory=list)
    began: list[Began] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    #: Whom the bridge took for the owner right before each of them.
    believed: list[Owner] = field(default_factory=list)
    #: The call under way, and what came of it.
    running: Job | None = None
    result: Result | None = None
    #: What came of it where that is still on its way back: news may be quicker.
    answer: Result | None = None
    #: Keys of the commands whose results a dead worker took with it.
    lost: list[str] = field(default_factory=list)
    #: When each command was decided, by its key, and how many events had been applied then.
    decided: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: When to look again, if something waits for its time.
    wait_until: int | None = None
    _keys: set[bytes] = field(default_factory=set)
    #: Of all that was sent.
    _mids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.conversation = Conversation(page_id=self.page_id, psid=self.psid)
        self._page = Conversation(page_id=self.page_id, psid=self.page_id)

    # What comes in

    def receive(self, body: bytes) -> None:
        """Do what the webhook's view does: split and store, each event once."""
        for event in split(body, frozenset({self.page_id}), self.clock.now()):
            self._store(event)

    def operator(self, action: str, target: str | None = None) -> None:
        """Do what ``flask thread`` does."""
        number, now = len(self.inbox), self.clock.now()
        body = orjson.dumps({"action": action, "target": target})
        key = str(number).encode()
        self._store(ReceivedEvent(Channel.OPERATOR, self.page_id, self.psid, key, now, False, body))

    def _store(self, event: ReceivedEvent) -> None:
        if event.dedupe_key in self._keys:
            return
        self._keys.add(event.dedupe_key)
        if event.psid == self.page_id:  # the Page's own thread; another worker is quick with it
            told, _ = self._parsed(event, self.clock.now())
            self._page = transition(self._page, told, self.policy).conversation
        else:
            self.inbox.append(Stored(len(self.inbox), event, self.clock.now()))

    # One turn of the worker

    def turn(self) -> bool:
        """Apply what came back and what overtakes, then go on until a call is needed.

        True where anything was done.
        """
        before = (len(self.events), len(self.began), self._open_count())
        if self.result is not None and self.running is not None:
            self._take_result(self.running, self.result)
        self._apply_overtaking()
        if self.running is None:
            self._advance()
        return before != (len(self.events), len(self.began), self._open_count())

    @property
    def is_calling(self) -> bool:
        """Whether a call has been begun that has not happened yet."""
        return self.running is not None and self.result is None and self.answer is None

    @property
    def tried_at(self) -> int:
        """When the call under way was begun, by the platform's clock; 0 for none."""
        began = self.running.open.started_at if self.running is not None else None
        return (began or 0) - self.clock.skew

    def carry_out(self, *, slowly: bool = False) -> None:
        """Let the call under way happen; its answer is taken in the next turn, once it has come."""
        assert self.running is not None
        came = self.executor.run(self.running)
        self.answer, self.result = (came, None) if slowly else (None, came)

    def answer_arrives(self) -> None:
        """Let a slow answer come."""
        self.answer, self.result = None, self.answer

    def die(self) -> Job | None:
        """Lose everything that is only in memory. Returns the call that may still be under way."""
        if self.running is not None:
            self.lost.append(self.running.open.key)
        lost = self.running if self.is_calling else None
        self.running = self.result = self.answer = None
        self.conversation = _json.validate_json(_json.dump_json(self.conversation))
        return lost

    def pending(self) -> list[Stored]:
        """Return what waits, by the platform's time."""
        waiting = [stored for stored in self.inbox if not stored.done]
        return sorted(waiting, key=lambda stored: (stored.event.at, stored.id))

    def open_commands(self) -> list[OpenCommand]:
        """Return the commands that are not settled."""
        return [open_ for open_ in self.outbox.values() if open_.status < CommandStatus.DONE]

    def _open_count(self) -> int:
        return len(self.open_commands())

    def _apply_overtaking(self) -> None:
        for stored in self.pending():
            if stored.event.overtakes:
                self._apply_stored(stored)

    def _advance(self) -> None:
        while True:
            command = next(iter(self.open_commands()), None)
            if command and not may_run(
                self.conversation, command.command, command.turn, in_doubt=may_be_done(command)
            ):
                self._drop(command)
                continue
            if command and command.status is CommandStatus.RUNNING:
                self._put_back(command, 0, uncertain=True)
                continue
            self.wait_until = command.not_before if command else None
            if command and command.not_before <= self.clock.machine():
                self._start(command)
                return
            waiting = self.pending()
            if command is None and waiting and self._apply_stored(waiting[0]):
                continue
            if not self._fire_timer():
                return

    def _start(self, command: OpenCommand) -> None:
        now = self.clock.machine()
        may_call = not command.uncertain or (command.started_at or 0) + CALL_DEADLINE <= now
        tried_at = command.started_at or 0
        if may_call:
            command = replace(command, started_at=now, attempts=command.attempts + 1)
        self._write(replace(command, status=CommandStatus.RUNNING))
        opened = self.outbox[command.key]
        self.running = Job(
            "thread",
            self.page_id,
            self.psid,
            opened,
            may_call=may_call,
            wanted=may_run(self.conversation, command.command, command.turn),
            tried_at=tried_at,
            known_mids=frozenset(self._mids),
        )
        key = opened.key.encode()
        echoes = sum(key in stored.event.body for stored in self.inbox)
        owner, applied = self.conversation.owner, len(self.events)
        if may_call and self.running.wanted:
            self.began.append(
                Began(
                    command.command,
                    command.key,
                    owner,
                    applied,
                    len(self.inbox),
                    echoes,
                    *self.decided[command.key],
                    first=not command.uncertain,
                )
            )

    def _drop(self, command: OpenCommand) -> None:
        self._write(replace(command, status=CommandStatus.DROPPED))

    def _put_back(
        self, command: OpenCommand, after: int, *, uncertain: bool, over: bool = False
    ) -> None:
        not_before = self.clock.machine() + after
        if uncertain and isinstance(command.command, SendMessage):
            alone_until = (command.started_at or 0) + CALL_DEADLINE + ECHO_GRACE
            not_before = max(not_before, alone_until)
        self._write(
            replace(
                command,
                status=CommandStatus.QUEUED,
                not_before=not_before,
                started_at=None if over else command.started_at,
                uncertain=uncertain or command.uncertain,
            )
        )

    def _write(self, command: OpenCommand) -> None:
        self.outbox[command.key] = command

    def _take_result(self, job: Job, result: Result) -> None:
        self.running = self.result = None
        if not self.outbox[job.open.key].is_open:
            return  # its echo was quicker
        if isinstance(result, TryAgain):
            self._put_back(job.open, result.after, uncertain=result.uncertain, over=result.over)
            return
        status = CommandStatus.FAILED if result.refused else CommandStatus.DONE
        self._write(replace(job.open, status=status))
        if result.mid is not None:
            self._mids.add(result.mid)
        if result.event is not None:
            self._apply(result.event)

    # Events

    def _fire_timer(self) -> bool:
        timer, now = self.conversation.timer, self.clock.now()
        if timer is None or timer.due > now:
            return False
        self._apply(TimerFired(at=now, received_at=now, kind=timer.kind))
        return True

    def _apply_stored(self, stored: Stored) -> bool:
        event, key = self._parsed(stored.event, stored.received_at)
        if key and isinstance(event, OwnAppEchoed):
            self._match_echo(event, key)
        if not self._apply(event):
            return False
        stored.done, stored.applied = True, len(self.events)
        return True

    def _parsed(self, raw: ReceivedEvent, received_at: int) -> tuple[Event, str]:
        own_app_id = self.policy.app_id
        return parse(raw.body, raw.channel, raw.at, received_at, own_app_id=own_app_id)

    def _match_echo(self, echo: OwnAppEchoed, key: str) -> None:
        command = next((one for one in self.open_commands() if one.key == key), None)
        if command is None:
            return
        if isinstance(command.command, SendMessage):
            self._write(replace(command, status=CommandStatus.DONE))
            self._mids.add(echo.mid)
            text = command.command.message.text
            self._apply(
                MessageSent(
                    at=echo.at,
                    received_at=echo.received_at,
                    turn=command.turn,
                    mid=echo.mid,
                    text=text,
                )
            )

    def _apply(self, event: Event) -> bool:
        after = transition(self.conversation, event, self.policy.in_role(self._page.role))
        if after.held:
            return False
        self.believed.append(self.conversation.owner)
        self.conversation = after.conversation
        self.events.append(event)
        for command in after.commands:
            parts: list[Command] = [command]
            if isinstance(command, SendMessage):
                parts = [SendMessage(part) for part in split_message(command.message)]
            for part in parts:
                self._add(part)
        self.transcript += after.transcript
        return True

    def _add(self, command: Command) -> None:
        key = f"key{len(self.outbox) + 1:04d}"
        self.decided[key] = (self.clock.platform, len(self.events))
        self.outbox[key] = OpenCommand(
            key=key,
            turn=self.conversation.turn,
            command=command,
            status=CommandStatus.QUEUED,
            not_before=0,
            started_at=None,
            attempts=0,
            uncertain=False,
        )
