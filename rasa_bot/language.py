"""The bot's words in the person's language: https://rasa.com/docs/rasa/nlg.

English stands in the domain. Each file in `languages/` holds the same responses in another language
and is chosen by the locale that the bridge sends as metadata with every message. It happens in
Rasa's own process, so no word depends on the action server.
"""

from pathlib import Path
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_yaml_file
from rasa.utils.endpoints import EndpointConfig

LANGUAGES = Path(__file__).with_name("languages")

#: The title of a button in whose place those come that an action gives as ``options``.
OPTIONS = "{options}"


class Translation(TemplatedNaturalLanguageGenerator):
    """One language's responses, and its words for what slots hold."""

    def __init__(self, responses: dict[str, Any], slot_words: dict[str, dict[str, str]]) -> None:
        super().__init__(responses)
        self.slot_words = slot_words

    def _response_variables(
        self, filled_slots: dict[str, Any] | None, kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        """Say an empty slot as nothing; Rasa would say "None"."""
        variables = super()._response_variables(filled_slots, kwargs)
        return {name: self._word(name, value) for name, value in variables.items()}

    def _word(self, name: str, value: Any) -> Any:
        if value is None:
            return ""
        return self.slot_words.get(name, {}).get(value, value) if isinstance(value, str) else value

    def _fill_response(
        self,
        response: dict[str, Any],
        filled_slots: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        filled = super()._fill_response(response, filled_slots, **kwargs)
        if buttons := filled.get("buttons"):
            options = kwargs.get("options") or []
            filled["buttons"] = [
                each
                for button in buttons
                for each in (options if button["title"] == OPTIONS else [button])
            ]
        return filled


class SpokenLanguage(Translation):
    """Says each response in the language of the person's locale, else in the domain's English."""

    def __init__(
        self,
        domain: Domain,
        endpoint_config: EndpointConfig | None = None,  # noqa: ARG002 - Rasa passes it by name
    ) -> None:
        super().__init__(domain.responses, slot_words={})  # Rasa replaces them with each new model
        self._others = {path.stem: _translation(path) for path in LANGUAGES.glob("*.yml")}

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Return what to say, or None where no response has this name."""
        said = None
        if other := self._others.get(language_of(tracker)):
            said = await other.generate(utter_action, tracker, output_channel, **kwargs)
        return said or await super().generate(utter_action, tracker, output_channel, **kwargs)


def language_of(tracker: DialogueStateTracker) -> str:
    """Return the language of the locale last told, such as ``de`` of ``de_AT``; empty if none."""
    for message in (tracker.latest_message, tracker.get_slot("session_started_metadata")):
        metadata = message if isinstance(message, dict) else getattr(message, "metadata", None)
        locale = (metadata or {}).get("locale")
        if isinstance(locale, str):
            return locale.replace("-", "_").partition("_")[0].lower()
    return ""


def _translation(path: Path) -> Translation:
    told = read_yaml_file(path)
    return Translation(told["responses"], told.get("slot_words", {}))
