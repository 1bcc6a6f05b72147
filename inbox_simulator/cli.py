"""The command line: ``python -m inbox_simulator run`` and ``scenario``."""

import argparse
import signal
import sys
import threading

from inbox_simulator.config import ports
from inbox_simulator.server import Simulator


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    try:
        options = _parser().parse_args(arguments)
        return int(options.act(options))
    except (OSError, ValueError) as error:
        print(f"inbox_simulator: {error}", file=sys.stderr)  # noqa: T201 -- a command line
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inbox_simulator", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="serve Messenger, the Page Inbox and the page")
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--port", type=int, default=ports().simulator, help="default: SIMULATOR_PORT")
    run.add_argument(
        "--webhook-url",
        default=f"http://127.0.0.1:{ports().bridge}/webhook",
        help="where the bridge takes webhooks (default: at PORT on this machine)",
    )
    run.set_defaults(act=_run)
    return parser


def _run(options: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Simulator(options.port, options.host, options.webhook_url) as simulator:
        print(f"The simulator is at {simulator.url}", flush=True)  # noqa: T201 -- a command line
        stop.wait()
    return 0
