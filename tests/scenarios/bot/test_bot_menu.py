"""The menu, and asking for a person."""

import pytest

from tests.scenarios.bot.visit import OUR_APP, PAGE_INBOX, Visit

MENU = ["Opening hours", "Where to find us", "Delivery", "Chat with a person"]
WHOLE_MENU = [*MENU[:-1], "Find a book by mood", MENU[-1]]


@pytest.mark.parametrize(
    ("words", "menu"),
    [("hello", WHOLE_MENU), ("what can you do?", WHOLE_MENU), ("tell me a joke", MENU)],
)
def test_a_greeting_help_and_what_is_beyond_the_bot_come_with_the_menu(
    visit: Visit, words: str, menu: list[str]
) -> None:
    assert visit.says(words)
    assert visit.choices == menu
    assert visit.owner == OUR_APP


def test_get_started_greets_with_the_menu(visit: Visit) -> None:
    (greeting,) = visit.taps_outside_the_thread("Get Started", "/get_started")
    assert greeting.startswith("Hello! I'm the Harbour Books bot.")
    assert visit.choices == WHOLE_MENU


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda visit: visit.says("I want to talk to a human"), "user_asked"),
        (lambda visit: visit.taps("Chat with a person"), "menu"),
    ],
    ids=["in words", "by the menu"],
)
def test_who_asks_for_a_person_is_connected_at_once(visit: Visit, ask, reason: str) -> None:
    visit.says("hello")
    (connecting,) = ask(visit)
    assert "A person from our team" in connecting
    assert visit.owner == PAGE_INBOX
    (passed,) = visit.passes()
    assert passed["target_app_id"] == PAGE_INBOX
    assert f"reason={reason}" in passed["metadata"]


def test_a_person_is_reached_while_the_action_server_is_down(visit: Visit) -> None:
    with visit.rasa.without_actions():
        visit.says("I want to talk to a human")
        assert visit.owner == PAGE_INBOX
