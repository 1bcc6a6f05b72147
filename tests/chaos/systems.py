"""The bridge as chaos meets it: which processes there are, and what happens to them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from tests.support.bridge import Bridge
from tests.support.fleet import Fleet

#: For each name what ends it and what starts it again.
Victims = dict[str, tuple[Callable[[], None], ...]]

SETTINGS = {"LOG_JSON": "true"}


class System(Protocol):
    """All of the bridge's processes, and their database."""

    @property
    def webhook_url(self) -> str:
        """Where the platform delivers to."""

    def connect(self, simulator_url: str, rasa_url: str) -> None:
        """Say where Graph and the bot are."""

    def start(self) -> None:
        """Start everything."""

    def victims(self) -> list[Victims]:
        """Say who may be ended, each with its start. One of each group may be away at a time."""

    def flask(self, *arguments: str) -> str:
        """Run one of the bridge's commands; AssertionError where it ends with a complaint."""

    def settle(self, within: float = 30.0) -> None:
        """Wait until nobody has anything to do."""

    def wait_for_timers(self, now: int, within: float = 30.0) -> None:
        """Wait until each timer that is due by then (milliseconds) was seen to."""

    def logged(self) -> str:
        """Return what all processes logged."""

    def stop(self) -> None:
        """End everything in good order; AssertionError where something doesn't."""

    def end(self) -> None:
        """End whatever still runs, at once."""


class OneOfEach(Bridge):
    """A web process and a worker on a SQLite file; each is killed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, settings=dict(SETTINGS))

    def victims(self) -> list[Victims]:
        """Say who may be ended, each with its start."""
        return [
            {
                "web": (self.kill_web, self.start_web),
                "worker": (self.kill_worker, partial(Fleet.start_worker, self)),
            }
        ]


class Several(Fleet):
    """Two web processes and three workers on PostgreSQL.

    Each is killed, or ended in good order as in a rolling restart; PostgreSQL is killed too.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SETTINGS)

    def victims(self) -> list[Victims]:
        """Say who may be ended, each with its start; the database also while others are away."""
        found: Victims = {}
        for number, each in enumerate(self.webs, 1):
            start = partial(self.start_web, each)
            found[f"web {number}"] = (each.kill_web, start)
            found[f"web {number} in order"] = (each.stop_web, start)
        for number, each in enumerate(self.workers, 1):
            start = partial(self.start_worker, each)
            found[f"worker {number}"] = (each.kill_worker, start)
            found[f"worker {number} in order"] = (each.stop_worker, start)
        return [found, {"database": (self.postgres.kill, self._start_database)}]

    def _start_database(self) -> None:
        self.postgres.start()


SYSTEMS: dict[str, type[OneOfEach] | type[Several]] = {
    "sqlite": OneOfEach,
    "postgresql": Several,
}
