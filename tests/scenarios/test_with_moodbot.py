"""Both real bots behind one Page: from the shop's to MoodBot, and back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from inbox_simulator.actors import Agent, Person, Stage
from tests.bot.conftest import Bot
from tests.support.bridge import ROOT, SETTINGS
from tests.support.rasa import Rasa
from tests.support.stand_in_bot import StandInBot
from tests.support.whole_system import WholeSystem, running

PAGE_INBOX = "263902037430900"


@dataclass
class Bots:
    """The whole system with the shop's bot, MoodBot, and a third that stands in."""

    system: WholeSystem
    shop: Rasa
    moodbot: Rasa
    quizbot: StandInBot

    def settle(self) -> None:
        self.system.bridge.settle()


@pytest.fixture(scope="module")
def _bots(rasa: Rasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bots]:
    folder = tmp_path_factory.mktemp("moodbot")
    moodbot = Rasa(folder, "moodbot", actions_port=rasa.actions_port)
    rasa.start("actions")
    with StandInBot() as quizbot:
        config = _with_quizbot(folder)
        addresses = f"moodbot={moodbot.url},quizbot={quizbot.url}"
        settings = {"HANDOFF_CONFIG": str(config), "BOT_URLS": addresses}
        with running(folder, rasa.url, **settings) as system:
            yield Bots(system, rasa, moodbot, quizbot)
    moodbot.stop()
    rasa.stop("actions")


def _with_quizbot(folder: Path) -> Path:
    """Write the project's own targets and one more."""
    config = yaml.safe_load((ROOT / "rasa_bot" / "handoff_config.yml").read_text())
    quizbot = {"kind": "bot", "title": "QuizBot", "url": "http://127.0.0.1:1"}
    config["handoff_targets"]["quizbot"] = quizbot
    path = folder / "handoff_config.yml"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture
def without_moodbot(_bots: Bots) -> Bots:
    """The system, while MoodBot is not there."""
    _bots.moodbot.stop()
    _bots.system.begin_anew()
    return _bots


@pytest.fixture
def bots(_bots: Bots) -> Bots:
    """The system with every bot up; MoodBot is started with the first test that needs it."""
    if not _bots.moodbot.is_running:
        _bots.moodbot.start()
    _bots.system.begin_anew()
    return _bots


@pytest.fixture
def stage(_bots: Bots) -> Iterator[Stage]:
    opened = Stage(_bots.system.simulator.url)
    yield opened
    opened.close()


@pytest.fixture
def ana(bots: Bots, stage: Stage) -> Person:
    """Somebody who has been handed to MoodBot."""
    person = Person(stage, "Ana")
    person.says("hello")
    bots.settle()
    person.taps("Find a book by mood")
    bots.settle()
    person.sees("I'm MoodBot")
    return person


#: What the shop's bot hears of somebody who goes to MoodBot.
TO_MOODBOT = ["hello", '/trigger_handoff{"handoff_to": "moodbot"}']


def test_while_moodbot_is_not_up_the_person_is_told_and_goes_on_with_the_shops_bot(
    without_moodbot: Bots, stage: Stage
):
    ben = Person(stage, "Ben")
    ben.says("hello")
    without_moodbot.settle()
    ben.taps("Find a book by mood")
    ben.sees("MoodBot can't be reached just now")
    ben.says("When are you open?")
    without_moodbot.settle()
    ben.sees("Monday to Friday")
    assert without_moodbot.shop.heard(ben.psid) == [*TO_MOODBOT, "When are you open?"]


def test_moodbot_finds_a_book_and_the_shops_bot_goes_on_where_it_was(bots: Bots, ana: Person):
    ana.says("I feel rather sad")
    bots.settle()
    ana.sees("Anne of Green Gables")
    ana.taps("Another one")
    bots.settle()
    ana.sees("The Secret Garden")
    ana.taps("Yes, thank you")
    bots.settle()
    ana.sees("My job here is done")
    ana.sees("Harbour Books bot")
    ana.says("When are you open?")
    bots.settle()
    ana.sees("Monday to Friday")
    assert bots.shop.heard(ana.psid) == [
        *TO_MOODBOT,
        f'/handoff{{"from_host": "{bots.moodbot.url}"}}',
        "When are you open?",
    ]
    assert bots.moodbot.heard(ana.psid) == [
        f'/handoff{{"from_host": "{bots.shop.url}"}}',
        "I feel rather sad",
        "/deny",
        "/affirm",
    ]
    assert ana.thread.owner == SETTINGS["APP_ID"]


