"""The command line: ``python -m inbox_simulator run`` and the other commands of its help."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from inbox_simulator import coverage, replaying
from inbox_simulator.actors import Stage
from inbox_simulator.client import ControlError
from inbox_simulator.config import ports
from inbox_simulator.scenarios import runner, story
from inbox_simulator.seed import SEED_FILE, Seed
from inbox_simulator.server import Simulator


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    try:
        options = _parser().parse_args(arguments)
        return int(options.act(options))
    except (ControlError, OSError, ValueError) as error:
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
        help="where the default app takes webhooks (default: what a seed file says, or at PORT on"
        " this machine)",
    )
    run.add_argument(
        "--seed", type=Path, metavar="FILE", help="start with these Pages, apps and people"
    )
    run.add_argument(
        "--https-port", type=int,
        help="serve https beside http, with a certificate made for the occasion",
    )  # fmt: skip
    run.set_defaults(act=_run)
    covered = commands.add_parser("coverage", help="print what is covered of the platform")
    covered.set_defaults(act=_coverage)
    for name, act, words in (
        ("record", _record, "write down the session since the last reset"),
        ("replay", _replay, "play a session again, and say what came out otherwise"),
    ):
        session = commands.add_parser(name, help=words)
        session.add_argument("file", type=Path)
        session.add_argument("--url", default=f"http://127.0.0.1:{ports().simulator}")
        session.add_argument(
            "--patience", type=float, default=15.0, metavar="SECONDS",
            help="how long an answer may take (default: 15)",
        )  # fmt: skip
        session.set_defaults(act=act)
    scenario = commands.add_parser("scenario", help="play stories against a running simulator")
    scenario.add_argument(
        "names", nargs="*", metavar="NAME", help="name or file; default: all that need nothing"
    )
    scenario.add_argument("--url", default=f"http://127.0.0.1:{ports().simulator}")
    scenario.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE",
        help="set a switch for these stories; may be repeated",
    )  # fmt: skip
    scenario.add_argument(
        "--patience", type=float, default=15.0, metavar="SECONDS",
        help="how long an expectation may take (default: 15)",
    )  # fmt: skip
    scenario.add_argument(
        "--silence", type=float, default=2.0, metavar="SECONDS",
        help="how long silence is watched (default: 2)",
    )  # fmt: skip
    scenario.add_argument(
        "--any-bot", action="store_true",
        help='leave out the stories marked "[bridge]", which show rules of this project\'s bridge',
    )  # fmt: skip
    scenario.set_defaults(act=_scenario)
    return parser


def _run(options: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    webhook_url = options.webhook_url
    if webhook_url is None and options.seed is None:
        webhook_url = f"http://127.0.0.1:{ports().bridge}/webhook"
    seed = Seed.read(options.seed or SEED_FILE, webhook_url or "")
    with Simulator(
        options.port, options.host, seed=seed, https_port=options.https_port
    ) as simulator:
        _say(f"The simulator is at {simulator.url}")
        if simulator.https_url:
            _say(f"and at {simulator.https_url}, by the authority of {simulator.authority}")
        stop.wait()
    return 0


def _coverage(_: argparse.Namespace) -> int:
    print(coverage.markdown(), end="")  # noqa: T201 -- a command line
    return 0


def _record(options: argparse.Namespace) -> int:
    stage = Stage(options.url, options.patience)
    session = stage.client.get("recording")
    stage.close()
    options.file.write_text(json.dumps(session, indent=1, ensure_ascii=False) + "\n", "utf-8")
    _say(f"{len(session['steps'])} acts are in {options.file}")
    return 0


def _replay(options: argparse.Namespace) -> int:
    stage = Stage(options.url, options.patience)
    session = json.loads(options.file.read_text("utf-8"))
    try:
        differences = replaying.Replay(session, stage).play()
    finally:
        stage.close()
    for line in differences:
        _say(line)
    acts = len(session["steps"])
    _say(f"{acts} acts: it went another way" if differences else f"{acts} acts: the same again")
    return 1 if differences else 0


def _scenario(options: argparse.Namespace) -> int:
    wanted = dict(setting.split("=", 1) for setting in options.switch if "=" in setting)
    if len(wanted) < len(options.switch):
        raise ValueError("--switch takes NAME=VALUE")
    scenarios = [
        chosen for chosen in _chosen(options.names) if not (options.any_bot and chosen.bridge)
    ]
    if not scenarios:
        raise ValueError("No story is left to play: --any-bot leaves out those of the bridge.")
    stage = Stage(options.url, options.patience)
    before = stage.state()["switches"]
    try:
        stage.client.put("switches", wanted)
        held = [runner.play(scenario, stage, _say, options.silence) for scenario in scenarios]
    finally:
        stage.client.put("switches", before)
        stage.close()
    _say(f"{sum(held)} of {len(held)} scenarios held")
    return 0 if all(held) else 1


def _chosen(names: list[str]) -> list[story.Scenario]:
    """Return the scenarios of these names; without names, all that need nothing set up."""
    if names:
        return [story.Scenario.read(path) for path in story.find(names)]
    for left_out in [known for known in story.every() if known.needs]:
        by = f" Start the demo by: {left_out.start}" if left_out.start else ""
        _say(f"{left_out.key} is left out. It needs: {left_out.needs}{by}")
    return [known for known in story.every() if not known.needs]


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- a command line
