"""Send prepared requests over many connections at once, as cheaply as one process can."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Load:
    """What came of one round."""

    seconds: float
    #: How long each request took, in seconds.
    took: list[float] = field(default_factory=list)
    #: Stopwatch reading when it began.
    began: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.took) / self.seconds


class _Client(asyncio.Protocol):
    """One connection: a request goes out when the answer to the one before is there."""

    def __init__(self, requests: Iterator[bytes], load: Load, ends_at: float) -> None:
        self._requests, self._load, self._ends_at = requests, load, ends_at
        self._answer = b""
        self._began = 0.0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if end and len(body) >= int(length):
            self._load.took.append(time.perf_counter() - self._began)
            status, self._answer = head[9:12], b""
            if status != b"200":
                self.over.set_exception(AssertionError(f"It answered {status.decode()}."))
            else:
                self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(AssertionError("It hung up."))

    def _next(self) -> None:
        self._began = time.perf_counter()
        request = next(self._requests, b"")
        if request and self._began < self._ends_at:
            self._transport.write(request)
        else:
            self.over.set_result(None)
            self._transport.close()


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Write one request."""
    given = {"Host": "bridge.example", "Content-Type": "application/json", **headers}
    given["Content-Length"] = str(len(body))
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def hammer(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Load:
    """Send the requests until the time is over or none is left."""
    return asyncio.run(_hammer(port, requests, connections, seconds))


async def _hammer(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Load:
    loop, load, began = asyncio.get_running_loop(), Load(seconds), time.perf_counter()
    clients = []
    for _ in itertools.repeat(None, connections):
        _, client = await loop.create_connection(
            lambda: _Client(requests, load, began + seconds), "127.0.0.1", port
        )
        clients.append(client)
    await asyncio.gather(*(client.over for client in clients))
    load.seconds = time.perf_counter() - began
    return load
