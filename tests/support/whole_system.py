"""The whole system in real processes: simulator, bridge and a bot."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from inbox_simulator import Simulator
from messenger_app.clock import FOLLOW_EVERY, Clock
from tests.support.bridge import Bridge


@dataclass(frozen=True)
class WholeSystem:
    """A simulator and the bridge that is connected to it."""

    simulator: Simulator
    bridge: Bridge

    def begin_anew(self) -> Simulator:
        """Empty the simulator; where its clock was ahead, wait until the bridge has followed it.

        Until then the bridge would take what comes for something long past.
        """
        was_ahead = self.simulator.now() - Clock.machine() > 0
        self.simulator.reset()
        if was_ahead:
            time.sleep(3 * FOLLOW_EVERY)
        return self.simulator


#: What the worker logs when its own code fails; it goes on, so a test might not notice.
OUR_FAULTS = ("thread.failed", "command.crashed", "event.set_aside", "Traceback (most recent")


def faults_of_our_own(log: str) -> list[str]:
    """Return the lines that tell of the bridge's own faults."""
    return [line for line in log.splitlines() if any(fault in line for fault in OUR_FAULTS)]


@contextmanager
def running(
    folder: Path, rasa_url: str, *, runs_in: str = "", database_url: str = "", **settings: str
) -> Iterator[WholeSystem]:
    """Run simulator, web and worker until the block ends; the named ones are as in `Bridge`."""
    bridge = Bridge(folder, settings=settings, runs_in=runs_in, database_url=database_url)
    with Simulator(webhook_url=bridge.webhook_url) as simulator:
        bridge.connect(simulator.url, rasa_url)
        try:
            bridge.start()
            yield WholeSystem(simulator, bridge)
        finally:
            bridge.stop()
        log = bridge.log.read_text()
        # The whole log: what led to a fault stands before it, and its traceback behind it.
        assert faults_of_our_own(log) == [], log


@pytest.fixture
def simulator(_system: WholeSystem) -> Simulator:
    """The simulator of the tests' system, with nobody in it yet; for a conftest to import."""
    return _system.begin_anew()


@pytest.fixture
def bridge(_system: WholeSystem, simulator: Simulator) -> Bridge:
    """The bridge of the tests' system; for a conftest to import."""
    return _system.bridge
