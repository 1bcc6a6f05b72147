"""The bots of a run: what starts them, and what they say they heard."""

from pathlib import Path
from typing import Protocol

from tests.chaos.programs import Program
from tests.chaos.record import Record, Turn


class Bot(Protocol):
    """A bot that can be killed."""

    @property
    def url(self) -> str:
        """Where it speaks Rasa's REST channel."""

    def start(self) -> None:
        """Start it, also again, and wait until it answers."""

    def kill(self) -> None:
        """End it as a power cut would."""

    def turns(self) -> list[Turn]:
        """Return what it was asked and answered, in order for each person."""

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

    def turns(self) -> list[Turn]:
        """Read its record."""
        record = Record(self._file)
        try:
            return record.turns()
        finally:
            record.close()

    def stop(self) -> None:
        """End it."""
        self._program.kill()
