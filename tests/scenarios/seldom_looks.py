"""Run a module as ``python -m`` does, with a worker that hardly ever looks by itself."""

import runpy
import sys

from messenger_app import worker

#: Seconds. No test that asks for an answer waits that long.
TICK = 120.0


def main() -> None:
    """Run the module that the command line names, with its arguments."""
    worker.TICK = TICK
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
