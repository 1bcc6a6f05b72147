"""Where deliveries come in: stored together with those that come at the same time."""

from collections.abc import Sequence

from messenger_app.store import inbox
from messenger_app.store.database import Database
from messenger_app.store.group_commit import GroupCommit
from messenger_app.store.wakeup import Bell
from messenger_app.webhook.envelope import ReceivedEvent

Delivery = Sequence[inbox.NewRow]


class Intake:
    """The inbox's door in the web process. Safe for many threads."""

    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell
        self._group = GroupCommit[Delivery, int](self._write)

    def add(self, events: Sequence[ReceivedEvent], received_at: int) -> int:
        """Store a delivery's events; once this returns they are safe on the disk.

        The worker is woken once for all deliveries that were stored together.
        Returns how many were new. Raises StoreUnavailable where they were not stored.
        """
        return self._group.submit(inbox.rows_of(events, received_at))

    def _write(self, deliveries: Sequence[Delivery]) -> list[int]:
        with self._database.writing() as connection:
            new = inbox.add_all(connection, deliveries)
        self._bell.ring()
        return new
