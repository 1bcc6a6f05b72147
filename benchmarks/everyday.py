"""How much CPU web and worker take while people write at a fixed rate and nothing goes wrong.

    python -m benchmarks.everyday [--rate 50] [--seconds 30] [--postgresql]

One process of each, the simulator with its echoes, receipts and agents, and a stand-in bot. A word
is several deliveries: itself, our answer's echo, and receipts. PostgreSQL's own CPU is not in it.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.servers import cpu_of
from benchmarks.soak_life import BOOKS, Agents, Crowd, write
from inbox_simulator.client import Client
from messenger_app.store import inbox
from tests.chaos import programs
from tests.chaos.bots import StandInBot
from tests.chaos.systems import SETTINGS
from tests.support.bridge import Bridge
from tests.support.postgres import Postgres

#: As in the soak.
PEOPLE_FOR_A_RATE = 8


def measure(rate: float, seconds: float, folder: Path, database_url: str) -> None:
    """Let people write for so long, and print what it took."""
    bridge = Bridge(folder, settings=dict(SETTINGS), database_url=database_url)
    simulator = programs.simulator(folder, bridge.webhook_url)
    bot = StandInBot(folder, 1, "--calm")
    try:
        simulator.start()
        bot.start()
        bridge.connect(simulator.url, bot.url)
        bridge.start()
        client = Client(simulator.url)
        crowd = Crowd(client, {BOOKS: int(rate * PEOPLE_FOR_A_RATE)}, {BOOKS: rate})
        client.close()
        words = crowd.words(seconds)
        agents = Agents(simulator.url, words)
        before = _used(bridge)
        agents.start()
        load = write(simulator.port, words, rate)
        agents.join()
        bridge.settle(60)
        web, worker = (after - used for after, used in zip(_used(bridge), before, strict=True))
        agents.close()
        with bridge.database.reading() as connection:
            events = sum(inbox.counts(connection).values())
    finally:
        bridge.stop()
        bot.stop()
        simulator.kill()
    print(f"{load.rate:.1f} words a second, {events / len(words):.1f} events a word")
    for name, used in (("web", web), ("worker", worker)):
        share, each = used / seconds, used / len(words)
        print(f"{name}: {share:.0%} of one CPU, {each * 1e3:.1f} ms a word")


def _used(bridge: Bridge) -> tuple[float, float]:
    assert bridge.web is not None
    assert bridge.worker is not None
    return cpu_of(bridge.web.pid), cpu_of(bridge.worker.pid)


def main() -> int:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="words a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--postgresql", action="store_true", help="in place of SQLite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.postgresql:
            with Postgres() as server:
                measure(asked.rate, asked.seconds, Path(folder), server.new_database())
        else:
            measure(asked.rate, asked.seconds, Path(folder), "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
