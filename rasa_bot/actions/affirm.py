"""Take a typed "yes" for a tap on the first button of the question before."""

import json
from collections.abc import Iterator
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, SlotSet, UserUttered
from rasa_sdk.executor import CollectingDispatcher

#: A question that can be answered by yes or no has one of these for its "no".
NO = frozenset({"/deny", "/out_of_scope"})

#: The condition of a mapping that holds outside of forms, where this action runs.
OUTSIDE = [{"active_loop": None}]


class Affirm(Action):
    """Do what was asked about. Where nothing was asked, do nothing: the rule goes on."""

    def name(self) -> str:
        return "action_affirm"

    def run(
        self,
        dispatcher: CollectingDispatcher,  # noqa: ARG002 - Rasa passes it by name
        tracker: Tracker,
        domain: dict[str, Any],
    ) -> list[dict[str, Any]]:
        beside = tracker.latest_message.get("metadata") or {}
        payload = asked_about(tracker.events)
        # A "yes" that was written before the question was asked is none to it.
        if not payload or beside.get("crossed"):
            return []
        intent, _, told = payload.removeprefix("/").partition("{")
        entities = json.loads("{" + told) if told else {}
        parsed = {
            "intent": {"name": intent, "confidence": 1.0},
            "entities": [{"entity": name, "value": value} for name, value in entities.items()],
        }
        said = UserUttered(payload, parsed)
        # Language and request hang on it: this is still the same message of the person's.
        said["metadata"] = beside
        slots = [SlotSet(*each) for each in set_by(intent, entities, domain)]
        return [ActionExecuted("action_listen"), said, *slots]


def asked_about(events: list[dict[str, Any]]) -> str | None:
    """Return the payload of the "yes" of the bot's last words; None if they were no question."""
    bots = (event for event in reversed(events) if event["event"] == "bot")
    last = next(bots, None)
    buttons = ((last or {}).get("data") or {}).get("buttons") or []
    payloads = [str(button.get("payload", "")) for button in buttons]
    return payloads[0] if NO.intersection(payloads[1:]) else None


def set_by(
    intent: str, entities: dict[str, Any], domain: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield what the domain's mappings set for an intent: Rasa does it for real messages alone."""
    for slot, told in domain["slots"].items():
        for mapping in told.get("mappings", []):
            intents = mapping.get("intent") or []
            if intent not in ([intents] if isinstance(intents, str) else intents):
                continue
            if mapping.get("conditions") not in (None, [], OUTSIDE):
                continue
            if mapping["type"] == "from_intent":
                yield slot, mapping["value"]
                break
            if mapping["type"] == "from_entity" and mapping["entity"] in entities:
                yield slot, entities[mapping["entity"]]
                break
