"""What it costs to store deliveries before they are answered.

    python -m benchmarks.webhook [--clients 16] [--seconds 3]

First without HTTP: as many threads as clients store one event each, again and again, every one in a
transaction of its own, then sharing them. Then over HTTP, with the web process as a host runs it:
`GET /healthz`, which does nothing, against `POST /webhook`, which stores one event. Only ratios
within one run mean something; rounds of both take turns.
"""

import argparse
import http.client
import itertools
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing import Pool
from pathlib import Path

from messenger_app.store import inbox
from messenger_app.store.database import Database
from messenger_app.store.intake import Intake
from messenger_app.webhook.envelope import ReceivedEvent, split
from tests.support.bridge import Bridge
from tests.support.meta import PAGE, entry, message, signatures

ROUNDS = 3
numbers = itertools.count()


def delivery(name: str) -> bytes:
    event = message(f"{abs(hash(name)) % 500 + 1}", "hello there", f"m_{name}")
    return json.dumps({"object": "page", "entry": [entry(messaging=[event])]}).encode()


def repeat(threads: int, seconds: float, call: Callable[[], object]) -> list[float]:
    """Call again and again in several threads; return how long each call took, in seconds."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    def run() -> None:
        own = []
        while (began := time.perf_counter()) < end:
            call()
            own.append(time.perf_counter() - began)
        took.extend(own)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return took


def tell(name: str, rounds: list[list[float]], seconds: float) -> float:
    """Print the median round; return its calls a second."""
    took = sorted(rounds, key=len)[len(rounds) // 2]
    cuts = statistics.quantiles(took, n=100)
    rate = len(took) / seconds
    print(f"{name:<28} {rate:7.0f}/s   p50 {cuts[49] * 1e3:6.1f} ms   p99 {cuts[98] * 1e3:6.1f} ms")
    return rate


def store(clients: int, seconds: float) -> None:
    """Compare a transaction for each delivery with shared ones."""

    def events() -> tuple[list[ReceivedEvent], int]:
        now = time.time_ns() // 1_000_000
        return split(delivery(str(next(numbers))), frozenset({PAGE}), now), now

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/handover.db")
        database.upgrade()
        intake = Intake(database)

        def alone() -> None:
            new, now = events()
            with database.writing() as connection:
                inbox.add(connection, new, now)

        rounds: dict[str, list[list[float]]] = {"alone": [], "shared": []}
        for _ in range(ROUNDS):
            rounds["alone"].append(repeat(clients, seconds, alone))
            rounds["shared"].append(repeat(clients, seconds, lambda: intake.add(*events())))
        each = tell("a transaction each", rounds["alone"], seconds)
        shared = tell("shared transactions", rounds["shared"], seconds)
        print(f"ratio {shared / each:.1f}\n")
        database.close()


def ask(work: tuple[int, str, int, int, float]) -> list[float]:
    """Send requests one after another over one connection, in a process of its own."""
    port, path, client, round_, seconds = work
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    end = time.perf_counter() + seconds
    for number in itertools.count():
        if path == "/webhook":
            body = delivery(f"{client}_{round_}_{number}")
            headers = {"Content-Type": "application/json", **signatures(body)}
        else:
            body, headers = b"", {}
        if (began := time.perf_counter()) >= end:
            break
        connection.request("POST" if body else "GET", path, body or None, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        took.append(time.perf_counter() - began)
    return took


def web(clients: int, seconds: float) -> None:
    """Compare a request that does nothing with one that stores an event."""
    with tempfile.TemporaryDirectory() as folder:
        bridge = Bridge(
            Path(folder), settings={"RASA_URL": "http://127.0.0.1:9", "LOG_LEVEL": "ERROR"}
        )
        bridge.start_web()
        rounds: dict[str, list[list[float]]] = {"/healthz": [], "/webhook": []}
        with Pool(clients) as pool:
            for round_ in range(ROUNDS):
                for path, results in rounds.items():
                    work = [(bridge.port, path, n, round_, seconds) for n in range(clients)]
                    results.append([one for took in pool.map(ask, work) for one in took])
        nothing = tell("GET /healthz", rounds["/healthz"], seconds)
        stored = tell("POST /webhook", rounds["/webhook"], seconds)
        with bridge.database.reading() as connection:
            assert inbox.counts(connection)["pending"] >= sum(map(len, rounds["/webhook"]))
        print(f"ratio {stored / nothing:.2f}")
        bridge.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=3.0)
    arguments = parser.parse_args()
    store(arguments.clients, arguments.seconds)
    web(arguments.clients, arguments.seconds)


if __name__ == "__main__":
    main()
