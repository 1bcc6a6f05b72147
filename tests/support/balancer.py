"""A balancer in front of servers of one kind, as a process of its own.

It does the two things that the bridge needs of any balancer: who refuses a connection is passed
over, and what was sent to one server is never sent to another. Where nobody is there it says 503.
"""

import asyncio
import contextlib
import itertools
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.support.ports import free_port
from tests.support.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]

#: Seconds to connect to a server.
TO_CONNECT = 2.0
NOBODY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Balancer:
    """``with Balancer(ports) as balancer:`` runs it until the block ends."""

    def __init__(self, ports: list[int]) -> None:
        """``ports`` are those of the servers, on 127.0.0.1; they need not be there yet."""
        self.port = free_port()
        self._ports = ports
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address that stands for all of them."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Start it, and wait until it listens."""
        ports = [str(port) for port in (self.port, *self._ports)]
        command = [sys.executable, "-m", "tests.support.balancer", *ports]
        self._process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        wait_for(self._listens, f"the balancer on port {self.port}")
        return self

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the balancer ended by itself"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


async def serve(port: int, ports: list[int]) -> None:
    """Give each connection to the next server that takes it, until the process ends."""
    turns = itertools.count()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(turns) % len(ports)
        found = await _connect(ports[first:] + ports[:first])
        if found is None:
            await _say_nobody(reader, writer)
        else:
            await asyncio.gather(_pass_on(reader, found[1]), _pass_on(found[0], writer))

    async with await asyncio.start_server(take, "127.0.0.1", port, backlog=512) as server:
        await server.serve_forever()


async def _connect(ports: list[int]) -> Streams | None:
    for port in ports:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(TO_CONNECT):
                return await asyncio.open_connection("127.0.0.1", port)
    return None


async def _say_nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        await reader.read(65536)  # closing over unread words would cut the answer off
        writer.write(NOBODY)
        await writer.drain()
    writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on whatever comes; where one side ends, so does the other."""
    with contextlib.suppress(OSError):
        while words := await reader.read(65536):
            writer.write(words)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
