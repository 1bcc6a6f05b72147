"""The tables. Times are milliseconds since 1970."""

from enum import IntEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData()

#: SQLite counts up by itself only for a plain INTEGER key.
_Id = BigInteger().with_variant(Integer, "sqlite")


class EventStatus(IntEnum):
    """What became of a stored event."""

    PENDING = 0
    DONE = 1
    #: Kept and counted, never acted on.
    UNRECOGNISED = 2
    #: Could not be worked off; its reason stands beside it.
    SET_ASIDE = 3


class CommandStatus(IntEnum):
    """What became of a command."""

    QUEUED = 0
    #: Handed to Graph or the bot; after a crash nobody knows how it went.
    RUNNING = 1
    DONE = 2
    #: No longer wanted when its turn came.
    DROPPED = 3
    #: Refused for good.
    FAILED = 4


conversation = Table(
    "conversation",
    metadata,
    Column("thread", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("psid", Text, nullable=False),
    Column("owner", Text, nullable=False),
    #: The core's `Conversation`, as JSON; empty until its first event.
    Column("state", LargeBinary, nullable=False),
    #: When somebody must look at the thread, by the machine's clock: below 0 is now, the lower
    #: the earlier; where a worker has it, when its lease ends; NULL where there is nothing to do.
    Column("due", BigInteger),
    #: When the thread's timer runs out, by the bridge's clock, which may follow another.
    Column("timer_due", BigInteger),
    #: The worker that leases the thread.
    Column("worker", Text),
    #: The bot that it waits for, because no more calls may go there at once, and since when.
    Column("waits_for", Text),
    Column("waits_since", BigInteger),
    #: Grows with each lease; what an older one brings is not taken.
    Column("token", BigInteger, nullable=False, server_default="0"),
    #: The person's language, when the platform told it, and when to ask again; see `profiles`.
    Column("locale", Text),
    Column("locale_told_at", BigInteger, nullable=False, server_default=text("0")),
    Column("locale_due", BigInteger, nullable=False, server_default=text("0")),
    Index(
        "conversation_locale",
        "locale_told_at",
        sqlite_where=text("locale IS NOT NULL"),
        postgresql_where=text("locale IS NOT NULL"),
    ),
    Index(
        "conversation_due",
        "due",
        sqlite_where=text("due IS NOT NULL"),
        postgresql_where=text("due IS NOT NULL"),
    ),
    Index(
        "conversation_worker",
        "worker",
        sqlite_where=text("worker IS NOT NULL"),
        postgresql_where=text("worker IS NOT NULL"),
    ),
    Index(
        "conversation_waits_for",
        "waits_for",
        "waits_since",
        sqlite_where=text("waits_for IS NOT NULL"),
        postgresql_where=text("waits_for IS NOT NULL"),
    ),
    Index(
        "conversation_timer",
        "timer_due",
        sqlite_where=text("timer_due IS NOT NULL"),
        postgresql_where=text("timer_due IS NOT NULL"),
    ),
)

inbox_event = Table(
    "inbox_event",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("thread", Text),
    Column("page_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("dedupe_key", LargeBinary, nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("overtakes", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("error", Text),
    #: How often it could not be applied.
    Column("attempts", Integer, nullable=False, server_default="0"),
    #: When it was over, by the machine's clock.
    Column("finished_at", BigInteger),
    Index(
        "inbox_event_finished",
        "finished_at",
        sqlite_where=text("finished_at IS NOT NULL"),
        postgresql_where=text("finished_at IS NOT NULL"),
    ),
    Index(
        "inbox_event_pending",
        "thread",
        "at",
        "id",
        sqlite_where=text("status = 0"),
        postgresql_where=text("status = 0"),
    ),
    Index(
        "inbox_event_overtaking",
        "thread",
        sqlite_where=text("status = 0 AND overtakes = 1"),
        postgresql_where=text("status = 0 AND overtakes"),
    ),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    #: Random: it goes out in a message's metadata and comes back in the echo.
    Column("key", Text, nullable=False, unique=True),
    Column("thread", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    #: Not to be tried before, by the machine's clock.
    Column("not_before", BigInteger, nullable=False),
    #: When it was last tried, by the machine's clock.
    Column("started_at", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    #: True once a try ended without an answer, so that it may have worked.
    Column("uncertain", Boolean, nullable=False, server_default=text("false")),
    Column("mid", Text),
    Column("error", Text),
    #: When it was over, by the machine's clock.
    Column("settled_at", BigInteger),
    Index(
        "outbox_settled",
        "settled_at",
        sqlite_where=text("settled_at IS NOT NULL"),
        postgresql_where=text("settled_at IS NOT NULL"),
    ),
    Index(
        "outbox_open",
        "thread",
        "id",
        sqlite_where=text("status < 2"),
        postgresql_where=text("status < 2"),
    ),
    sqlite_autoincrement=True,
)

transcript = Table(
    "transcript",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("thread", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("mid", Text),
    Column("text", Text, nullable=False),
    Column("heard_by_bot", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Index("transcript_thread", "thread", "id"),
    Index("transcript_at", "at"),
    sqlite_autoincrement=True,
)
