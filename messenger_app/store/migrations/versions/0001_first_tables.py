"""The first tables: conversation, inbox_event, outbox, transcript."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables and their indexes."""
    op.create_table(
        "conversation",
        sa.Column("thread", sa.Text, primary_key=True),
        sa.Column("page_id", sa.Text, nullable=False),
        sa.Column("psid", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("timer_due", sa.BigInteger),
        sa.Column("worker", sa.Text),
        sa.Column("token", sa.BigInteger, nullable=False, server_default="0"),
    )
    _partial_index("conversation_due", "conversation", ["due"], "due IS NOT NULL")
    _partial_index("conversation_timer", "conversation", ["timer_due"], "timer_due IS NOT NULL")
    op.create_table(
        "inbox_event",
        sa.Column("id", _id, primary_key=True, autoincrement=True),
        sa.Column("thread", sa.Text),
        sa.Column("page_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("dedupe_key", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("overtakes", sa.Boolean, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("error", sa.Text),
        sqlite_autoincrement=True,
    )
    _partial_index("inbox_event_pending", "inbox_event", ["thread", "at", "id"], "status = 0")
    op.create_table(
        "outbox",
        sa.Column("id", _id, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("uncertain", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("mid", sa.Text),
        sa.Column("error", sa.Text),
        sqlite_autoincrement=True,
    )
    _partial_index("outbox_open", "outbox", ["thread", "id"], "status < 2")
    op.create_table(
        "transcript",
        sa.Column("id", _id, primary_key=True, autoincrement=True),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("mid", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("heard_by_bot", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("transcript_thread", "transcript", ["thread", "id"])


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
