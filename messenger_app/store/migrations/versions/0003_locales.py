"""Keep the language of the person on each thread, and when to ask for it again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; nothing is known yet, so everybody is asked about at their next word."""
    zero = sa.text("0")
    op.add_column("conversation", sa.Column("locale", sa.Text))
    for name in ("locale_told_at", "locale_due"):
        op.add_column(
            "conversation", sa.Column(name, sa.BigInteger, nullable=False, server_default=zero)
        )
    known = sa.text("locale IS NOT NULL")
    op.create_index(
        "conversation_locale",
        "conversation",
        ["locale_told_at"],
        sqlite_where=known,
        postgresql_where=known,
    )
