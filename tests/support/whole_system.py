"""The whole system in real processes: simulator, bridge and a bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inbox_simulator import Simulator
from tests.support.bridge import Bridge


@dataclass(frozen=True)
class WholeSystem:
    """A simulator and the bridge that is connected to it."""

    simulator: Simulator
    bridge: Bridge


@contextmanager
def running(folder: Path, rasa_url: str, **settings: str) -> Iterator[WholeSystem]:
    """Run simulator, web and worker until the block ends."""
    bridge = Bridge(folder, settings=settings)
    with Simulator(webhook_url=bridge.webhook_url) as simulator:
        bridge.connect(simulator.url, rasa_url)
        try:
            bridge.start()
            yield WholeSystem(simulator, bridge)
        finally:
            bridge.stop()
