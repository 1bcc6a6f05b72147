"""A thread that a worker leases: what it knows of it, and what the turn under way changes."""

from dataclasses import dataclass, field

from messenger_app.conversation.commands import Command
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import Conversation
from messenger_app.conversation.transcript import Line
from messenger_app.store import outbox
from messenger_app.store.inbox import MOST_AT_ONCE, Finding, StoredEvent
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.profiles import UNKNOWN, Profile
from messenger_app.store.worklist import Changes


@dataclass(slots=True)
class InHand:
    """A thread that this worker leases."""

    thread: str
    token: int
    conversation: Conversation
    #: Commands that are not settled, oldest first.
    commands: list[OpenCommand] = field(default_factory=list)
    #: Events that wait, oldest first.
    events: list[StoredEvent] = field(default_factory=list)
    #: What the platform says of the person.
    profile: Profile = UNKNOWN
    #: False where ``events`` are only those that overtake.
    all_read: bool = False
    #: True where more of them may wait in the database.
    more: bool = False
    #: The command that is being carried out, if any.
    running: OpenCommand | None = None
    #: The same as it was before, for a call that could not begin.
    unbegun: OpenCommand | None = None
    #: The event that is being applied, to know which one it was when that fails.
    applying: StoredEvent | None = None
    #: Our app's role on the Page, where that is an older one and has told it.
    role: Routing | None = None
    changes: Changes = field(default_factory=Changes)

    def copy(self) -> "InHand":
        """Return what can be gone back to: memory must not know of what was not written."""
        return InHand(
            self.thread,
            self.token,
            self.conversation,
            commands=self.commands.copy(),
            events=self.events.copy(),
            profile=self.profile,
            role=self.role,
            all_read=self.all_read,
            more=self.more,
            running=self.running,
            unbegun=self.unbegun,
            applying=self.applying,
            changes=self.changes.copy(),
        )

    @property
    def may_have_more(self) -> bool:
        """Whether events may wait in the database that were not looked at."""
        return self.more or not self.all_read

    def take_all(self, events: list[StoredEvent]) -> None:
        """Keep what waits for it, as `inbox.waiting` tells."""
        self.events, self.all_read = events, True
        self.more = len(events) >= MOST_AT_ONCE

    def become(self, conversation: Conversation) -> None:
        """Take over the core's new state."""
        if conversation != self.conversation:
            self.conversation = self.changes.conversation = conversation

    def learn(self, profile: Profile) -> None:
        """Keep what the platform says of the person."""
        self.profile = self.changes.profile = profile

    def add(self, command: Command) -> None:
        """Write down what is to be done, in the present turn."""
        added = outbox.new(self.conversation.turn, command)
        self.commands.append(added)
        self.changes.added[added.key] = added

    def put(self, command: OpenCommand) -> None:
        """Keep how far a command has come; a settled one is not looked at again."""
        place = [known.key for known in self.commands].index(command.key)
        self.commands[place : place + 1] = [command] if command.is_open else []
        self.changes.note(command)

    def by_key(self, key: str) -> OpenCommand | None:
        """Return the open command with that key: an echo has come for it."""
        return next((command for command in self.commands if command.key == key), None)

    def finish(self, finding: Finding) -> None:
        """Say what became of an event."""
        self.events = [event for event in self.events if event.id != finding.id]
        self.changes.findings.append(finding)

    def tell(self, *lines: Line) -> None:
        """Write lines of the transcript."""
        self.changes.lines += lines

    def release(self, due: int | None, queue: tuple[str, int] | None = None) -> None:
        """End the lease; ``due`` is when to look again, if the queue does not move before."""
        self.changes.released, self.changes.due, self.changes.queue = True, due, queue
