"""What a worker's turn changes, written at its end in a few statements for all threads together."""

from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Connection

from messenger_app.conversation.state import Conversation
from messenger_app.conversation.transcript import Line
from messenger_app.store import conversations, inbox, outbox, profiles, transcripts
from messenger_app.store.inbox import Finding
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.profiles import Profile


@dataclass(slots=True)
class Changes:
    """What one turn changes about one thread."""

    conversation: Conversation | None = None
    profile: Profile | None = None
    findings: list[Finding] = field(default_factory=list)
    #: By key, in their order.
    added: dict[str, OpenCommand] = field(default_factory=dict)
    changed: dict[str, OpenCommand] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    #: True where the lease ends; ``due`` is when to look again, None for never.
    released: bool = False
    due: int | None = None
    #: The bot whose place it waits for, and since when.
    queue: tuple[str, int] | None = None

    def copy(self) -> "Changes":
        """Return changes that can grow by themselves."""
        return Changes(
            conversation=self.conversation,
            profile=self.profile,
            findings=self.findings.copy(),
            added=self.added.copy(),
            changed=self.changed.copy(),
            lines=self.lines.copy(),
            released=self.released,
            due=self.due,
            queue=self.queue,
        )

    def note(self, command: OpenCommand) -> None:
        """Keep the newest of what is known of a command."""
        (self.added if command.key in self.added else self.changed)[command.key] = command


def write(connection: Connection, threads: dict[str, Changes], now: int) -> None:
    """Write everything; ``now`` is the machine's time."""
    states = {
        thread: changes.conversation
        for thread, changes in threads.items()
        if changes.conversation is not None
    }
    conversations.save(connection, states)
    learned = {thread: changes.profile for thread, changes in threads.items()}
    profiles.save(connection, {thread: it for thread, it in learned.items() if it is not None})
    inbox.finish(
        connection, chain.from_iterable(changes.findings for changes in threads.values()), now
    )
    outbox.write(
        connection,
        {thread: changes.added.values() for thread, changes in threads.items()},
        chain.from_iterable(changes.changed.values() for changes in threads.values()),
        now,
    )
    transcripts.add_all(connection, {thread: changes.lines for thread, changes in threads.items()})
    released = {thread: changes for thread, changes in threads.items() if changes.released}
    due = {thread: changes.due for thread, changes in released.items()}
    conversations.release(connection, due)
    queues = {thread: changes.queue for thread, changes in released.items()}
    conversations.queue(connection, {thread: it for thread, it in queues.items() if it})
