"""Two bots behind one Page: the person is handed from one to the other, and back."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from inbox_simulator.actors import Agent, Person, Stage
from tests.support.bridge import SETTINGS
from tests.support.shown import transcript
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for
from tests.support.whole_system import WholeSystem, running

PAGE_INBOX = "263902037430900"
HOME = "That's all"
CONFIG = """
default: page_inbox
handoff_targets:
  page_inbox: {kind: page_inbox, title: A person from our team}
  moodbot: {kind: bot, title: MoodBot, url: "http://127.0.0.1:1"}
"""


@dataclass
class Both:
    """The system with the Page's own bot and MoodBot."""

    system: WholeSystem
    own: StandInBot
    moodbot: StandInBot

    def settle(self) -> None:
        self.system.bridge.settle()


@pytest.fixture(scope="module")
def _both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("two_bots")
    config = folder / "handoff_config.yml"
    config.write_text(CONFIG)
    with StandInBot() as own, StandInBot() as moodbot:
        settings = {"HANDOFF_CONFIG": str(config), "BOT_URLS": f"moodbot={moodbot.url}"}
        with running(folder, own.url, **settings) as system:
            yield Both(system, own, moodbot)


@pytest.fixture
def both(_both: Both) -> Both:
    """Each bot hands to the other: by name there, by address back."""
    _both.system.begin_anew()
    for bot in (_both.own, _both.moodbot):
        bot.forget()
    _both.own.answers["cheer me up"] = [
        {"text": "MoodBot can."},
        {"custom": {"handoff": {"target": "moodbot"}}},
    ]
    _both.moodbot.answers[HOME] = [
        {"custom": {"handoff_host": _both.own.url, "title": "The shop's bot"}}
    ]
    greeting = f'/handoff{{"from_host": "{_both.own.url}"}}'
    choice = {"title": "I feel great", "payload": "/great"}
    _both.moodbot.answers[greeting] = [{"text": "MoodBot here.", "buttons": [choice]}]
    return _both


@pytest.fixture
def stage(both: Both) -> Iterator[Stage]:
    opened = Stage(both.system.simulator.url)
    yield opened
    opened.close()


@pytest.fixture
def ben(stage: Stage) -> Person:
    """Somebody who has not written yet."""
    return Person(stage, "Ben")


@pytest.fixture
def ana(both: Both, stage: Stage) -> Person:
    """Somebody who has been handed to MoodBot."""
    person = Person(stage, "Ana")
    person.says("cheer me up")
    both.settle()
    person.sees("MoodBot here.")
    return person


def test_a_person_is_handed_to_another_bot_and_back_and_no_control_moves(both: Both, ana: Person):
    ana.taps("I feel great")
    both.settle()
    ana.says(HOME)
    both.settle()
    ana.says("when are you open?")
    both.settle()
    assert both.moodbot.heard[ana.psid] == [
        f'/handoff{{"from_host": "{both.own.url}"}}',
        "/great",
        HOME,
    ]
    assert both.own.heard[ana.psid] == [
        "cheer me up",
        f'/handoff{{"from_host": "{both.moodbot.url}"}}',
        "when are you open?",
    ]
    assert ana.thread.owner == SETTINGS["APP_ID"]
    moved = [e["path"] for e in both.system.simulator.journal.since(0) if e["kind"] == "call"]
    assert not [path for path in moved if "thread_control" in path]


def test_a_human_from_another_bot_comes_back_to_it_and_nothing_said_meanwhile_is_heard(
    both: Both, stage: Stage, ana: Person
):
    ana.says("a person, please")
    both.settle()
    ana.has_owner(PAGE_INBOX)
    agent = Agent(stage, ana)
    for number in range(5):
        ana.says(f"It is about my order, part {number}")
        agent.replies(f"I see, part {number}")
    both.settle()
    agent.marks_done()
    both.settle()
    ana.sees("The bot is back")
    assert [said.split("{")[0] for said in both.moodbot.heard[ana.psid]] == [
        "/handoff",
        "a person, please",
        "/handback",
    ]
    assert both.own.heard[ana.psid] == ["cheer me up"]
    assert ("It is about my order, part 0", False) in transcript(both.system.bridge, ana)


def test_which_bot_has_the_person_is_shown_to_operators(both: Both, ana: Person):
    assert "bot      moodbot" in both.system.bridge.flask("thread", "show", ana.psid)


def test_an_operator_hands_a_thread_to_another_bot(both: Both, ana: Person):
    ana.says(HOME)
    both.settle()
    told = both.system.bridge.flask("thread", "pass", ana.psid, "--target", "moodbot")
    assert told == "The thread's owner is now: bot, with moodbot\n"


def test_a_worker_that_is_killed_while_bots_switch_asks_the_new_one_once(both: Both, ben: Person):
    both.moodbot.delay = 1.0
    ben.says("cheer me up")
    ben.sees("MoodBot can.")
    wait_for(lambda: both.moodbot.begun == 1, "the question to MoodBot")
    both.system.bridge.kill_worker()
    both.moodbot.delay = 0
    both.system.bridge.start_worker()
    both.settle()
    ben.sees("MoodBot here.")
    assert len(both.moodbot.heard[ben.psid]) == 1


def test_bots_that_pass_at_each_other_stop_and_a_human_is_offered(both: Both, ben: Person):
    to_moodbot = [{"custom": {"handoff": {"target": "moodbot"}}}]
    home = [{"custom": {"handoff_host": both.own.url}}]
    both.own.answers[f'/handoff{{"from_host": "{both.moodbot.url}"}}'] = to_moodbot
    both.moodbot.answers[f'/handoff{{"from_host": "{both.own.url}"}}'] = home
    ben.says("cheer me up")
    both.settle()
    ben.sees("our bots are sending you to and fro")
    assert len(both.moodbot.heard[ben.psid]) == 1
    ben.taps("Chat with a person")
    both.settle()
    ben.has_owner(PAGE_INBOX)


def test_a_bot_that_is_not_there_is_told_of_within_seconds(both: Both, ben: Person):
    both.moodbot.stop()
    try:
        ben.says("cheer me up")
        ben.sees("MoodBot can't be reached just now")
    finally:
        both.moodbot.start()
    ben.says("then when are you open?")
    both.settle()
    ben.sees("You said: then when are you open?")
    assert both.own.heard[ben.psid] == ["cheer me up", "then when are you open?"]
