"""Leave room in PostgreSQL's pages for what changes often, and tidy it up soon."""

from alembic import op

revision = "0004"
down_revision = "0003"

#: The share of each page that new rows fill, and of a table's rows that may be dead.
_HOT = {"conversation": (70, 0.02), "inbox_event": (90, 0.02), "outbox": (85, 0.02)}


def upgrade() -> None:
    """Set how the tables are kept; SQLite has nothing of the kind."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, (filled, dead) in _HOT.items():
        op.execute(
            f"ALTER TABLE {table} SET (fillfactor = {filled},"
            f" autovacuum_vacuum_scale_factor = {dead}, autovacuum_analyze_scale_factor = {dead})"
        )
