"""Play chaos against the real programs and print what came of it: ``make chaos``.

People and agents act at random, webhooks and Graph calls go wrong, web, worker and bot are killed,
with PostgreSQL the database too, and then there are two web processes and three workers.
Ends with 1 where anything was lost, said twice or said to a human.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.chaos import report
from tests.chaos.bots import BOTS
from tests.chaos.run import Outcome, play
from tests.chaos.systems import SYSTEMS


def main() -> int:
    """Play every seed that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default=os.environ.get("SEEDS", "1-10"), help="such as 1-10,42")
    parser.add_argument("--messages", type=int, default=int(os.environ.get("MESSAGES", "2000")))
    parser.add_argument("--bot", choices=sorted(BOTS), default=os.environ.get("BOT", "stand-in"))
    parser.add_argument(
        "--database", choices=sorted(SYSTEMS), default=os.environ.get("DATABASE", "sqlite")
    )
    parser.add_argument("--keep", type=Path, default=None, help="where logs of failures go")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    outcomes: list[Outcome] = []
    for seed in read_seeds(options.seeds):
        folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-", dir=options.keep))
        bot = BOTS[options.bot](folder, seed)
        system = SYSTEMS[options.database](folder)
        outcomes.append(play(seed, options.messages, folder, bot, system))
        print(report.table(outcomes[-1:]), flush=True)
        if outcomes[-1].is_good:
            shutil.rmtree(folder)
        else:
            print(report.troubles(outcomes[-1]), flush=True)
    print(f"{report.table(outcomes)}\n{report.killed(outcomes)}")
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


def read_seeds(text: str) -> list[int]:
    """Return the seeds that a text such as ``1-3,7`` names."""
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


if __name__ == "__main__":
    sys.exit(main())
