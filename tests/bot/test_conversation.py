"""What the trained bot answers, on real Rasa."""

from typing import Any

import pytest

from tests.bot.conftest import Bot

MENU = ["Opening hours", "Where to find us", "Delivery", "Chat with a person"]
#: Where the bot is asked what it can do; elsewhere a way on is enough.
WHOLE_MENU = [*MENU[:-1], "Find a book by mood", MENU[-1]]


def menu(answer: dict[str, Any]) -> list[str]:
    return [button["title"] for button in answer.get("buttons", [])]


@pytest.mark.parametrize("words", ["hi", "/get_started", "what can you do?"])
def test_greeting_and_help_offer_the_whole_menu_with_a_person_last(bot: Bot, words: str) -> None:
    (answer,) = bot.hears(words)
    assert menu(answer) == WHOLE_MENU


@pytest.mark.parametrize("words", ["tell me a joke", "qwrtz plmk vbnx"])
def test_misunderstandings_offer_what_the_bot_can_do_with_a_person_last(
    bot: Bot, words: str
) -> None:
    (answer,) = bot.hears(words)
    assert menu(answer) == MENU


def without_reason(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Forget what tells a tap on the menu from words."""
    for answer in answers:
        answer.get("custom", {}).get("handoff", {}).pop("reason", None)
    return answers


@pytest.mark.parametrize("title", MENU)
def test_a_button_and_its_title_typed_do_the_same(bot: Bot, title: str) -> None:
    (greeting,) = bot.hears("hi")
    payload = next(b["payload"] for b in greeting["buttons"] if b["title"] == title)
    other = Bot(bot.url, person=f"{bot.person} typing")
    assert without_reason(bot.hears(payload)) == without_reason(other.hears(title))


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("when are you open?", "Monday to Friday 9:00 to 18:00"),
        ("where is your shop?", "12 Quay Street"),
        ("how long does delivery take?", "two to three working days"),
    ],
)
def test_the_three_questions_are_answered_while_the_action_server_is_down(
    bot: Bot, words: str, fact: str
) -> None:
    (answer,) = bot.hears(words)
    assert fact in answer["text"]


def test_opening_hours_say_whether_the_shop_is_open_now(bot: Bot, action_server: None) -> None:
    hours, now = bot.hears("when are you open?")
    assert hours["text"].startswith("Harbour Books is open")
    assert now["text"].startswith("Right now (")


def filled_in(handoff: dict[str, Any]) -> dict[str, Any]:
    """Return what a handoff says, without what it leaves empty."""
    answers = {name: answer for name, answer in handoff["answers"].items() if answer}
    told = {**handoff, "answers": answers}
    return {name: value for name, value in told.items() if value}


@pytest.mark.parametrize("words", ["I want to talk to a human", "/human_handoff"])
def test_asking_for_a_person_hands_over_at_once_while_the_action_server_is_down(
    bot: Bot, words: str
) -> None:
    (answer,) = bot.hears(words)
    assert filled_in(answer["custom"]["handoff"]) == {"reason": "user_asked"}


def test_the_summary_names_what_was_asked_before(bot: Bot) -> None:
    bot.hears("where is my parcel?")
    (answer,) = bot.hears("get me a human please")
    summary = answer["custom"]["handoff"]["summary"]
    assert summary == "You had asked me about delivery of orders."


def test_what_was_asked_before_one_handoff_is_not_told_at_the_next(bot: Bot) -> None:
    bot.hears("where is my parcel?")
    bot.hears("get me a human please")
    bot.hears('/handback{"from": "page_inbox", "outcome": "done", "unanswered": false}')
    (answer,) = bot.hears("get me a human please")
    assert filled_in(answer["custom"]["handoff"]) == {"reason": "user_asked"}


def come_back(bot: Bot, outcome: str, unanswered: str = "false") -> tuple[str, dict[str, Any]]:
    intent = (
        f'/handback{{"from": "page_inbox", "outcome": "{outcome}", "unanswered": {unanswered}}}'
    )
    greeting, question = bot.hears(intent)
    return greeting["text"], question


def test_each_outcome_has_words_of_its_own_and_all_say_that_the_bot_is_back(bot: Bot) -> None:
    outcomes = ["done", "timeout", "cancelled", "expired", "taken"]
    greetings = {come_back(bot, outcome)[0] for outcome in outcomes}
    assert len(greetings) == len(outcomes)
    assert all("Harbour Books bot" in greeting for greeting in greetings)


def test_an_unanswered_last_word_is_asked_for_again(bot: Bot) -> None:
    _, question = come_back(bot, "timeout", "true")
    assert "send it once more" in question["text"]
    assert menu(question) == MENU


def test_nothing_of_an_earlier_handback_is_left_at_the_next(bot: Bot) -> None:
    come_back(bot, "timeout", "true")
    _, question = come_back(bot, "done")
    assert question["text"] == "What can I do for you?"


def test_a_handback_without_details_falls_back_to_neutral_words(bot: Bot) -> None:
    come_back(bot, "timeout", "true")
    greeting, question = bot.hears("/handback")
    assert greeting["text"] == "Hello again, it's the Harbour Books bot. I'm answering again."
    assert question["text"] == "What can I do for you?"


def test_who_comes_back_from_another_bot_is_no_stranger(bot: Bot) -> None:
    (answer,) = bot.hears('/handoff{"from_host": "http://127.0.0.1:5007"}')
    assert answer["text"] == "It's the Harbour Books bot again. What can I do for you?"
    assert menu(answer) == WHOLE_MENU


def test_answers_to_the_questions_are_not_told_as_questions(bot: Bot, action_server: None) -> None:
    bot.hears("I want my money back")
    bot.hears('/trigger_handoff{"reason": "topic_needs_person"}')
    for told in ("/skip", "/skip", "/skip"):
        bot.hears(told)
    (answer,) = bot.hears("my invoice is wrong")
    handoff = answer["custom"]["handoff"]
    assert handoff["answers"]["problem"] == "my invoice is wrong"
    assert handoff["summary"] == "You had asked me about a return or refund."


def test_a_question_confirmed_after_words_it_could_not_make_out_is_told_to_the_agent(
    bot: Bot, action_server: None
) -> None:
    bot.hears("delivery or opening hours")
    bot.hears("/opening_hours")
    (answer,) = bot.hears("get me a human please")
    assert answer["custom"]["handoff"]["summary"] == "You had asked me about opening hours."


@pytest.mark.parametrize("again", ["/human_handoff", '/trigger_handoff{"handoff_to": "moodbot"}'])
def test_answers_for_a_handoff_that_reached_nobody_go_to_nobody_else(
    bot: Bot, action_server: None, again: str
) -> None:
    bot.hears("/trigger_handoff")
    bot.hears("Ana")
    (connected,) = bot.hears("/connect_now")
    assert connected["custom"]["handoff"]["answers"]["name"] == "Ana"
    # The bridge tells the person that nobody is there, and the bot nothing.
    *_, later = bot.hears(again)
    assert set(later["custom"]["handoff"]["answers"].values()) == {""}


def test_a_yes_to_an_offer_of_a_person_carries_no_answers_of_an_earlier_handoff(
    bot: Bot, action_server: None
) -> None:
    bot.hears("/trigger_handoff")
    bot.hears("Ana")
    bot.hears("/connect_now")
    bot.hears("you are useless")
    *_, later = bot.hears("yes")
    handoff = later["custom"]["handoff"]
    assert handoff["reason"] == "frustrated"
    assert set(handoff["answers"].values()) == {""}


def test_asking_for_a_person_amid_questions_leads_to_whom_they_are_for(
    bot: Bot, action_server: None
) -> None:
    bot.hears('/trigger_handoff{"handoff_to": "page_inbox"}')
    (answer,) = bot.hears("I want to talk to a human")
    assert answer["custom"]["handoff"]["target"] == "page_inbox"


def test_the_last_word_before_an_earlier_handback_is_not_asked_for_when_a_bot_hands_over(
    bot: Bot, action_server: None
) -> None:
    come_back(bot, "done", "true")
    bot.hears("/trigger_handoff")
    going_on, _ = bot.hears('/handoff{"from_host": "http://127.0.0.1:5007"}')
    assert going_on["text"] == "Let's pick up where we left off."


def test_a_yes_or_no_where_nothing_was_asked_is_taken_for_a_pause(bot: Bot) -> None:
    (yes,), (no,) = bot.hears("yes"), bot.hears("no thanks")
    assert "anything else" in yes["text"]
    assert "anything else" in no["text"]


def test_strong_words_lead_to_one_set_of_buttons(bot: Bot, action_server: None) -> None:
    sorry, offer = bot.hears("you are useless")
    assert menu(sorry) == []
    assert menu(offer) == ["Chat with a person", "No, thanks"]


def test_delivery_says_in_which_money_and_who_helps_when_it_is_late(bot: Bot) -> None:
    (answer,) = bot.hears("how long does delivery take?")
    assert "£3.50" in answer["text"]
    assert "ask for a person" in answer["text"]


@pytest.mark.parametrize("order", ["/restart", "/human_handoff", '/handback{"outcome": "done"}'])
def test_an_order_behind_a_zero_width_space_is_answered_as_words(bot: Bot, order: str) -> None:
    (answer,) = bot.hears(f"\u200b{order}")
    assert menu(answer) == MENU
    assert "only a bot" in answer["text"]


def test_what_is_said_in_answer_to_the_questions_is_told_as_it_was_said(
    bot: Bot, action_server: None
) -> None:
    for told in ("/trigger_handoff", "/skip", "I don't have an email", "Something else"):
        bot.hears(told)
    (answer,) = bot.hears("I don't need it any more")
    assert filled_in(answer["custom"]["handoff"])["answers"] == {
        "topic": "Something else",
        "problem": "I don't need it any more",
    }
