"""Offer a person to somebody who seems to have had enough."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.frustration import OFFER, offer_is_due, read_turns


class NoticeFrustration(Action):
    """Offer a person where that is due; force nothing."""

    def name(self) -> str:
        return "action_notice_frustration"

    def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa passes it by name
    ) -> list[dict[str, Any]]:
        if offer_is_due(read_turns(tracker.events)):
            dispatcher.utter_message(response=OFFER)
        return []
