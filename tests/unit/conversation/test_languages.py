"""The bridge speaks to each person in their language, and understands every one of them."""

from dataclasses import replace

import pytest

from messenger_app.conversation.commands import NotifyAgents, SendMessage
from messenger_app.conversation.events import BotAnswered, ControlCall, HandoffAsked
from messenger_app.conversation.policy import BotWhileHuman, Policy, Words
from messenger_app.conversation.state import Outcome, Owner
from tests.unit.conversation.story import POLICY, Story

GERMAN = Words(
    connecting="Moment. {title} antwortet dir.",
    recap_reason="Grund: {reason}",
    reasons={"user_asked": "du hast gefragt"},
    answers={"order_number": "Bestellnummer"},
    never_mind="Doch nicht",
    cancel_phrases=("vergiss es",),
    bot_phrases=("zurück zum bot",),
    handback="Hier ist der Bot.",
)
BRAZILIAN = Words(handback="O bot voltou.")
TITLED = {
    name: replace(target, titles={"de": f"{target.title} auf Deutsch"})
    for name, target in POLICY.targets.items()
}
LANGUAGES = replace(POLICY, targets=TITLED, words_by_language={"de": GERMAN, "pt_BR": BRAZILIAN})


def greta(policy: Policy = LANGUAGES) -> Story:
    """Somebody who reads German, and waits for a human."""
    return Story(policy=policy.in_language("de_DE")).bot_hands_over()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("de_DE", GERMAN),
        ("de_AT", GERMAN),
        ("de", GERMAN),
        ("pt_BR", BRAZILIAN),
        ("pt_PT", POLICY.words),
        ("en_US", POLICY.words),
        ("", POLICY.words),
        (None, POLICY.words),
    ],
)
def test_the_words_are_those_of_the_locale_or_its_language(locale: str | None, words: Words):
    assert LANGUAGES.in_language(locale).words is words


def test_a_policy_without_other_languages_stays_as_it_is():
    assert POLICY.in_language("de_DE") is POLICY


def test_the_recap_is_in_the_persons_language():
    told = Story(policy=LANGUAGES.in_language("de_DE"))
    asked = HandoffAsked(reason="user_asked", answers={"order_number": "7", "shop": "Kiel"})
    told.person_says("Hilfe").bot_answers(handoff=asked)
    (said,) = told.said
    assert said.splitlines() == [
        "Moment. A person from our team auf Deutsch antwortet dir.",
        "Grund: du hast gefragt",
        "Bestellnummer: 7",
        "Shop: Kiel",
    ]
    (message,) = (c.message for c in told.commands if isinstance(c, SendMessage))
    assert message.buttons == (("Doch nicht", "Doch nicht"),)


def test_the_agents_are_told_in_the_operators_language():
    (notice,) = (c for c in greta().commands if isinstance(c, NotifyAgents))
    assert "you asked for a person" in notice.text


@pytest.mark.parametrize("locale", ["de_DE", "pt_BR", "en_US", None])
@pytest.mark.parametrize("said", ["Doch nicht!", "Never mind", "vergiss es", "zurück zum Bot"])
def test_never_mind_is_understood_in_every_language(locale: str | None, said: str):
    told = Story(policy=LANGUAGES.in_language(locale)).bot_hands_over()
    told.person_says(said, standby=True)
    assert told.conversation.taking is Outcome.CANCELLED


@pytest.mark.parametrize("said", ["zurück zum bot", "back to the bot"])
def test_the_bot_is_asked_for_in_every_language(said: str):
    told = greta(replace(LANGUAGES, bot_while_human=BotWhileHuman.ON)).agent_replies()
    assert told.owner is Owner.HUMAN
    told.person_says(said, standby=True)
    assert told.conversation.taking is Outcome.CANCELLED


def test_after_the_human_the_bridge_speaks_the_persons_language():
    told = greta()
    told.person_says("Doch nicht", standby=True).call_settles(ControlCall.TAKE)
    now, turn = told.later(), told.conversation.turn
    told.happens(BotAnswered(at=now, received_at=now, turn=turn, intent="handback"))
    assert told.said == ["Hier ist der Bot."]
