"""The same system as the scenarios', for faults that end or stop its processes."""

from tests.scenarios.conftest import _bot, _system, bot, bridge, simulator

__all__ = ["_bot", "_system", "bot", "bridge", "simulator"]
