"""Ask models about examples that they were not trained on: stratified cross-validation.

Rasa's own `rasa test nlu --cross-validation` shuffles anew each time. Here the folds come from a
seed, so that the same data give the same figures.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLWriter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.model_selection import StratifiedKFold

from rasa_bot.checks.figures import Guess

FOLDS = 5
SEED = 42


async def cross_validate(bot: Path) -> list[Guess]:
    """Return what a model makes of each of a bot's examples that was trained without it."""
    guesses = []
    for train, test in folds(examples_of(bot)):
        guesses += await guess(bot / "config.yml", train, test)
    return guesses


def examples_of(bot: Path) -> list[Message]:
    """Return the examples that a bot learns its intents from."""
    files = RasaFileImporter(str(bot / "config.yml"), training_data_paths=str(bot / "data"))
    return list(files.get_nlu_data().intent_examples)


def folds(examples: list[Message]) -> Iterator[tuple[list[Message], list[Message]]]:
    """Yield what to train on and what to ask about, each intent in the same share."""
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    intents = [example.get("intent") for example in examples]
    for train, test in split.split(examples, intents):
        yield [examples[n] for n in train], [examples[n] for n in test]


async def guess(config: Path, train: list[Message], test: list[Message]) -> list[Guess]:
    """Train on some examples, and ask about the others."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "nlu.yml"
        RasaYAMLWriter().dump(data, TrainingData(train))
        with redirect_stdout(sys.stderr):  # it tells of each model that it saves
            model = train_nlu(str(config), str(data), folder)
        agent = Agent.load(model)
        guesses = []
        for example in test:
            parsed = await agent.parse_message(example.get("text"))
            ranking = [  # as it was before the fallback classifier judged it
                (intent["name"], intent["confidence"])
                for intent in parsed["intent_ranking"]
                if intent["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME
            ]
            guesses.append(Guess(example.get("text"), example.get("intent"), ranking))
        return guesses
