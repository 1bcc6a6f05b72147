"""Run a module as ``python -m`` does, with a disk that can be filled and emptied from outside.

``SIGPROF`` lets no file of the process grow beyond `SMALL`, ``SIGVTALRM`` takes that back. The
process limits itself, since not every system lets one process limit another; what it starts
inherits both the limit and the signals.
"""

import resource
import runpy
import signal
import sys

#: No file may grow beyond this while the disk is "full". A new database is larger already.
SMALL = 64 * 1024

FILL, EMPTY = signal.SIGPROF, signal.SIGVTALRM


def main() -> None:
    """Run the module that the command line names, with its arguments."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for signum, limit in ((FILL, SMALL), (EMPTY, soft)):
        signal.signal(
            signum,
            lambda *_, limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard)),
        )
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
