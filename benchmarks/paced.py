"""Send requests at a fixed rate, whether or not those before were answered; and take webhooks.

A server that falls behind is asked all the same, so what it takes too long for is seen: a request
counts from the moment at which it was due, also where it had to wait for a free connection.
"""

import asyncio
import json
import re
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.load import Load

JSON = dict[str, Any]
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Messages(asyncio.Protocol, ABC):
    """Cuts what comes in over one connection into heads and bodies."""

    _transport: asyncio.Transport
    _rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while b"\r\n\r\n" in self._rest:
            head, _, body = self._rest.partition(b"\r\n\r\n")
            found = _LENGTH.search(head)
            length = int(found[1]) if found else 0
            if len(body) < length:
                return
            self._rest = body[length:]
            self.came(head, body[:length])

    def answer_after(self, seconds: float, answer: bytes) -> None:
        """Write an answer after a while, if any."""
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._transport.write, answer)
        else:
            self._transport.write(answer)

    @abstractmethod
    def came(self, head: bytes, body: bytes) -> None:
        """Take one request or answer."""


class _Sender(Messages):
    """One connection that asks, one request at a time."""

    def __init__(self, pace: "_Pace") -> None:
        self._pace, self._due = pace, 0.0

    def send(self, request: bytes, due: float) -> None:
        self._due = due
        self._transport.write(request)

    def came(self, head: bytes, _body: bytes) -> None:
        assert head[9:12] == b"200", f"It answered {head[:200]!r}."
        self._pace.answered(self, time.perf_counter() - self._due)

    def connection_lost(self, _error: Exception | None) -> None:
        self._pace.lost()

    def close(self) -> None:
        self._transport.close()


class _Pace:
    """Hands each request to a free connection, or lets it wait for one."""

    def __init__(self, expected: int) -> None:
        self.took: list[float] = []
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._expected = expected
        #: In turn, so that none is idle until the server hangs up.
        self._free: deque[_Sender] = deque()
        self._late: deque[tuple[bytes, float]] = deque()

    def add(self, sender: _Sender) -> None:
        self._free.append(sender)

    def send(self, request: bytes, due: float) -> None:
        if self._free:
            self._free.popleft().send(request, due)
        else:
            self._late.append((request, due))

    def answered(self, sender: _Sender, took: float) -> None:
        self.took.append(took)
        if self._late:
            sender.send(*self._late.popleft())
        else:
            self._free.append(sender)
        if len(self.took) == self._expected:
            self.over.set_result(None)

    def lost(self) -> None:
        if not self.over.done():
            self.over.set_exception(ConnectionError("The server hung up."))


async def pace(port: int, requests: Sequence[bytes], connections: int, rate: float) -> Load:
    """Send all requests at this rate, and wait until each was answered.

    Raises ConnectionError at once where a connection is lost: a figure without it would be wrong.
    """
    loop, paced = asyncio.get_running_loop(), _Pace(len(requests))
    senders: list[_Sender] = []
    try:
        for _ in range(connections):
            _, sender = await loop.create_connection(lambda: _Sender(paced), "127.0.0.1", port)
            senders.append(sender)
            paced.add(sender)
        began = time.perf_counter()
        for number, request in enumerate(requests):
            due = began + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            if paced.over.done():
                break
            paced.send(request, due)
        await asyncio.wait_for(paced.over, 120)
        return Load(time.perf_counter() - began, paced.took, began)
    finally:
        for sender in senders:
            sender.close()


class Receiver(Messages):
    """One connection over which webhooks come: each is acknowledged after a while, if any."""

    def __init__(self, look: Callable[[JSON], None], after: float) -> None:
        self._look, self._after = look, after

    def came(self, head: bytes, body: bytes) -> None:
        found = re.search(rb"hub.challenge=(\w+)", head)
        answer = found[1] if found else b"EVENT_RECEIVED"
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
        self.answer_after(self._after, answer)
        if body:
            for entry in json.loads(body)["entry"]:
                self._look(entry)
