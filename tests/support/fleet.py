"""The bridge on several processes: web behind a balancer, workers, all on one PostgreSQL."""

from pathlib import Path

from tests.support.balancer import Balancer
from tests.support.bridge import Bridge
from tests.support.postgres import Postgres

WEBS, WORKERS = 2, 3

#: How often a web process or a worker may end while it starts.
STARTS = 10


class Fleet:
    """Two web processes and three workers. Each can be ended and started by itself."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.postgres = Postgres().start()
        url = self.postgres.new_database()
        self.bridges: list[Bridge] = []
        for number in range(1, max(WEBS, WORKERS) + 1):
            part = folder / f"bridge-{number}"
            part.mkdir()
            self.bridges.append(Bridge(part, settings=dict(settings), database_url=url))
        self.webs, self.workers = self.bridges[:WEBS], self.bridges[:WORKERS]
        self.balancer = Balancer([web.port for web in self.webs])

    @property
    def webhook_url(self) -> str:
        """Where the platform delivers to."""
        return f"{self.balancer.url}/webhook"

    def logged(self) -> str:
        """Return what all processes logged."""
        return "".join(each.logged() for each in self.bridges)

    def connect(self, simulator_url: str, rasa_url: str) -> None:
        """Say where Graph and the bot are."""
        for each in self.bridges:
            each.connect(simulator_url, rasa_url)

    def start(self) -> None:
        """Make the tables, then start everything and wait until each web process answers."""
        self.flask("db", "upgrade")
        self.balancer.start()
        for web in self.webs:
            self.start_web(web)
        for worker in self.workers:
            self.start_worker(worker)

    @staticmethod
    def start_web(bridge: Bridge) -> None:
        """Start a web process, and again where it ended, as a host does: it needs its database."""
        for _ in range(STARTS):
            try:
                return bridge.start_web()
            except AssertionError:
                if bridge.web is None or bridge.web.poll() is None:
                    raise
        raise AssertionError(f"it ended {STARTS} times by itself, see {bridge.log}")

    @staticmethod
    def start_worker(bridge: Bridge) -> None:
        """Start a worker, and again where it ended, as a host does: it needs its database.

        Returns once it works: before that it can't end in good order.
        """
        for _ in range(STARTS):
            bridge.start_worker()
            assert bridge.worker is not None
            if bridge.wait_until_works(bridge.worker):
                return
        raise AssertionError(f"it ended {STARTS} times by itself, see {bridge.log}")

    def flask(self, *arguments: str) -> str:
        """Run one of the bridge's commands and return what it prints."""
        return self.bridges[0].flask(*arguments)

    def settle(self, within: float = 30.0) -> None:
        """Wait until no webhook is under way and the bridge has nothing to do."""
        self.bridges[0].settle(within)

    def wait_for_timers(self, now: int, within: float = 30.0) -> None:
        """Wait until each timer that is due by then (milliseconds) was seen to."""
        self.bridges[0].wait_for_timers(now, within)

    def stop(self) -> None:
        """End the bridge's processes in good order; fail where one doesn't."""
        for each in self.bridges:
            each.stop()

    def end(self) -> None:
        """End whatever still runs, at once."""
        for each in self.bridges:
            each.end()
        self.balancer.close()
        self.postgres.close()
