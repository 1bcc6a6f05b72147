"""Add to the opening hours what they mean just now."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import surroundings
from actions.opening_hours import SHOP_TIMEZONE, at


class OpenNow(Action):
    """Add to the opening hours whether the shop is open at this moment."""

    def name(self) -> str:
        return "action_open_now"

    def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,  # noqa: ARG002 - Rasa passes it by name
        domain: dict[str, Any],  # noqa: ARG002 - Rasa passes it by name
    ) -> list[dict[str, Any]]:
        response, told = at(surroundings.now().astimezone(SHOP_TIMEZONE))
        dispatcher.utter_message(response=response, **told)
        return []
