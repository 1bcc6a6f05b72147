"""The questions before a handoff: which are asked, and what counts as an answer."""

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import answers, spoken, surroundings
from actions.targets import QUESTIONS


class PrepareTriage(Action):
    """See whether the chosen target wants questions asked, and open their slots.

    While this server is down none are asked, and the handoff follows at once.
    """

    def name(self) -> str:
        return "action_prepare_triage"

    def run(
        self,
        dispatcher: CollectingDispatcher,  # noqa: ARG002 - Rasa passes it by name
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa passes it by name
    ) -> list[dict[str, Any]]:
        target = surroundings.targets().named(tracker.get_slot("handoff_to"))
        if target is None or not target.triage or not target.is_open(surroundings.now()):
            return [SlotSet("triage", False)]
        opened = [SlotSet(each, None if each in target.triage else "") for each in QUESTIONS]
        return [SlotSet("triage", True), *opened]


class ValidateTriageForm(FormValidationAction):
    """Take an answer, or say what is wrong with it and ask again. An empty one was skipped."""

    def name(self) -> str:
        return "validate_triage_form"

    def validate_name(
        self, told: str, dispatcher: CollectingDispatcher, *_: object
    ) -> dict[str, str | None]:
        return _taken("name", answers.name(told), told, dispatcher)

    def validate_contact(
        self, told: str, dispatcher: CollectingDispatcher, tracker: Tracker, *_: object
    ) -> dict[str, str | None]:
        answer = answers.contact(told)
        if answer is None and "utter_no_contact" in spoken.last_responses(tracker.events, 2):
            # Asked for a second time: "ask my sister" may be all that there is.
            answer = answers.as_told(told)
        return _taken("contact", answer, told, dispatcher)

    def validate_topic(
        self, told: str, dispatcher: CollectingDispatcher, *_: object
    ) -> dict[str, str | None]:
        return _taken("topic", answers.topic(told), told, dispatcher)

    def validate_problem(
        self, told: str, dispatcher: CollectingDispatcher, *_: object
    ) -> dict[str, str | None]:
        return _taken("problem", answers.problem(told), told, dispatcher)


def _taken(
    slot: str, answer: str | None, told: str, dispatcher: CollectingDispatcher
) -> dict[str, str | None]:
    if told == "":
        return {slot: ""}
    if answer is None:
        dispatcher.utter_message(response=f"utter_no_{slot}")
    return {slot: answer}
