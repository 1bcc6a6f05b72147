"""Count an event's attempts; know when events and commands were over, so that they can go."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns, fill them for what is there, and add the indexes they are found by."""
    op.add_column(
        "inbox_event", sa.Column("attempts", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("inbox_event", sa.Column("finished_at", sa.BigInteger))
    op.add_column("outbox", sa.Column("settled_at", sa.BigInteger))
    op.execute("UPDATE inbox_event SET finished_at = received_at WHERE status <> 0")
    op.execute("UPDATE outbox SET settled_at = coalesce(started_at, 0) WHERE status >= 2")
    _partial_index("conversation_worker", "conversation", ["worker"], "worker IS NOT NULL")
    _partial_index(
        "inbox_event_finished", "inbox_event", ["finished_at"], "finished_at IS NOT NULL"
    )
    _partial_index("outbox_settled", "outbox", ["settled_at"], "settled_at IS NOT NULL")
    op.create_index("transcript_at", "transcript", ["at"])


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
