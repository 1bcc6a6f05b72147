"""What a bot was asked and what it answered, kept where kill -9 can't reach it."""

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Turn:
    """One question that a bot has answered."""

    at: int
    sender: str
    message: str
    metadata: dict[str, Any]
    #: As Rasa's REST channel answers: a list of messages.
    replies: list[dict[str, Any]]


class Record:
    """The turns of all people, in a file. A turn is in it whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # What the system has taken survives the process; it need not be on the disk.
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS turn (id INTEGER PRIMARY KEY, at INTEGER, sender TEXT,"
            " message TEXT, metadata TEXT, replies TEXT)"
        )
        self._file.execute("CREATE INDEX IF NOT EXISTS sender ON turn (sender)")

    def add(self, turn: Turn) -> None:
        """Keep a turn."""
        values = (turn.at, turn.sender, turn.message, _json(turn.metadata), _json(turn.replies))
        with self._lock:
            self._file.execute(
                "INSERT INTO turn (at, sender, message, metadata, replies) VALUES (?, ?, ?, ?, ?)",
                values,
            )

    def turns(self, of: str | None = None) -> list[Turn]:
        """Return the turns of one person, or of all, in order."""
        query = "SELECT at, sender, message, metadata, replies FROM turn"
        values: tuple[str, ...] = ()
        if of is not None:
            query, values = f"{query} WHERE sender = ?", (of,)
        with self._lock:
            rows = self._file.execute(f"{query} ORDER BY id", values).fetchall()
        return [
            Turn(at, sender, message, json.loads(metadata), json.loads(replies))
            for at, sender, message, metadata, replies in rows
        ]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
