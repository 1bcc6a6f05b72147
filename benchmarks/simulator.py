"""What the simulator carries: sends at a fixed rate, and the webhooks that follow each of them.

    python -m benchmarks.simulator [--people 1000] [--rate 300 50] [--seconds 20] [--ack 0]

300 a second is Meta's own limit for a Page. The simulator runs in a process of its own; this one
sends, whether or not it keeps up, and is the app that takes each echo and receipt at once. Both
are counted, so that none can be missing or come twice, and each thread's must come in its order.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks import goals
from benchmarks.line import Line, Round, Sample, percentile
from benchmarks.load import Load, post
from benchmarks.paced import JSON, Receiver, pace
from benchmarks.servers import Server, gunicorn
from tests.support.bridge import SETTINGS

CONNECTIONS = 32
PEOPLE, RATE = 1_000, 300.0
LOOK_EVERY = 0.2
_numbers = itertools.count()


class App:
    """The app on the Page: takes webhooks, and knows what it has heard."""

    def __init__(self, after: float) -> None:
        self._after = after
        #: Stopwatch readings: when an echo came, by its text.
        self.echoes: dict[str, float] = {}
        self.heard: Counter[str] = Counter()
        self._newest: dict[str, int] = {}

    async def listen(self) -> str:
        """Listen on a free port; return the webhook's address."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Receiver(self._hear, self._after), "127.0.0.1", 0)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhook"

    def _hear(self, entry: JSON) -> None:
        event = (entry.get("messaging") or entry["standby"])[0]
        if "delivery" in event:
            self.heard["receipt"] += 1
        elif event.get("message", {}).get("is_echo"):
            self.heard["echo"] += 1
            text, psid = event["message"]["text"], event["recipient"]["id"]
            number = int(text.rpartition(" ")[2])
            assert number > self._newest.get(psid, -1), f"{text!r} came out of order."
            self._newest[psid] = number
            self.echoes[text] = time.perf_counter()


@dataclass
class Carried:
    """What came of one round."""

    load: Load
    cpu: float
    #: How many webhooks waited or were under way, as often as it was looked at.
    pending: list[int]
    pending_at_end: int
    #: Seconds from the moment at which a send was due to its echo.
    echo_p99: float
    megabytes: float

    @property
    def sample(self) -> Sample:
        """Return it as a round of a line."""
        done = len(self.load.took)
        return Sample(done, self.load.seconds, self.cpu, self.load.took)


class Stage:
    """A running simulator with people who all have written, and the app that answers them."""

    def __init__(self, runner: asyncio.Runner, app: App, server: Server, people: int) -> None:
        self._runner, self._app, self.server = runner, app, server
        self._session = requests.Session()
        self._control = f"http://127.0.0.1:{server.port}/_simulator"
        self.psids = runner.run(asyncio.to_thread(self._cast, people))
        runner.run(self._settle())

    def round(self, rate: float, seconds: float) -> Carried:
        """Answer people in turns at this rate."""
        return self._runner.run(self._round(rate, int(rate * seconds)))

    async def _round(self, rate: float, count: int) -> Carried:
        numbers = list(itertools.islice(_numbers, count))
        sends = [_send(self.psids[number % len(self.psids)], number) for number in numbers]
        before, cpu = self._app.heard.copy(), self.server.cpu()
        pending: list[int] = []
        looking = asyncio.create_task(self._look(pending))
        load = await pace(self.server.port, sends, CONNECTIONS, rate)
        looking.cancel()
        at_end = await asyncio.to_thread(self._pending)
        await self._settle()
        used = self.server.cpu() - cpu
        heard = self._app.heard - before
        assert heard == {"echo": count, "receipt": count}, f"{count} sent, heard {heard}"
        echoed = [
            self._app.echoes[_text(number)] - load.began - turn / rate
            for turn, number in enumerate(numbers)
        ]
        return Carried(load, used, pending, at_end, percentile(99, echoed), _megabytes(self.server))

    async def _look(self, pending: list[int]) -> None:
        while True:
            pending.append(await asyncio.to_thread(self._pending))
            await asyncio.sleep(LOOK_EVERY)

    async def _settle(self) -> None:
        deadline = time.monotonic() + 120
        while await asyncio.to_thread(self._pending):
            assert time.monotonic() < deadline, "Webhooks still wait after two minutes."
            await asyncio.sleep(0.02)

    def _pending(self) -> int:
        return int(self._session.get(f"{self._control}/pending", timeout=30).json()["deliveries"])

    def _cast(self, people: int) -> list[str]:
        psids = []
        for number in range(people):
            person = self._session.post(
                f"{self._control}/people", json={"name": f"Person {number}"}, timeout=30
            )
            psids.append(person.json()["psid"])
            words = f"{self._control}/people/{psids[-1]}/messages"
            assert self._session.post(words, json={"text": "hello"}, timeout=30).ok
        return psids


