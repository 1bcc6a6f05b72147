"""Try the trained model on the phrasings of held_out.yml and print what it makes of each.

An intent that is taken for another fails, since the bot would answer what was not asked. One that
is not understood, or taken for something beyond a bot, is bearable: the bot then says so and offers
a person. But most requests for a person must be understood at once.
"""

import asyncio
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import ruamel.yaml
from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

HELD_OUT = Path(__file__).with_name("held_out.yml")
HANDOFF = "human_handoff"
NOT_UNDERSTOOD = ("nlu_fallback", "out_of_scope")

#: The share of phrasings that must be understood: requests for a person, and all the others.
WANTED_HANDOFFS = 0.85
WANTED_OTHERS = 0.85


@dataclass(frozen=True)
class Trial:
    """One phrasing, what it stands for and what the model took it for."""

    text: str
    expected: str
    found: str
    confidence: float

    @property
    def verdict(self) -> str:
        if self.found == self.expected:
            return "right"
        return "not understood" if self.found in NOT_UNDERSTOOD else "WRONG"


async def try_all(agent: Agent) -> list[Trial]:
    """Let the model name the intent of each phrasing."""
    trials = []
    phrasings = ruamel.yaml.YAML(typ="safe").load(HELD_OUT)
    for expected, texts in phrasings.items():
        for text in texts:
            parsed = await agent.parse_message(text)
            intent = parsed["intent"]
            trials.append(Trial(text, expected, intent["name"], intent["confidence"]))
    return trials


def share_right(trials: list[Trial]) -> float:
    return sum(trial.verdict == "right" for trial in trials) / len(trials)


def report(trials: list[Trial]) -> bool:
    """Print every trial and the sums; return whether they are good enough."""
    for trial in trials:
        said = f"{trial.confidence:.2f} {trial.found}"
        sys.stdout.write(f"{trial.verdict:<15} {said:<20} {trial.text}\n")
    handoffs = [trial for trial in trials if trial.expected == HANDOFF]
    others = [trial for trial in trials if trial.expected != HANDOFF]
    wrong = sum(trial.verdict == "WRONG" for trial in trials)
    sys.stdout.write(
        f"rasa: held-out phrasings: {share_right(handoffs):.0%} of {len(handoffs)} requests for a "
        f"person and {share_right(others):.0%} of {len(others)} others understood, {wrong} wrong\n"
    )
    understood = share_right(handoffs) >= WANTED_HANDOFFS and share_right(others) >= WANTED_OTHERS
    return understood and not wrong


def main() -> int:
    """Check the model named on the command line; 1 if it is not good enough."""
    configure_structlog(logging.ERROR)  # it writes a line for each phrasing otherwise
    agent = Agent.load(sys.argv[1])
    return 0 if report(asyncio.run(try_all(agent))) else 1


if __name__ == "__main__":
    sys.exit(main())
