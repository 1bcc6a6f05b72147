"""Where deliveries come in: stored together with those that come at the same time."""

from collections.abc import Sequence

from messenger_app.store import inbox
from messenger_app.store.database import Database
from messenger_app.store.group_commit import GroupCommit
from messenger_app.webhook.envelope import ReceivedEvent

Delivery = tuple[Sequence[ReceivedEvent], int]


class Intake:
    """The inbox's door in the web process. Safe for many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group = GroupCommit[Delivery, int](self._write)

    def add(self, events: Sequence[ReceivedEvent], received_at: int) -> int:
        """Store a delivery's events; once this returns they are safe on the disk.

        Returns how many were new. Raises StoreUnavailable where they were not stored.
        """
        return self._group.submit((events, received_at))

    def _write(self, deliveries: Sequence[Delivery]) -> list[int]:
        with self._database.writing() as connection:
            return inbox.add_all(connection, deliveries)