def _text(number: int) -> str:
    return f"Your order is on its way: {number}"


def _send(psid: str, number: int) -> bytes:
    message = {"text": _text(number), "metadata": f"{number:032x}"}
    body = {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": message}
    token = {"Authorization": f"Bearer {SETTINGS['PAGE_ACCESS_TOKEN']}"}
    return post("/v26.0/me/messages", json.dumps(body).encode(), token)


def _megabytes(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def staged(people: int, ack: float = 0.0) -> Iterator[Stage]:
    """Run a simulator whose app is in this process, and takes so many seconds for a webhook."""
    with asyncio.Runner() as runner:
        app = App(ack)
        with simulator(runner.run(app.listen())) as server:
            yield Stage(runner, app, server, people)


@contextmanager
def simulator(webhook_url: str) -> Iterator[Server]:
    """Run a simulator in a process of its own."""
    command = [sys.executable, "-m", "inbox_simulator", "run", "--port", "0"]
    with subprocess.Popen([*command, "--webhook-url", webhook_url], stdout=subprocess.PIPE) as run:
        try:
            assert run.stdout is not None
            yield Server(run, int(run.stdout.readline().decode().strip().rpartition(":")[2]))
        finally:
            run.terminate()


def lines() -> list[Line]:
    """Return the line of the simulator."""
    return [
        Line(
            f"s. simulator, {RATE:.0f} sends a second, {PEOPLE:,} people",
            "a Flask view that does nothing, at the same rate",
            "sent, journalled, echo and receipt signed and delivered",
            (goals.rate_of(0.99), goals.millis(99, 50)),
            _compare,
        )
    ]


@contextmanager
def _compare() -> Iterator[tuple[Round, Round]]:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        nothing = stack.enter_context(gunicorn("benchmarks.nothing:app", "threads", Path(folder)))
        stage = stack.enter_context(staged(PEOPLE))
        yield (
            lambda: _nothing(nothing, RATE, 5.0),
            lambda: stage.round(RATE, 5.0).sample,
        )


def _nothing(server: Server, rate: float, seconds: float) -> Sample:
    calls = [post("/webhook", b"{}", {})] * int(rate * seconds)
    cpu = server.cpu()
    load = asyncio.run(pace(server.port, calls, CONNECTIONS, rate))
    return Sample(len(load.took), load.seconds, server.cpu() - cpu, load.took)


def tell(rate: float, carried: Carried) -> None:
    """Print one round."""
    sample, took = carried.sample, carried.load.took
    print(
        f"{rate:.0f} sends/s asked, {sample.rate:.0f}/s done,"
        f" p50 {percentile(50, took) * 1e3:.1f} ms, p99 {percentile(99, took) * 1e3:.1f} ms,"
        f" echo p99 {carried.echo_p99 * 1e3:.0f} ms, {sample.micros:.0f} µs CPU a send,"
        f" most pending {max(carried.pending, default=0)}, at the end {carried.pending_at_end},"
        f" {carried.megabytes:.0f} MB",
        flush=True,
    )


def main() -> None:
    """Measure at each rate, in one simulator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--rate", type=float, nargs="+", default=[RATE, 50.0], help="a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--ack", type=float, default=0.0, help="milliseconds the app takes")
    asked = parser.parse_args()
    with staged(asked.people, asked.ack / 1000) as stage:
        for rate in asked.rate:
            tell(rate, stage.round(rate, asked.seconds))


if __name__ == "__main__":
    main()
