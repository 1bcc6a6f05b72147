"""The first step of the two-stage fallback: ask whether the likeliest thing was meant."""

from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.frustration import OFFER, offer_is_due, read_turns

#: What a guess needs to be worth a question, and how many guesses are looked at.
LEAST_CONFIDENCE, GUESSES = 0.25, 3


class AskAffirmation(Action):
    """Ask "Did you want …?", in words of its own for each intent; else for other words.

    An intent without such a question in the domain is never asked about: "Did you mean yes?".
    """

    def name(self) -> str:
        return "action_default_ask_affirmation"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        turns = read_turns(tracker.events)
        if offer_is_due(turns):
            dispatcher.utter_message(response=OFFER)
            return []
        asked = {response for turn in turns[-3:] for response in turn.responses}
        questions = set(domain["responses"]) - asked
        ranking = tracker.latest_message.get("intent_ranking") or []
        dispatcher.utter_message(response=question(ranking, questions))
        return []


def question(ranking: Iterable[Mapping[str, Any]], questions: set[str]) -> str:
    """Return the response that asks about the likeliest intent for which there is one."""
    guesses = [guess for guess in ranking if guess["name"] != "nlu_fallback"][:GUESSES]
    for guess in guesses:
        asks = f"utter_confirm_{guess['name']}"
        if guess["confidence"] >= LEAST_CONFIDENCE and asks in questions:
            return asks
    return "utter_fallback_menu"
