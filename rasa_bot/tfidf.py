"""Rasa's logistic regression on weighed words, which also hears a request inside a story.

Rasa's own counts every word and every bit of a word alike and fixes how bold the model may be: one
lonely word then says little, and the more intents there are, the less sure it is of any of them.
Here words count the more the rarer they are (tf-idf), each message counts the same however
long it is, and the boldness `C` is a setting.

Some people tell a story before they ask for a person. The story drowns the request, so each
sentence is read by itself too, and a request is taken from any of them.

Words that were never met weigh nothing, and so the few bits of a foreign or garbled message that
were met would decide alone. They are no reason to connect anybody: a request has to consist of
what the training examples consist of, mostly.
"""

import re
from collections import Counter
from typing import Any

import numpy as np
import skops.io
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

#: One letter is a word too.
WORD = r"(?u)\b\w+\b"

#: Letters in the longest bits of words that are counted.
BIT = 4

#: A tag of HTML, or an address: no words of anybody's, whatever letters are in them.
NO_WORDS = re.compile(r"</?[a-z][^<>]*>|\b(?:https?://|www\.)\S+", re.IGNORECASE)

#: Where one sentence ends and the next begins.
BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TfidfLogisticRegression(LogisticRegressionClassifier):
    """Settings: those of Rasa's classifier and those of `get_default_config`."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Return none: it reads the text itself, since a sentence has no features of its own."""
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **LogisticRegressionClassifier.get_default_config(),
            "C": 200.0,  # how far the training examples are trusted
            # How far an intent with few examples counts as much as one with many: 1 is wholly, as
            # Rasa has it, 0 is not at all.
            "balance": 1.0,
            "heard_in_any_sentence": None,  # an intent
            "sure": 0.8,  # how sure of that intent one sentence must be
            # Which part of a message the training examples must know for it to be that intent.
            "known": 0.6,
        }

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(config, name, model_storage, resource)
        self.clf = self._untrained()

    def _untrained(self) -> Pipeline:
        given = ("C", "max_iter", "solver", "tol", "random_state")
        settings = {key: self.config[key] for key in given}
        return make_pipeline(
            make_union(
                CountVectorizer(token_pattern=WORD, ngram_range=(1, 2)),
                CountVectorizer(analyzer="char_wb", ngram_range=(1, BIT)),
            ),
            TfidfTransformer(sublinear_tf=True),
            LogisticRegression(**settings),
        )

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the examples, once it is known how many each intent has."""
        counts = Counter(example.get(INTENT) for example in training_data.intent_examples)
        mean = sum(counts.values()) / len(counts)
        weights = {name: (mean / count) ** self.config["balance"] for name, count in counts.items()}
        self.clf.set_params(logisticregression__class_weight=weights)
        return super().train(training_data)

    def _create_X(self, messages: list[Message]) -> np.ndarray:  # noqa: N802 - Rasa's name
        texts = [_without_punctuation(message.get("text") or "") for message in messages]
        return np.array(texts, dtype=object)

    def process(self, messages: list[Message]) -> list[Message]:
        """Name the intent of each message."""
        super().process(messages)
        for message in messages:
            if self.config["heard_in_any_sentence"] in list(self.clf.classes_):
                self._doubt_what_is_unknown(message)
                self._hear_each_sentence(message)
        return messages

    def _doubt_what_is_unknown(self, message: Message) -> None:
        wanted = self.config["heard_in_any_sentence"]
        trust = self._trust(_without_punctuation(message.get("text") or ""))
        doubted = [
            {**intent, "confidence": intent["confidence"] * trust}
            if intent["name"] == wanted
            else intent
            for intent in message.get("intent_ranking")
        ]
        ranking = sorted(doubted, key=lambda intent: intent["confidence"], reverse=True)
        message.set("intent", dict(ranking[0]), add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)

    def _trust(self, text: str) -> float:
        """Return 1 for what the examples know well enough, else the part of it that they know."""
        bits = _bits(text)
        met = self.clf[0].transformer_list[1][1].vocabulary_
        known = sum(bit in met for bit in bits) / max(1, len(bits))
        return 1.0 if known >= self.config["known"] else known

    def _hear_each_sentence(self, message: Message) -> None:
        wanted = self.config["heard_in_any_sentence"]
        sentences = [text for text in BETWEEN_SENTENCES.split(message.get("text") or "") if text]
        whole = message.get("intent")
        is_heard = whole["name"] == wanted and whole["confidence"] >= self.config["sure"]
        if len(sentences) < 2 or is_heard:
            return
        column = list(self.clf.classes_).index(wanted)
        read = [_without_punctuation(sentence) for sentence in sentences]
        sure = self.clf.predict_proba(read)[:, column]
        confidence = max(float(p) * self._trust(text) for p, text in zip(sure, read, strict=True))
        if confidence < self.config["sure"]:
            return
        others = [
            {**intent, "confidence": intent["confidence"] * (1 - confidence)}
            for intent in message.get("intent_ranking")
            if intent["name"] != wanted
        ]
        heard = {"name": wanted, "confidence": confidence}
        message.set("intent", heard, add_to_output=True)
        message.set("intent_ranking", [heard, *others], add_to_output=True)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> "TfidfLogisticRegression":
        """Load it from the model. Rasa's own takes the sparse matrix in it for untrusted."""
        component = cls(config, execution_context.node_name, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            path = folder / f"{resource.name}.skops"
            kinds = skops.io.get_untrusted_types(file=path)
            trusted = [kind for kind in kinds if kind.startswith(("scipy.sparse.", "numpy."))]
            component.clf = skops.io.load(path, trusted=trusted)
        return component


def _without_punctuation(text: str) -> str:
    """Return the words alone: how loudly somebody asks says nothing of what they ask."""
    return " ".join(re.findall(r"[\w']+", NO_WORDS.sub(" ", text)))


#: Takes a text apart into its words' longest bits; a shorter word is one bit by itself.
_bits = CountVectorizer(analyzer="char_wb", ngram_range=(BIT, BIT)).build_analyzer()