def test_in_a_chain_each_bot_is_told_who_handed_over(bots: Bots, ana: Person):
    bots.system.bridge.flask("thread", "pass", ana.psid, "--target", "quizbot")
    home = {"handoff_host": bots.shop.url, "title": "Harbour Books bot"}
    bots.quizbot.answers["enough"] = [{"custom": home}]
    ana.says("enough")
    bots.settle()
    ana.sees("Harbour Books bot")
    assert bots.quizbot.heard[ana.psid] == [
        f'/handoff{{"from_host": "{bots.moodbot.url}"}}',
        "enough",
    ]
    assert bots.shop.heard(ana.psid)[-1] == f'/handoff{{"from_host": "{bots.quizbot.url}"}}'


def test_a_human_from_moodbot_comes_back_to_it_and_it_has_heard_none_of_ten_messages(
    bots: Bots, stage: Stage, ana: Person
):
    ana.says("I'm so happy today")
    bots.settle()
    ana.says("I want to talk to a human")
    bots.settle()
    ana.sees("you feel happy")
    ana.has_owner(PAGE_INBOX)
    agent = Agent(stage, ana)
    for number in range(5):
        ana.says(f"It is about my order, part {number}")
        agent.replies(f"I see, part {number}")
    bots.settle()
    agent.marks_done()
    bots.settle()
    ana.sees("It's MoodBot again")
    assert bots.moodbot.heard(ana.psid)[1:] == [
        "I'm so happy today",
        "I want to talk to a human",
        '/handback{"from": "page_inbox", "outcome": "done", "unanswered": false}',
    ]
    assert bots.shop.heard(ana.psid) == TO_MOODBOT


def test_moodbot_says_how_it_comes_back_and_asks_for_a_last_word_without_an_answer(bots: Bots):
    moodbot = Bot(bots.moodbot.url, person="Cleo")

    def comes_back(outcome: str, unanswered: str) -> str:
        told = f'{{"from": "page_inbox", "outcome": "{outcome}", "unanswered": {unanswered}}}'
        (answer,) = moodbot.hears(f"/handback{told}")
        return str(answer["text"])

    assert "nobody could answer in time" in comes_back("timeout", "true")
    assert comes_back("cancelled", "false").startswith("All right, no person then.")
    for outcome in ("done", "expired", "taken"):
        assert "send it once more" in comes_back(outcome, "true")
    assert (
        comes_back("done", "false") == "It's MoodBot again. Shall we go on? Tell me how you feel."
    )


def test_moodbot_tells_why_a_person_is_wanted(bots: Bots):
    moodbot = Bot(bots.moodbot.url, person="Dora")

    def reason(words: str) -> str:
        (answer,) = moodbot.hears(words)
        return str(answer["custom"]["handoff"]["reason"])

    (failed,) = moodbot.hears("qwrtz plmk vbnx")
    assert reason(failed["buttons"][-1]["payload"]) == "bot_failed"
    assert reason("I want to talk to a human") == "user_asked"


def test_moodbot_that_nobody_handed_over_to_offers_a_person_instead_of_the_way_back(bots: Bots):
    moodbot = Bot(bots.moodbot.url, person="Emil")
    goodbye, answer = moodbot.hears("bye")
    assert goodbye["text"] == "Goodbye!"
    assert answer["text"] == "I can't find the way back by myself. Shall I fetch a person?"
    assert answer["buttons"][0]["title"] == "Chat with a person"


def test_moodbot_that_is_lost_three_times_offers_the_ways_out_and_forgets_what_it_did_not_get(
    bots: Bots, ana: Person
):
    ana.says("yes")
    bots.settle()
    ana.sees("I'm not sure what you mean by that just now")
    ana.says("qwrtz plmk vbnx")
    bots.settle()
    ana.sees("I didn't understand that")
    ana.says("yes")
    bots.settle()
    ana.sees("I'm not getting anywhere")
    ana.says("I'm curious")
    bots.settle()
    ana.sees("The Time Machine")
    ana.says("take me back")
    bots.settle()
    ana.sees("Harbour Books bot")


def test_the_shops_menu_brings_a_person_back_from_moodbot(bots: Bots, stage: Stage, ana: Person):
    stage.act(
        f"people/{ana.psid}/postbacks", {"title": "Opening hours", "payload": "/opening_hours"}
    )
    bots.settle()
    ana.sees("Monday to Friday")
    assert bots.shop.heard(ana.psid) == [*TO_MOODBOT, "/opening_hours"]
