"""How many pages an event writes to SQLite's WAL, among few conversations and among many.

python -m benchmarks.pages
"""

import random
import sqlite3
from pathlib import Path

from benchmarks import crowd
from benchmarks.growing import FEW, MANY, WORDS, WRITE
from benchmarks.stores import SQLITE
from benchmarks.worker import PEOPLE, Sleeper, fill, work_off
from messenger_app import logs
from messenger_app.clock import Clock
from messenger_app.store import sqlite_engine
from messenger_app.store.database import Database

#: A page of 4 KiB with what the WAL writes before it.
#: https://sqlite.org/fileformat2.html#the_write_ahead_log
FRAME = 4096 + 24
#: More than is ever written here, so that nothing is copied back meanwhile.
NEVER = 10**9


def main() -> None:
    """Print them, for storing an event and for working it off."""
    logs.configure(as_json=True, level="ERROR")
    sqlite_engine.CHECKPOINT_AFTER = NEVER
    for size in (FEW, MANY):
        database = Database(crowd.filled(SQLITE, size))
        _empty_wal(database)
        psids = [str(number) for number in random.sample(range(2, size + 1), WRITE)]
        fill(database, psids, WORDS)
        stored = _wal(database)
        work_off(database, Sleeper(Clock(), 0.0), WRITE * WORDS, PEOPLE, SQLITE)
        per_event = [bytes_ / FRAME / WRITE / WORDS for bytes_ in (stored, _wal(database) - stored)]
        print(f"{size:>9,} conversations: {per_event[0]:.1f} pages to store an event, "
              f"{per_event[1]:.1f} to work it off")  # fmt: skip
        database.close()
    crowd.close()


def _empty_wal(database: Database) -> None:
    connection = sqlite3.connect(str(database.url.database))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _wal(database: Database) -> int:
    return Path(f"{database.url.database}-wal").stat().st_size


if __name__ == "__main__":
    main()
