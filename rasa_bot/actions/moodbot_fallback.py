"""What MoodBot does where it understood the words, but not what to do about them.

https://rasa.com/docs/rasa/fallback-handoff#handling-low-action-confidence
"""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import UserUtteranceReverted
from rasa_sdk.executor import CollectingDispatcher

from actions import failed_turns

#: Failed turns in a row after which the ways out are offered.
PATIENCE = 3


class MoodBotFallback(Action):
    """Ask again, and after a few times offer the ways out; leave no trace for what comes next.

    The words are taken back from the conversation, so that what follows is decided as if they had
    not been said. Its record still has them, and there the failures are counted. The shop's bot
    keeps Rasa's own action of this name: its domain lists none.
    """

    def name(self) -> str:
        return "action_default_fallback"

    def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa passes it by name
    ) -> list[dict[str, Any]]:
        failures = failed_turns.count(tracker.events) + 1
        said = "utter_ways_out" if failures >= PATIENCE else "utter_lost"
        dispatcher.utter_message(response=said)
        return [UserUtteranceReverted()]
