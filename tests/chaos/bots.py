"""The bots of a run: what starts them, and what they say they heard."""

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.chaos import rasa_front
from tests.chaos.programs import Program
from tests.chaos.record import Record, Turn
from tests.support.grown_rasa import GrownRasa
from tests.support.postgres import Postgres
from tests.support.rasa import Rasa


class Bot(Protocol):
    """A bot that can be killed."""

    @property
    def url(self) -> str:
        """Where it speaks Rasa's REST channel."""

    def start(self) -> None:
        """Start it, also again, and wait until it answers."""

    def kill(self) -> None:
        """End it as a power cut would."""

    def turns(self, psids: list[str]) -> list[Turn]:
        """Return what these people asked it and what it answered, in order for each of them."""

    def stop(self) -> None:
        """End whatever belongs to it."""


class StandInBot:
    """The stand-in, with its record in a file."""

    def __init__(self, folder: Path, seed: int, *moods: str) -> None:
        """``moods`` is empty, or ``--calm`` for a bot that has none."""
        self._file = folder / "bot.db"
        record = ("--record", str(self._file), "--seed", f"{seed} start {{start}}")
        arguments = ("-m", "tests.chaos.stand_in", "--port", "{port}", *record, *moods)
        self._program = Program("bot", arguments, folder, "/version")

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._program.url

    def start(self) -> None:
        """Start it."""
        self._program.start()

    def kill(self) -> None:
        """End it."""
        self._program.kill()

    def turns(self, psids: list[str]) -> list[Turn]:
        """Read its record."""
        record = Record(self._file)
        try:
            asked_for = set(psids)
            return [turn for turn in record.turns() if turn.sender in asked_for]
        finally:
            record.close()

    def stop(self) -> None:
        """End it."""
        self._program.kill()


class RealRasa:
    """Rasa with the project's bot and its actions, and a front that marks what it says."""

    def __init__(self, folder: Path, seed: int) -> None:  # noqa: ARG002 - it throws no dice
        self._rasa = Rasa(folder)
        arguments = ("-m", "tests.chaos.rasa_front", "--port", "{port}", "--rasa", self._rasa.url)
        self._front = Program("front", arguments, folder, "/version")
        self._was_started = False

    @property
    def url(self) -> str:
        """Where the front listens."""
        return self._front.url

    def start(self) -> None:
        """Start Rasa; the first time its actions and the front too."""
        if not self._was_started:
            self._rasa.start("actions")
            self._front.start()
            self._was_started = True
        self._rasa.start()

    def kill(self) -> None:
        """End Rasa."""
        self._rasa.kill()

    def turns(self, psids: list[str]) -> list[Turn]:
        """Read Rasa's own file: over HTTP it tells of the newest events alone."""
        query = "SELECT data FROM events WHERE sender_id = ? ORDER BY id"
        with closing(sqlite3.connect(self._rasa.tracker_db)) as file:
            kept = {psid: file.execute(query, (psid,)).fetchall() for psid in psids}
        return [
            turn
            for psid, rows in kept.items()
            for turn in rasa_front.turns(psid, [json.loads(data) for (data,) in rows])
        ]

    def stop(self) -> None:
        """End everything."""
        self._front.kill()
        self._rasa.stop("actions")
        self._rasa.stop()


class TwoRasas:
    """Two of them behind one address, as docs/growing.md sets them up; one at a time is killed."""

    def __init__(self, folder: Path, seed: int, postgres: Postgres | None = None) -> None:
        """``postgres`` is a server that has room for its conversations; none means its own."""
        self._own = None if postgres else Postgres().start()
        server = postgres or self._own
        assert server is not None
        self._tracker_url = server.new_database()
        self.rasas = GrownRasa(folder, self._tracker_url)
        arguments = ("-m", "tests.chaos.rasa_front", "--port", "{port}", "--rasa", self.rasas.url)
        self._front = Program("front", arguments, folder, "/version")
        self._dice = random.Random(f"{seed} which Rasa")
        self._dead: Rasa | None = None

    @property
    def url(self) -> str:
        """Where the front listens."""
        return self._front.url

    def start(self) -> None:
        """Start everything the first time, then the one that was killed."""
        if self._dead is None:
            self.rasas.start()
            self._front.start()
        else:
            self._dead.start()

    def kill(self) -> None:
        """End one of the two."""
        self._dead = self._dice.choice(self.rasas.servers)
        self._dead.kill()

    def turns(self, psids: list[str]) -> list[Turn]:
        """Read their database: over HTTP they tell of the newest events alone."""
        kept: dict[str, list[Any]] = {psid: [] for psid in psids}
        with psycopg.connect(self._tracker_url) as database:
            for psid, data in database.execute("SELECT sender_id, data FROM events ORDER BY id"):
                kept.setdefault(psid, []).append(json.loads(data))
        return [turn for psid in psids for turn in rasa_front.turns(psid, kept[psid])]

    def stop(self) -> None:
        """End everything."""
        self._front.kill()
        self.rasas.close()
        if self._own is not None:
            self._own.close()


BOTS: dict[str, type[StandInBot] | type[RealRasa] | type[TwoRasas]] = {
    "stand-in": StandInBot,
    "rasa": RealRasa,
    "two-rasas": TwoRasas,
}
