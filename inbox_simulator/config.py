"""The simulator's only reader of the environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Ports:
    """``SIMULATOR_PORT``, where the simulator serves, and ``PORT``, where the bridge does."""

    simulator: int
    bridge: int


def ports() -> Ports:
    """Read the ports. A value that is no number is refused with ``ValueError``."""
    environment = os.environ  # noqa: TID251 -- this is the simulator's config.py
    values = {}
    for name, default in (("SIMULATOR_PORT", "8080"), ("PORT", "8000")):
        text = environment.get(name) or default
        if not text.isdigit() or not 0 <= int(text) <= 65_535:
            raise ValueError(f"{name} must be a port number, not {text!r}")
        values[name] = int(text)
    return Ports(values["SIMULATOR_PORT"], values["PORT"])
