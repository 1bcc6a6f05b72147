"""Let threads wait for a place at a bot that has all the calls it may have."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns, and the index that finds who waits for which bot."""
    op.add_column("conversation", sa.Column("waits_for", sa.Text))
    op.add_column("conversation", sa.Column("waits_since", sa.BigInteger))
    waits = sa.text("waits_for IS NOT NULL")
    op.create_index(
        "conversation_waits_for",
        "conversation",
        ["waits_for", "waits_since"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
