"""Finds the simulator that serves the present request."""

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from inbox_simulator.server import Simulator


def simulator() -> "Simulator":
    """Return the simulator to which the running Flask app belongs."""
    return cast("Simulator", current_app.extensions["simulator"])
