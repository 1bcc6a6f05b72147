"""What the bot says in other languages is the same as in English, in other words."""

from typing import Any

import pytest
import yaml

from tests.bot.test_checks import BOT, RESPONSES, SLOTS

LANGUAGES = {
    path.stem: yaml.safe_load(path.read_text()) for path in (BOT / "languages").glob("*.yml")
}


def shape(variations: list[dict[str, Any]]) -> list[Any]:
    """Return what must not differ: conditions, what buttons do, and which other keys there are."""
    return [
        (
            variation.get("condition"),
            [does(button) for button in variation.get("buttons", [])],
            sorted(variation),
        )
        for variation in variations
    ]


def does(button: dict[str, str]) -> str:
    """Return what a button does. Words that it says for the person are the language's own."""
    payload = button.get("payload", button["title"])
    return payload if payload.startswith(("/", "{")) else "says its title"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_response_is_said_with_the_same_conditions_and_buttons(code: str) -> None:
    spoken = LANGUAGES[code]["responses"]
    assert spoken.keys() == RESPONSES.keys()
    assert {name: shape(said) for name, said in spoken.items()} == {
        name: shape(said) for name, said in RESPONSES.items()
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_titles_of_buttons_fit_and_what_they_say_is_their_title(code: str) -> None:
    for responses in (RESPONSES, LANGUAGES[code]["responses"]):
        for variations in responses.values():
            for button in (b for v in variations for b in v.get("buttons", [])):
                assert len(button["title"]) <= 20
                payload = button.get("payload", "/")
                assert payload.startswith("/") or payload == button["title"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_topic_has_words(code: str) -> None:
    topics = {mapping["value"] for mapping in SLOTS["asked_about"]["mappings"]} - {"nothing"}
    assert LANGUAGES[code]["slot_words"]["asked_about"].keys() == topics


def test_there_is_german() -> None:
    assert "de" in LANGUAGES
