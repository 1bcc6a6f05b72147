"""When a person seems to have had enough of the bot. Pure: reads what Rasa keeps of a conversation.

Nothing is remembered here: whether a person was offered already stands in the conversation too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: The response that offers a person, by which an earlier offer is recognised.
OFFER = "utter_offer_person"

#: How many of a person's turns lie between two offers, and how many are looked at for signs.
TURNS_BETWEEN_OFFERS, TURNS_LOOKED_AT = 6, 5
#: From how many turns on that were not understood, or beyond the bot, it fails.
SEVERAL = 3

_NOT_HELPED = frozenset({"nlu_fallback", "out_of_scope"})
_STRONG_WORDS = "frustrated"


@dataclass
class Turn:
    """One thing that the person said or tapped, and what the bot said to it."""

    text: str
    intent: str
    responses: list[str] = field(default_factory=list)

    @property
    def is_typed(self) -> bool:
        return not self.text.startswith("/")

    @property
    def words(self) -> str:
        """What was typed, such that "Hello?" and "HELLO" are the same."""
        return " ".join("".join(c if c.isalnum() else " " for c in self.text.casefold()).split())

    @property
    def is_shouted(self) -> bool:
        """Say whether it is in capitals: more than one word, since an ISBN or "OK" is no shout."""
        letters = [c for c in self.text if c.isalpha()]
        upper = sum(c.isupper() for c in letters)
        return len(self.words.split()) > 1 and len(letters) >= 8 and upper >= 0.8 * len(letters)


def read_turns(events: Iterable[Mapping[str, Any]]) -> list[Turn]:
    """Read the turns since the thread last came back, oldest first.

    Rasa writes a message that it takes back and brings again down twice: it counts once.
    """
    turns: list[Turn] = []
    for event in events:
        if event["event"] == "user":
            intent = (event.get("parse_data") or {}).get("intent", {}).get("name") or ""
            if intent == "handback":
                turns = []
                continue
            turn = Turn(event.get("text") or "", intent)
            if not (turns and turns[-1].text == turn.text and not turns[-1].responses):
                turns.append(turn)
        elif event["event"] == "bot" and turns:
            turns[-1].responses.append((event.get("metadata") or {}).get("utter_action") or "")
    return turns


def offer_is_due(turns: list[Turn]) -> bool:
    """Say whether a person should be offered after the last of these turns."""
    if not turns or any(OFFER in turn.responses for turn in turns[-TURNS_BETWEEN_OFFERS:]):
        return False
    last, lately = turns[-1], turns[-TURNS_LOOKED_AT:]
    if not last.is_typed:
        return False
    failed = sum(turn.intent in _NOT_HELPED and turn.is_typed for turn in lately)
    return (
        last.intent == _STRONG_WORDS
        or (last.is_shouted and len(turns) > 1)  # who begins in capitals may always write so
        or _is_repeated(last, lately[:-1])
        or (last.intent in _NOT_HELPED and failed >= SEVERAL)
    )


def _is_repeated(last: Turn, before: list[Turn]) -> bool:
    """Say whether the same words came before, or other words for the same, twice."""
    typed = [turn for turn in before if turn.is_typed]
    same_words = any(turn.words == last.words for turn in typed)
    same_intent = sum(turn.intent == last.intent for turn in typed)
    return same_words or same_intent >= 2
