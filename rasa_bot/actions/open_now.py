"""The action server's one action: https://rasa.com/docs/rasa/custom-actions.

Nothing on the way to a person is done here: that way must work while this server is down.
"""

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.opening_hours import SHOP_TIMEZONE, describe


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
        now = datetime.now(SHOP_TIMEZONE)  # noqa: TID251 - Rasa's side has no clock of ours
        dispatcher.utter_message(text=describe(now))
        return []
