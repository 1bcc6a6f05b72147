"""Two Rasa servers behind one address."""

from pathlib import Path
from typing import Self

from tests.support import redis_server
from tests.support.balancer import Balancer
from tests.support.rasa import Rasa
from tests.support.redis_server import RedisServer


class GrownRasa:
    """Both share their conversations in PostgreSQL and their locks in Redis."""

    def __init__(self, folder: Path, tracker_url: str) -> None:
        """``tracker_url`` is a PostgreSQL database of the bot's own."""
        self.redis = RedisServer()
        settings = {
            "RASA_ENDPOINTS": "endpoints.grown.yml",
            "RASA_TRACKER_URL": tracker_url,
            "RASA_REDIS_PORT": str(self.redis.port),
            "RASA_REDIS_PASSWORD": redis_server.PASSWORD,
        }
        folders = [folder / name for name in ("rasa-1", "rasa-2")]
        for each in folders:
            each.mkdir()
        self.servers = [Rasa(each, settings=settings) for each in folders]
        self.balancer = Balancer([server.port for server in self.servers])

    @property
    def url(self) -> str:
        """What the bridge gets as its RASA_URL."""
        return self.balancer.url

    def logs(self) -> str:
        """Return what both servers logged."""
        return "".join((each.folder / "run.log").read_text() for each in self.servers)

    def start(self) -> Self:
        """Start everything, and wait until both servers answer."""
        self.redis.start()
        self.balancer.start()
        for server in self.servers:
            server.start("actions")
            server.start()
        return self

    def close(self) -> None:
        """End everything."""
        for server in self.servers:
            server.stop()
            server.stop("actions")
        self.balancer.close()
        self.redis.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()
