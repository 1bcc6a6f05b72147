"""Offer those who can be talked to, where there is a choice."""

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import spoken, surroundings
from actions.targets import Target


class HandoffOptions(Action):
    """Ask whom a person would like to talk to; for a human, only where several are there.

    Says nothing where there is no choice: the handoff itself is a response and follows at once,
    also while this server is down.
    """

    def name(self) -> str:
        return "action_handoff_options"

    def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa passes it by name
    ) -> list[dict[str, Any]]:
        wants_human = tracker.latest_message["intent"]["name"] == "human_handoff"
        targets, now = surroundings.targets(), surroundings.now()
        people = targets.open(now, bots=False)
        # Where "connect me now" leads to.
        slots = [SlotSet("handoff_to", people[0].name if people else "")]
        if wants_human and (len(people) < 2 or _at_once(tracker)):
            return [*slots, SlotSet("choosing", False)]
        there = people if wants_human else targets.open(now, bots=True)
        if not there:
            dispatcher.utter_message(response="utter_nobody_there")
            return slots
        reason = tracker.get_slot("handoff_reason")
        language = surroundings.language_of(tracker)
        options = [_button(target, reason, language) for target in there]
        dispatcher.utter_message(response="utter_handoff_options", options=options)
        return [*slots, SlotSet("choosing", True)] if wants_human else slots


def _at_once(tracker: Tracker) -> bool:
    """Say whether there is nothing more to ask.

    So it is where a button was tapped that promises a person now (the menu's leaves the choice),
    and where the person was asked just before and asks for a person again.
    """
    tapped = str(tracker.latest_message.get("text", "")).startswith("/")
    promised = tapped and tracker.get_slot("handoff_reason") != "menu"
    return promised or spoken.last_responses(tracker.events, 1) == ["utter_handoff_options"]


def _button(target: Target, reason: str, language: str) -> dict[str, str]:
    entities = json.dumps({"handoff_to": target.name, "reason": reason})
    return {
        "title": target.titles.get(language, target.title),
        "payload": f"/trigger_handoff{entities}",
    }
