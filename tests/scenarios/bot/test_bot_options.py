"""Whom to talk to, where there is a choice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inbox_simulator import Simulator
from tests.scenarios.bot.visit import OUR_APP, PAGE_INBOX, Visit
from tests.support.rasa import Rasa
from tests.support.whole_system import WholeSystem, running

BILLING = "123456789"

#: The events desk is only there on another day than today.
CONFIG = """
default: page_inbox
handoff_targets:
  page_inbox: {{kind: page_inbox, title: Our team}}
  billing: {{kind: app, title: Billing team, app_id: "{billing}", triage: [problem]}}
  events:
    kind: app
    title: Events desk
    app_id: "987654321"
    hours: {{timezone: UTC, weekly: "{another_day} 00:00-24:00"}}
  moodbot: {{kind: bot, title: MoodBot, url: "http://127.0.0.1:9"}}
"""


@pytest.fixture(scope="module")
def _real(rasa: Rasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    folder: Path = tmp_path_factory.mktemp("options")
    config = folder / "handoff_config.yml"
    another_day = f"{datetime.now(UTC) + timedelta(days=3):%a}"
    config.write_text(CONFIG.format(billing=BILLING, another_day=another_day))
    rasa.settings["HANDOFF_CONFIG"] = str(config)
    rasa.start("actions")
    try:
        with running(folder, rasa.url, HANDOFF_CONFIG=str(config)) as system:
            yield system
    finally:
        rasa.stop("actions")
        del rasa.settings["HANDOFF_CONFIG"]


@pytest.fixture
def billing(simulator: Simulator) -> None:
    """Another app on the Page."""
    simulator.connect("", app_id=BILLING, app_secret="made up", access_token="made up")


def test_who_asks_for_a_person_chooses_among_those_who_are_there(
    visit: Visit, billing: None
) -> None:
    (question,) = visit.says("I want to talk to a human")
    assert question == "Whom would you like to talk to?"
    assert visit.choices == ["Our team", "Billing team", "Connect me now", "No, thanks"]
    assert visit.owner == OUR_APP
    visit.taps("Our team")
    assert visit.owner == PAGE_INBOX
    assert "reason=user_asked" in visit.passes()[0]["metadata"]


def test_a_target_may_ask_questions_first(visit: Visit, billing: None) -> None:
    visit.says("I want to talk to a human")
    _, question = visit.taps("Billing team")
    assert question.startswith("What happened")
    visit.says("I paid twice for one atlas")
    assert visit.owner == BILLING
    assert visit.last.shows("Problem: I paid twice for one atlas")


def test_asking_again_instead_of_choosing_connects_with_the_first(visit: Visit) -> None:
    visit.says("I want to talk to a human")
    visit.says("just get me a human")
    assert visit.owner == PAGE_INBOX


def test_asking_for_a_person_amid_a_targets_questions_connects_with_it(
    visit: Visit, billing: None
) -> None:
    visit.says("I want to talk to a human")
    visit.taps("Billing team")
    visit.says("I want to talk to a human")
    assert visit.owner == BILLING


def test_connect_me_now_asks_nothing_more(visit: Visit) -> None:
    visit.says("I want to talk to a human")
    visit.taps("Connect me now")
    assert visit.owner == PAGE_INBOX


@pytest.mark.parametrize("decline", ["No, thanks", "no thanks"])
def test_declining_goes_on_where_it_was(visit: Visit, decline: str) -> None:
    visit.says("I want to talk to a human")
    visit.taps(decline) if decline == "No, thanks" else visit.says(decline)
    assert visit.owner == OUR_APP
    assert "12 Quay Street" in visit.says("where is your shop?")[0]


def test_what_a_bot_can_do_better_is_offered_with_the_bots(visit: Visit) -> None:
    visit.says("what should I read next")
    assert visit.choices == ["Our team", "Billing team", "MoodBot", "Connect me now", "No, thanks"]


def test_without_the_action_server_the_usual_target_is_connected_at_once(visit: Visit) -> None:
    with visit.rasa.without_actions():
        visit.says("I want to talk to a human")
        assert visit.owner == PAGE_INBOX
