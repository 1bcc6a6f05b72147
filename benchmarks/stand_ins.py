"""Rasa's REST channel and Graph's Send API in one process, as cheaply as may be.

    python -m benchmarks.stand_ins [--think 20] [--graph 0] [--hung]

It prints the port that it listens on.
"""

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.paced import Messages

_mids = itertools.count()


class StandIn(Messages):
    """One connection on which the bot or Graph is asked."""

    def __init__(self, think: float, graph: float, *, hung: bool) -> None:
        """Seconds that the bot thinks and that Graph takes; with ``hung`` neither ever answers."""
        super().__init__()
        self._think, self._graph, self._hung = think, graph, hung

    def came(self, head: bytes, body: bytes) -> None:
        if self._hung:
            return
        asked = json.loads(body or b"{}")
        if b"/webhooks/rest" in head:
            said = [{"text": f"You said: {asked['message']}"}]
            self.answer_after(self._think, response(said))
        else:
            self.answer_after(self._graph, response(graph_answer(asked)))


def graph_answer(asked: dict[str, object]) -> object:
    """Return what Graph says to a message, or to anything else."""
    if "message" in asked:
        return {"recipient_id": "1", "message_id": f"m_{next(_mids)}"}
    return {"success": True}


def response(answer: object) -> bytes:
    """Write an answer."""
    data = json.dumps(answer).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


@contextmanager
def stand_ins(think: float = 0.0, graph: float = 0.0, *, hung: bool = False) -> Iterator[str]:
    """Run both in a process of their own; yield their address. Times are seconds."""
    times = ["--think", str(think * 1000), "--graph", str(graph * 1000)]
    command = [sys.executable, "-m", "benchmarks.stand_ins", *times, *(["--hung"] if hung else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


async def serve(think: float, graph: float, *, hung: bool) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: StandIn(think, graph, hung=hung), "127.0.0.1", 0, backlog=1_000
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve; times are milliseconds here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--think", type=float, default=0.0, help="milliseconds the bot takes")
    parser.add_argument("--graph", type=float, default=0.0, help="milliseconds Graph takes")
    parser.add_argument("--hung", action="store_true", help="never answer")
    asked = parser.parse_args()
    asyncio.run(serve(asked.think / 1000, asked.graph / 1000, hung=asked.hung))


if __name__ == "__main__":
    main()
