"""Count how often guesses at an intent are right. Pure: knows neither Rasa nor files.

What is kept of a measurement are counts, from which everything that is shown follows: of each
intent's examples, how many the model takes for what.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

HANDOFF = "human_handoff"

#: What a model says below the threshold, in tables and pictures.
NOT_UNDERSTOOD = "not understood"

#: The thresholds that are compared.
THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

#: How much worse than the committed figures a measurement may be before they have to be written
#: anew: other processors and libraries round otherwise.
SHARE_TOLERANCE = 0.01
MESSAGES_TOLERANCE = 1


@dataclass(frozen=True)
class Guess:
    """What a model makes of one example: intents and confidences, the surest first."""

    text: str
    intent: str
    ranking: list[tuple[str, float]]

    def at(self, threshold: float, ambiguity: float) -> str:
        """Return the intent that the bot goes by, as Rasa's FallbackClassifier decides."""
        name, confidence = self.ranking[0]
        runner_up = self.ranking[1][1] if len(self.ranking) > 1 else 0.0
        unclear = confidence < threshold or confidence - runner_up < ambiguity
        return NOT_UNDERSTOOD if unclear else name


@dataclass(frozen=True)
class Count:
    """How many guesses are right, not understood, and wrong: taken for something else."""

    right: int
    not_understood: int
    wrong: int
    #: Of the wrong ones, those that hand over where nobody asked for a person.
    handed_over: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Count":
        """Count pairs of what was meant and what was understood."""
        counts: Counter[str] = Counter()
        for meant, found in pairs:
            wrong = found not in (meant, NOT_UNDERSTOOD)
            counts["right"] += meant == found
            counts["not_understood"] += found == NOT_UNDERSTOOD
            counts["wrong"] += wrong
            counts["handed_over"] += wrong and found == HANDOFF
        names = ("right", "not_understood", "wrong", "handed_over")
        return cls(**{name: counts[name] for name in names})

    @property
    def total(self) -> int:
        return self.right + self.not_understood + self.wrong


@dataclass(frozen=True)
class Understanding:
    """The figures of one cross-validation."""

    threshold: float
    ambiguity: float
    by_threshold: dict[str, Count]
    #: Of each intent, how many of its examples are taken for what, at ``threshold``.
    taken_for: dict[str, dict[str, int]]

    @classmethod
    def of(cls, guesses: list[Guess], threshold: float, ambiguity: float) -> "Understanding":
        """Sum up the guesses, with the bot's own threshold among those compared."""
        by_threshold = {
            f"{each:.2f}": Count.of((guess.intent, guess.at(each, ambiguity)) for guess in guesses)
            for each in sorted({*THRESHOLDS, threshold})
        }
        taken_for: dict[str, Counter[str]] = {guess.intent: Counter() for guess in guesses}
        for guess in guesses:
            taken_for[guess.intent][guess.at(threshold, ambiguity)] += 1
        in_order = {intent: dict(sorted(taken_for[intent].items())) for intent in sorted(taken_for)}
        return cls(threshold, ambiguity, by_threshold, in_order)

    @property
    def overall(self) -> Count:
        """All examples at the bot's own threshold."""
        return self.by_threshold[f"{self.threshold:.2f}"]

    def count(self, intent: str) -> Count:
        """Count what becomes of one intent's examples."""
        found = self.taken_for[intent].items()
        return Count.of((intent, name) for name, times in found for _ in range(times))

    def taken_for_it(self, intent: str) -> int:
        """Count the examples of other intents that are taken for this one."""
        others = (found for name, found in self.taken_for.items() if name != intent)
        return sum(found.get(intent, 0) for found in others)


@dataclass(frozen=True)
class Messages:
    """What the answers to the messages of page_messages.yml come to."""

    asked: int
    met: int
    handed_over: int
    #: Of those asked and met, the ones that no training example says in the same words.
    new_asked: int
    new_met: int
    ordinary: int
    disturbed: int
    #: Of the ordinary ones, those to which only the team knows the answer, and which get the offer
    #: of a person: rightly, so they are not among the disturbed.
    for_the_team: int
    offered: int

    def cost(self, minutes: float) -> float:
        """Return agents' minutes for 1,000 ordinary messages, each false handoff taking some.

        An offer counts as if it were accepted each time.
        """
        return self.disturbed / self.ordinary * 1000 * minutes


@dataclass(frozen=True)
class Figures:
    """Everything that is measured of a bot and kept beside it."""

    messages: Messages
    understanding: Understanding

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Figures":
        understanding = dict(kept["understanding"])
        by_threshold = understanding.pop("by_threshold").items()
        counts = {threshold: Count(**count) for threshold, count in by_threshold}
        return cls(
            Messages(**kept["messages"]), Understanding(by_threshold=counts, **understanding)
        )


def too_good(kept: Figures, measured: Figures) -> list[str]:
    """Name the kept figures that today's bot does not reach, within the tolerances."""
    was, now = kept.understanding.overall, measured.understanding.overall
    compared = {
        "requests met": kept.messages.met - measured.messages.met > MESSAGES_TOLERANCE,
        "ordinary messages disturbed": (
            measured.messages.disturbed - kept.messages.disturbed > MESSAGES_TOLERANCE
        ),
        "examples right": was.right / was.total - now.right / now.total > SHARE_TOLERANCE,
        "examples wrong": now.wrong / now.total - was.wrong / was.total > SHARE_TOLERANCE,
        "threshold": kept.understanding.threshold != measured.understanding.threshold,
    }
    return [name for name, worse in compared.items() if worse]


def in_the_same_words(text: str) -> str:
    """Return what two messages share that differ in capitals and signs alone."""
    letters = "".join(sign for sign in text.casefold() if sign.isalnum() or sign.isspace())
    return " ".join(letters.split())
