"""One simulator: its state, its clock, its port. Two in one process share nothing."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from inbox_simulator import connecting
from inbox_simulator.app import create_app
from inbox_simulator.certificate import Certificate
from inbox_simulator.clock import Clock
from inbox_simulator.delivery_log import DeliveryLog
from inbox_simulator.faults import Faults
from inbox_simulator.followers import Followers
from inbox_simulator.http_server import Server
from inbox_simulator.lanes import Job
from inbox_simulator.pages import Pages, Wanted
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.ids import EPOCHS
from inbox_simulator.platform.thread import Thread
from inbox_simulator.platform.world import Platform
from inbox_simulator.recorder import ChangeFeed, Journal
from inbox_simulator.recording import Recording
from inbox_simulator.scenarios.player import Player
from inbox_simulator.seed import Seed
from inbox_simulator.webhook_sender import WebhookSender


class Simulator:
    """Stands in for Messenger and the Page Inbox.

    ``with Simulator() as simulator:`` serves on a free port until the block ends; ``url`` says
    where. ``port=8080`` takes a port of choice. ``webhook_url`` is the seeded app's webhook, also
    after a reset; without one ``connect`` says later where it is.
    """

    def __init__(
        self, port: int = 0, host: str = "127.0.0.1", webhook_url: str = "",
        seed: Seed | None = None, https_port: int | None = None,
    ) -> None:  # fmt: skip
        self.clock = Clock()
        self.followers = Followers()
        self.feed = ChangeFeed()
        self.journal = Journal(self.feed)
        self.faults = Faults()
        self.notice: dict[str, Any] | None = None
        self.player = Player(lambda: self.feed.note("story"))
        self._seed = seed or Seed.read(webhook_url=webhook_url)
        self._pages = self._seed.grow_pages(secrets.randbelow(EPOCHS))
        self.recording = Recording(self._pages.first.switches.as_json())
        self._told_profile: dict[str, Any] = {}
        self._lock = threading.RLock()
        log = DeliveryLog(self.journal, self.feed)
        self.sender = WebhookSender(self, self.faults, log)
        self._server = Server(host, port, create_app(self))
        self._servers = [self._server]
        self._certificate = None
        if https_port is not None:
            self._certificate = Certificate(host)
            tls = self._certificate.context
            self._servers.append(Server(host, https_port, create_app(self), tls))

    @property
    def url(self) -> str:
        """Address of the Graph API, the control API and the page."""
        return _address("http", self._server)

    @property
    def https_url(self) -> str | None:
        """The same over https, or none. ``authority`` is the file that a client may check it by."""
        return None if self._certificate is None else _address("https", self._servers[1])

    @property
    def authority(self) -> Path | None:
        """The certificate of whoever issued the simulator's; it is made anew at each start."""
        return None if self._certificate is None else self._certificate.authority

    def now(self) -> int:
        """Return the simulator's time in milliseconds since the epoch."""
        return self.clock.now()

    def connect(self, webhook_url: str, **values: object) -> App:
        """Point the default app's webhook at a bridge; ``values`` as in ``POST /_simulator/apps``.

        Another ``app_id`` connects another app.
        """
        app_id = self._pages.first.default_app_id
        return connecting.connect(self, {"app_id": app_id, "webhook_url": webhook_url, **values})

    def app(self, app_id: str) -> App | None:
        """Return a connected app by its id."""
        return self._pages.app(app_id)

    def apps(self) -> list[App]:
        """Return every connected app."""
        return self._pages.apps()

    def threads(self) -> list[Thread]:
        """Return every thread of every Page. Hold the model by ``acting`` while using them."""
        return [thread for page in self._pages for thread in page.threads.values()]

    @property
    def pages(self) -> Pages:
        """Every Page. Hold the model by ``acting`` while using it."""
        return self._pages

    def unsubscribe(self, app_id: str, page_id: str | None = None) -> None:
        """Switch a Page's subscription of an app off; it hears nothing more of that Page."""
        with self.acting(page_id=page_id) as (platform, _):
            if app_id in platform.apps:
                platform.apps[app_id].subscribed = False

    def start(self) -> Self:
        """Serve, and deliver webhooks."""
        self.sender.start()
        for server in self._servers:
            server.start()
        return self

    def stop(self) -> None:
        """End every thread and connection."""
        self.player.end()
        self.feed.close()
        for server in self._servers:
            server.stop()
        self.sender.stop()
        if self._certificate is not None:
            self._certificate.remove()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @contextmanager
    def acting(
        self, *, page_id: str | None = None, psid: str | None = None, token: str | None = None
    ) -> Iterator[tuple[Platform, int]]:
        """Hold the model and the time; what was done to it goes out when the block ends.

        The Page is the one with this id, person or token; else the first.
        """
        with self._lock:
            platform = self._pages.find(Wanted(page_id, psid, token))
            try:
                yield platform, self.now()
            finally:
                for each in self._pages:
                    self._send_out(each)

    def reset(self, seed: int | None = None, *, keep_apps: bool = False) -> None:
        """Return to the seed, with ids of a new epoch; ``seed`` makes them the same each time.

        ``keep_apps`` keeps who is connected and how the platform is set: only people and time go.
        """
        epoch = secrets.randbelow(EPOCHS) if seed is None else seed
        self.player.end()
        with self._lock:
            self.sender.clear()
            self.faults.replace({})
            self.clock.reset()
            self.journal.clear()
            self.notice = None
            before, self._pages = self._pages, self._seed.grow_pages(epoch)
            if keep_apps:
                self._pages.keep(before)
            # What the page is told with the reset; an app that sets the same again is news.
            self._told_profile = dict(self._pages.first.profile)
            self.recording = Recording(self._pages.first.switches.as_json())
            self.feed.note("reset")

    def resend(self, entry: dict[str, Any]) -> None:
        """Deliver the bytes of a journalled webhook once more."""
        page_id = entry["body"]["entry"][0]["id"]
        names = list(zip(entry["fields"], entry["channels"], strict=True))
        body = entry["raw"].encode("ascii")
        self.sender.resend(Job(entry["app_id"], page_id, entry["psid"], names, body))

    def _send_out(self, platform: Platform) -> None:
        deliveries, platform.outbox = platform.outbox, []
        changed, platform.changed = platform.changed, []
        self.sender.submit(deliveries, platform.switches)
        for psid in dict.fromkeys(changed):
            self.feed.note("thread", psid)
        if platform is self._pages.first and platform.profile != self._told_profile:
            self._told_profile = dict(platform.profile)
            self.feed.note("page")


def _address(scheme: str, server: Server) -> str:
    # Who listens everywhere is reached from here by the loopback; the guard lets no other name in.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.host, server.host)  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{server.port}"
