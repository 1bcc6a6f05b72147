"""The bots of a run: what starts them, and what they say they heard."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

from tests.chaos import rasa_front
from tests.chaos.programs import Program
from tests.chaos.record import Record, Turn
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

    def __init__(self, folder: Path, seed: int) -> None:
        self._file = folder / "bot.db"
        record = ("--record", str(self._file), "--seed", f"{seed} start {{start}}")
        arguments = ("-m", "tests.chaos.stand_in", "--port", "{port}", *record)
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
            return [turn for turn in record.turns() if turn.sender in psids]
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


BOTS: dict[str, type[StandInBot] | type[RealRasa]] = {"stand-in": StandInBot, "rasa": RealRasa}
