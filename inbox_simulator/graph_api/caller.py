"""A Graph call with what every edge needs to answer it."""

from dataclasses import dataclass

from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.world import Platform


@dataclass(frozen=True)
class Caller:
    """Which app calls, what it asks, and the platform at this moment (milliseconds)."""

    platform: Platform
    app: App
    call: GraphCall
    now: int
