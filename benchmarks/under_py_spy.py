"""Run a module of Python as py-spy's child, and end it in good order, so that py-spy writes.

    FLAME_GRAPH=out.svg python -m benchmarks.under_py_spy flask worker

A process may look into its own children everywhere; into others often root alone.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from benchmarks.servers import children

#: How often it looks, a second.
RATE = 250


def main() -> int:
    """Record until the module ends; SIGTERM ends it."""
    record: list[str | Path] = [
        Path(sys.executable).with_name("py-spy"),
        "record",
        "--subprocesses",
    ]
    to = ["--output", os.environ["FLAME_GRAPH"], "--format", "flamegraph", "--rate", str(RATE)]
    recording = subprocess.Popen([*record, *to, "--", sys.executable, "-m", *sys.argv[1:]])

    def end(*_: object) -> None:
        for child in children(recording.pid):
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    return recording.wait()


if __name__ == "__main__":
    sys.exit(main())
