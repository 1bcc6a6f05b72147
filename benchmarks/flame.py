"""Draw where the time goes, as a flame graph: one SVG file that loads nothing.

    python -m benchmarks.flame webhook|worker [--events 20000] [--postgresql]

The real web process under 32 connections, or the real worker with a bot and a Graph that answer at
once. A box is as wide as the share of samples in which a thread was at work there, or held Python's
lock; open the file in a browser, and click on a box to go into it.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks import programs
from benchmarks.load import hammer
from benchmarks.stand_ins import stand_ins
from benchmarks.stores import POSTGRESQL, SQLITE, Store
from benchmarks.webhook import CONNECTIONS, delivery
from benchmarks.worker import PEOPLE, fill
from tests.support.bridge import Bridge
from tests.support.ports import free_port

OUT = programs.ROOT / "var"


def draw(what: str, events: int, store: Store, out: Path) -> None:
    """Draw one of the two over so many events."""
    with tempfile.TemporaryDirectory() as folder, store.lent() as database, stand_ins() as url:
        bridge = programs.stopped(Path(folder), url, url, free_port(), database)
        bridge.runs_in = "benchmarks.under_py_spy"
        bridge.settings |= {"FLAME_GRAPH": str(out.resolve()), "CALLS_AT_ONCE": str(PEOPLE)}
        try:
            {"webhook": _post, "worker": _work}[what](bridge, events)
        finally:
            bridge.stop()


def _post(bridge: Bridge, events: int) -> None:
    bridge.start_web()
    hammer(bridge.port, iter([delivery("/webhook", 1) for _ in range(events)]), CONNECTIONS, 600)


def _work(bridge: Bridge, events: int) -> None:
    bridge.database.upgrade()
    fill(bridge.database, [str(number) for number in range(PEOPLE)], events // PEOPLE)
    bridge.start_worker()
    programs.wait_until_idle(bridge, within=600)


def main() -> None:
    """Draw what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["webhook", "worker"])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--postgresql", action="store_true", help="in place of SQLite")
    asked = parser.parse_args()
    store = POSTGRESQL if asked.postgresql else SQLITE
    OUT.mkdir(exist_ok=True)
    out = OUT / f"flame-{asked.what}{'-postgresql' if asked.postgresql else ''}.svg"
    try:
        draw(asked.what, asked.events, store, out)
    finally:
        store.close()
    print(f"Written: {out.relative_to(programs.ROOT)}")


if __name__ == "__main__":
    main()
