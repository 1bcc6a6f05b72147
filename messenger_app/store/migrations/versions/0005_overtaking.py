"""Find what overtakes without a look at all that waits: most that waits does not."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "inbox_event_overtaking",
        "inbox_event",
        ["thread"],
        sqlite_where=sa.text("status = 0 AND overtakes = 1"),
        postgresql_where=sa.text("status = 0 AND overtakes"),
    )
