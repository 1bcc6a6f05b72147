"""PostgreSQL: one server for any number of web and worker processes.

Each transaction is READ COMMITTED: every statement sees what others have committed until then, so
what is decided on is locked first and read by a later statement. Rows of several threads are locked
in the threads' order, or passed over where somebody else has them, so that nobody waits in a ring.
"""

import select
from typing import Any

import psycopg
from psycopg.pq import PipelineStatus
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DisconnectionError

from messenger_app.errors import SettingsError

#: The oldest that its makers still mended when this was written, and the oldest that is tested.
OLDEST = 15

#: Connections that a process may have open: a web process writes on one at a time, whatever the
#: number of its threads; the others are for its health and for waking the worker. A worker has one,
#: and one that listens.
CONNECTIONS = 3

#: How the network is watched, for libpq: a server that is gone is noticed within this time, not
#: when the system gives up. Seconds, the last one milliseconds.
#: https://www.postgresql.org/docs/current/libpq-connect.html
_NETWORK: dict[str, object] = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

#: No statement and no lock is waited for without end, and what a process that stands still has
#: locked is freed before leases run out.
_PATIENCE = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
}

#: How long who migrates waits for a table.
_TABLE_PATIENCE = "3s"

#: Held by who migrates, and shared by all workers that listen.
MIGRATING, LISTENING = 0x4D48_0001, 0x4D48_0002

_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


def speaks(url: URL) -> bool:
    """Say whether this is the address of a PostgreSQL server that psycopg can be used for."""
    return url.drivername in _SCHEMES


def build(url: URL) -> Engine:
    """Return the engine. Opens nothing yet."""
    given = url.query.keys()
    usual = {
        "application_name": "messenger-handover",
        "client_encoding": "utf8",
        "cursor_factory": psycopg.RawCursor,
        **_NETWORK,
    }
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        paramstyle="numeric_dollar",  # the server's own: others psycopg looks for, 1.5 µs a value
        hide_parameters=True,  # what people wrote has no place in an error's text
        isolation_level="READ COMMITTED",
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=10,
        pool_use_lifo=True,
        connect_args={name: value for name, value in usual.items() if name not in given},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkout", _notice_the_end)
    event.listen(engine, "handle_error", _give_up_what_is_stuck)
    return engine


def lock_migrations(connection: Connection) -> None:
    """Let one process at a time change the tables, for as long as that takes, until it commits.

    A table that somebody else has locked is waited for shortly: behind who waits for a whole table
    everybody else waits too. Raises SettingsError where the database can't keep every character.
    """
    for name in ("statement_timeout", "lock_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {name} = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_TABLE_PATIENCE}'")
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise SettingsError(
            f"DATABASE_URL: the database's encoding is {encoding}, which has no place for most "
            "characters. Make one with ENCODING 'UTF8'."
        )


def _prepare(connection: Any, _record: object) -> None:
    settings = ", ".join(
        f"set_config('{name}', '{value}', false)" for name, value in _PATIENCE.items()
    )
    connection.autocommit = True
    connection.execute(f"SELECT {settings}")
    # A commit is on the disk when it returns; what waits for further servers stays as it is.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.autocommit = False


def _notice_the_end(connection: Any, _record: object, _proxy: object) -> None:
    """Refuse a connection that the server has closed meanwhile: the pool then opens a new one.

    A server that is well says nothing unasked, so that this costs no question.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError


def _give_up_what_is_stuck(context: ExceptionContext) -> None:
    """Take a connection for lost whose pipeline is still open after an error.

    The driver executes a statement for many rows as a pipeline. It can't end one whose server says
    that it goes and hangs up a moment later: then the connection looks whole, and takes nothing any
    more, no ROLLBACK either.
    """
    connection = context.connection
    if connection is None or connection.closed or connection.invalidated:
        return
    driver: Any = connection.connection.dbapi_connection
    if driver.info.pipeline_status != PipelineStatus.OFF:
        context.is_disconnect = True
