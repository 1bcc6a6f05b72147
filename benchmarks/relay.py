"""Stands between two programs, hands on what they say, and knows how long each answer took.

So what one of them takes can be told from what the other takes, in one and the same exchange.
"""

import asyncio
import time
from dataclasses import dataclass, field


@dataclass
class Exchange:
    """One request and its answer; stopwatch readings."""

    asked: float
    answered: float

    @property
    def took(self) -> float:
        """Seconds from the request's first byte to the answer's last."""
        return self.answered - self.asked


@dataclass
class Relay:
    """A door to a server on this machine."""

    #: The port of the server behind it.
    behind: int
    exchanges: list[Exchange] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def listen(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Front(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    def seconds_since(self, moment: float) -> float:
        """Return how long the server took for what it was asked from then on."""
        return sum(one.took for one in self.exchanges if one.asked >= moment)


class _Front(asyncio.Protocol):
    """The side of whoever asks."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.exchange: Exchange | None = None
        self._back: asyncio.Task[asyncio.Transport] | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._back = asyncio.get_running_loop().create_task(self._reach())

    async def _reach(self) -> asyncio.Transport:
        loop = asyncio.get_running_loop()
        back, _ = await loop.create_connection(lambda: _Back(self), "127.0.0.1", self.relay.behind)
        for data in self._early:
            back.write(data)
        return back

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if self.exchange is None or self.exchange.answered > self.exchange.asked:
            self.exchange = Exchange(now, now)
            self.relay.exchanges.append(self.exchange)
        assert self._back is not None
        if self._back.done():
            self._back.result().write(data)
        else:
            self._early.append(data)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._back is not None and self._back.done():
            self._back.result().close()


class _Back(asyncio.Protocol):
    """The side of the server."""

    def __init__(self, front: _Front) -> None:
        self._front = front

    def data_received(self, data: bytes) -> None:
        self._front.transport.write(data)
        assert self._front.exchange is not None
        self._front.exchange.answered = time.perf_counter()

    def connection_lost(self, _error: Exception | None) -> None:
        self._front.transport.close()
