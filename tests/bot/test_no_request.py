"""Messages that ask for nobody, whatever letters are in them; and who asks all the same."""

from random import Random

import pytest

from tests.bot.conftest import Bot

LETTERS = "abcdefghijklmnopqrstuvwxyz"
CHANCE = Random(7)
GIBBERISH = " ".join("".join(CHANCE.choices(LETTERS, k=CHANCE.randint(1, 9))) for _ in range(700))
MARKUP = "<b>bold</b> & <i>it</i> <img src=x onerror=alert(1)>"
ADDRESS = f"https://example.com/a/very/long/path/{'segment/' * 30}?q=1&x=2"
STRANGE = [
    "xqzv brrfl 9 kkk",
    MARKUP,
    "שלום, מתי אתם פתוחים?",
    "\N{PARTY POPPER}\N{GRINNING FACE}\N{BOOKS}",
    ADDRESS,
    GIBBERISH[:2500],
    "je ne sais pas",
    "le livre est bon",
]


def connects(bot: Bot, message: str) -> bool:
    return any("handoff" in answer.get("custom", {}) for answer in bot.hears(message))


@pytest.mark.parametrize("message", STRANGE)
def test_what_is_no_request_connects_nobody(bot: Bot, action_server: None, message: str) -> None:
    assert not connects(bot, message)


def test_what_is_no_request_is_no_yes_to_the_question_before(bot: Bot, action_server: None) -> None:
    for message in 2 * STRANGE:
        assert not connects(bot, message), message


def test_a_yes_from_before_the_offer_is_no_answer_to_it(bot: Bot, action_server: None) -> None:
    *_, offer = bot.hears("you are useless")
    assert "Would you like to talk to a person?" in offer["text"]
    (answer,) = bot.hears("yes", crossed=True)
    assert "anything else" in answer["text"]


@pytest.mark.parametrize(
    "message",
    [
        "<b>I want to talk to a human</b>",
        f"I want to talk to a human about {ADDRESS}",
        f"{GIBBERISH[:300]}. I want to talk to a human",
        "i wnat to tlak to a humann",
    ],
)
def test_a_request_among_strange_things_connects_at_once(bot: Bot, message: str) -> None:
    assert connects(bot, message)
