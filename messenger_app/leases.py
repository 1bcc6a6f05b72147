"""Which threads a worker has to itself, and for how long."""

import fcntl
from collections.abc import Collection, Mapping
from typing import TextIO

import structlog
from sqlalchemy import Connection

from messenger_app.clock import Clock
from messenger_app.conversation.routing import Routing
from messenger_app.errors import RowUnreadable
from messenger_app.in_hand import InHand
from messenger_app.places import Places
from messenger_app.store import conversations, outbox
from messenger_app.store.conversations import Lease
from messenger_app.store.database import Database
from messenger_app.store.outbox import OpenCommand

log = structlog.get_logger(__name__)

#: A lease is longer than any call may last, so that only a dead worker loses one. Milliseconds.
LEASE = 20_000
HEARTBEAT = 5_000
#: How often it is looked which bots' places threads of other workers wait for. Milliseconds.
QUEUES_LOOKED_AT = 250

Snapshot = tuple[dict[str, InHand], tuple[int, int]]


class Leases:
    """The leases of one worker.

    After each `keep` that is committed, those in hand have LEASE - HEARTBEAT left at least.
    """

    def __init__(
        self, database: Database, clock: Clock, worker: str, *, has_roles: bool = False
    ) -> None:
        """``worker`` is a name that no other worker has.

        ``has_roles`` is for older Pages: each thread comes with our role on its Page.
        """
        self._has_roles = has_roles
        self.in_hand: dict[str, InHand] = {}
        self._database = database
        self._clock = clock
        self._worker = worker
        #: When the last heartbeat was, by the machine's clock and by one that never steps.
        self._beat_at = (-HEARTBEAT, -HEARTBEAT)
        #: When it was last looked which bots are waited for, by the clock that never steps.
        self._looked_at = -QUEUES_LOOKED_AT
        #: Threads of which memory and database may differ, with the tokens they may be held under.
        self._in_doubt: dict[str, int] = {}
        self._lock: TextIO | None = None

    def snapshot(self) -> Snapshot:
        """Return what memory knows, to go back to where nothing could be written."""
        return dict(self.in_hand), self._beat_at

    def go_back_to(self, snapshot: Snapshot) -> None:
        """Forget what came after the snapshot: a heartbeat that was rolled back was none."""
        self.in_hand, self._beat_at = snapshot

    def doubt(self, tokens: Mapping[str, int]) -> None:
        """Forget threads of which nobody knows what was written, and what memory made of it.

        They are leased anew and read afresh, as after another worker's death.
        """
        self._in_doubt.update(tokens)
        self.in_hand = {
            thread: hand for thread, hand in self.in_hand.items() if thread not in tokens
        }

    def free_what_is_in_doubt(self) -> None:
        """Make ready what was forgotten, for whoever comes first. Raises StoreUnavailable."""
        if self._in_doubt:
            with self._database.writing() as connection:
                conversations.free(connection, self._worker, self._in_doubt)
            self._in_doubt = {}

    def keep(self, connection: Connection, threads: Collection[str]) -> None:
        """Let go of those of the threads that another worker has taken over.

        At each heartbeat of all; then those that are left are kept for longer.
        """
        machine, steady = self._clock.machine(), self._clock.steady()
        beat_at, beat_steadily_at = self._beat_at
        recent = 0 <= machine - beat_at < HEARTBEAT  # not so where the clock has stepped
        recent = recent and steady - beat_steadily_at < HEARTBEAT
        looked_at = threads if recent else self.in_hand
        tokens = {thread: self.in_hand[thread].token for thread in looked_at}
        for thread in tokens.keys() - conversations.held(connection, tokens):
            log.warning("lease.lost", thread=thread)
            del self.in_hand[thread]
        if recent:
            return
        conversations.extend(connection, self._worker, self.in_hand, machine + LEASE)
        conversations.mend(connection, machine, LEASE)
        self._beat_at = (machine, steady)

    def claim(self, connection: Connection, places: Places) -> list[str]:
        """Lease who waits for a bot that has a place again, and what is ready.

        Returns the new ones, which come with their open commands. One with a row that can't be read
        is left alone until its lease has run out: the others must not wait for it.
        """
        free = places.in_all - len(self.in_hand)
        leases = self._claim_queued(connection, places, free)
        if (free := free - len(leases)) > 0:
            machine = self._clock.machine()
            leases += conversations.claim(
                connection,
                self._worker,
                machine=machine,
                now=self._clock.now(),
                lease_until=machine + LEASE,
                limit=free,
            )
        if not leases:
            return []
        commands = _open_commands(connection, [lease.thread for lease in leases])
        pages = {lease.page_id for lease in leases} if self._has_roles else set()
        roles = conversations.roles(connection, pages)
        return [
            lease.thread
            for lease in leases
            if lease.thread in commands
            and self._take(lease, commands[lease.thread], roles.get(lease.page_id))
        ]

    def _claim_queued(self, connection: Connection, places: Places, free: int) -> list[Lease]:
        if self._clock.steady() - self._looked_at >= QUEUES_LOOKED_AT:
            places.waited_for.update(conversations.queues(connection))
            self._looked_at = self._clock.steady()
        leases: list[Lease] = []
        for bot in sorted(places.waited_for):
            some = min(places.free(bot), free - len(leases))
            if some <= 0:
                continue
            lease_until = self._clock.machine() + LEASE
            found = conversations.claim_queued(
                connection, bot, self._worker, lease_until=lease_until, limit=some
            )
            leases += found
            if len(found) < some:
                places.waited_for.discard(bot)
        return leases

    def _take(self, lease: Lease, commands: list[OpenCommand], role: Routing | None) -> bool:
        try:
            conversation = lease.conversation
        except RowUnreadable as error:
            log.error("thread.failed", thread=lease.thread, reason=str(error))
            return False
        self.in_hand[lease.thread] = InHand(
            lease.thread, lease.token, conversation, commands, profile=lease.profile, role=role
        )
        return True

    def free_what_the_dead_left(self, connection: Connection) -> None:
        """On one machine a file lock proves that no other worker lives: no lease need run out.

        On a server nothing proves it: a worker that it no longer hears may have calls under way.
        """
        path = self._database.path_beside(".worker")
        if path is None:
            return
        self._lock = path.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            log.warning("worker.not_alone", hint="another worker uses this file; leases run out")
            return
        conversations.release_all(connection)

    def hand_back(self, connection: Connection) -> None:
        """Let every thread go, for the next worker to take at once."""
        conversations.release_all(connection, [self._worker])
        self.in_hand.clear()

    def close(self) -> None:
        """Let go of the file lock, once nothing is leased any more."""
        if self._lock is not None:
            self._lock.close()


def _open_commands(
    connection: Connection, threads: Collection[str]
) -> dict[str, list[OpenCommand]]:
    """Read all together; where that fails one by one, without the threads that can't be read."""
    try:
        known = outbox.open_commands(connection, threads)
    except RowUnreadable as error:
        if len(threads) == 1:
            log.error("thread.failed", thread=next(iter(threads)), reason=str(error))
            return {}
        known = {}
        for thread in threads:
            known |= _open_commands(connection, [thread])
        return known
    return {thread: known.get(thread, []) for thread in threads}
