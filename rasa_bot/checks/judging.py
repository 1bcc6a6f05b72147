"""Judge whether what the bot answered brings a person. Pure: no Rasa, no network."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

#: Inside the questions before a handoff: leaves out all that are left, or one.
CONNECT_NOW = "/connect_now"
_SKIP = "/skip"
#: Payloads of buttons that lead to a person: https://rasa.com/docs/rasa/responses#buttons
_TO_A_PERSON = ("/human_handoff", "/trigger_handoff", CONNECT_NOW)

#: What counts as naming a person.
_PERSON = re.compile(
    r"\b(person|human|someone|somebody|whom?|colleagues?|booksellers?|staff|(our|the) team)\b",
    re.IGNORECASE,
)
#: What counts as offering one, in the same sentence.
_OFFER = re.compile(
    r"\b(I can|I could|I'll|let me|shall I|should I|want me to|would you like|you can|"
    r"do you want|would you (rather|prefer)|if you('d| would) (rather|prefer|like)|"
    r"((our|the) team|booksellers?|colleagues?) (can|will|could|looks?)|done by (our|the) team)\b",
    re.IGNORECASE,
)
#: The button beside a guess at what was meant, in Rasa's two-stage fallback.
_NOT_THAT = "/out_of_scope"
_GUESS = re.compile(r"\b(did|do) you mean\b", re.IGNORECASE)


class Outcome(Enum):
    """What an answer comes to, for one who wants a person as for one who doesn't."""

    HANDED_OVER = "handed over"
    OFFERED = "offered"
    GUESSED = "guessed"
    IN_THE_MENU = "in the menu"
    NO_PERSON = "no person"

    @property
    def brings_a_person(self) -> bool:
        """Tell whether it meets a request for a person, and disturbs where there was none."""
        return self in (Outcome.HANDED_OVER, Outcome.OFFERED)


def judge(answers: list[dict[str, Any]], bots: frozenset[str] = frozenset()) -> Outcome:
    """Say what a turn comes to, from the messages of Rasa's REST channel.

    One rule for those who want a person and those who don't, so that no bot can gain by offering
    one at every turn:

    - *handed over*: a handoff payload, unless it names one of ``bots`` or another bot's address.
    - *offered*: the words offer a person ("I can fetch one for you", "Our team can tell you"), and
      the first button, or the only one, leads there.
    - *guessed*: the bot has not understood, and asks whether a person is meant. No offer: a bot
      that guesses has to be told again.
    - *in the menu*: a button leads to a person, and no more than that. Whoever looks for a person
      finds one, but nobody is asked. No offer either.
    """
    if any(_hands_over(answer.get("custom"), bots) for answer in answers):
        return Outcome.HANDED_OVER
    if any(_offers(answer) for answer in answers):
        return Outcome.OFFERED
    to_a_person = [answer for answer in answers if any(map(_leads_to_a_person, _payloads(answer)))]
    if any(_is_guess(answer) for answer in to_a_person):
        return Outcome.GUESSED
    return Outcome.IN_THE_MENU if to_a_person else Outcome.NO_PERSON


def asks_before_handing_over(answers: list[dict[str, Any]]) -> bool:
    """Tell whether the bot has begun to ask things, which a tap on "Connect me now" ends."""
    return any({CONNECT_NOW, _SKIP} <= set(_payloads(answer)) for answer in answers)


def _hands_over(custom: Any, bots: frozenset[str]) -> bool:
    handoff = custom.get("handoff") if isinstance(custom, dict) else None
    return isinstance(handoff, dict) and handoff.get("target") not in bots


def _offers(answer: dict[str, Any]) -> bool:
    first = next(_payloads(answer), "")
    in_words = offers_in_words(str(answer.get("text", "")))
    return _leads_to_a_person(first) and in_words and not _is_guess(answer)


def _is_guess(answer: dict[str, Any]) -> bool:
    return _NOT_THAT in _payloads(answer) or bool(_GUESS.search(str(answer.get("text", ""))))


def offers_in_words(text: str) -> bool:
    """Tell whether one of the sentences both names a person and offers one."""
    sentences = re.split(r"(?<=[.!?:])\s+", text.replace("\u2019", "'"))
    return any(_PERSON.search(sentence) and _OFFER.search(sentence) for sentence in sentences)


def _payloads(answer: dict[str, Any]) -> Iterator[str]:
    for button in answer.get("buttons") or []:
        yield str(button.get("payload", ""))


def _leads_to_a_person(payload: str) -> bool:
    return payload.startswith(_TO_A_PERSON)
