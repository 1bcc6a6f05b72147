"""Who sends at a fixed rate keeps each connection in use, and says at once when one is lost."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.load import Load
from benchmarks.paced import Messages, pace

REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Server(Messages):
    """Answers, and counts the requests of each connection."""

    served: Counter[int]
    most: int

    def came(self, _head: bytes, _body: bytes) -> None:
        self.served[id(self)] += 1
        if self.served[id(self)] > self.most:
            self._transport.close()
        else:
            self._transport.write(ANSWER)


def play(number: int, connections: int, most: int) -> tuple[Load, list[int]]:
    """Send so many requests to a server that answers so many over each connection."""
    counted: Counter[int] = Counter()
    kind: Callable[[], Server] = type("_", (Server,), {"served": counted, "most": most})

    async def both() -> Load:
        server = await asyncio.get_running_loop().create_server(kind, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await pace(port, [REQUEST] * number, connections, 500)

    with ThreadPoolExecutor(1) as pool:  # where Playwright was, this thread has a loop already
        return pool.submit(lambda: asyncio.run(both())).result(), list(counted.values())


def test_every_connection_is_used_in_its_turn() -> None:
    load, served = play(40, 8, most=40)
    assert len(load.took) == 40
    assert served == [5] * 8


def test_a_connection_that_is_lost_is_told_at_once() -> None:
    with pytest.raises(ConnectionError, match="hung up"):
        play(40, 8, most=2)
