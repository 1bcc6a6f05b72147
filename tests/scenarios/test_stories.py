"""Every story of the simulator holds: this bridge, and a small bot that says what they need."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from inbox_simulator import Simulator
from inbox_simulator.actors import Stage
from inbox_simulator.scenarios import player, runner
from inbox_simulator.scenarios.story import Scenario, every, find
from tests.support.bridge import Bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.whole_system import running

STORIES = every()
TWO_BOTS = """
default: page_inbox
handoff_targets:
  page_inbox: {kind: page_inbox, title: A person from our team}
  moodbot: {kind: bot, title: MoodBot, url: "http://127.0.0.1:1"}
"""

Play = Callable[..., None]


@pytest.fixture
def bookshop(bot: StandInBot) -> StandInBot:
    """The small bot, with the words that the stories look for."""
    bot.learn_the_bookshop()
    return bot


def plain_stories() -> list[str]:
    return [story.key for story in STORIES if not story.needs]


def test_there_are_a_dozen_stories_and_each_says_what_it_is_about():
    assert len(plain_stories()) >= 12
    assert [story.key for story in STORIES if not story.about] == []


@pytest.mark.parametrize("story", plain_stories())
def test_each_story_holds(bridge: Bridge, bookshop: StandInBot, play: Play, story: str):
    play(story)
    bridge.settle()


def settings_of(name: str) -> dict[str, str]:
    """Return what a story's own command sets for the demo."""
    *pairs, make, demo = shlex.split(Scenario.read(find([name])[0]).start)
    assert (make, demo) == ("make", "demo")
    return dict(pair.split("=", 1) for pair in pairs)


def test_the_story_of_agents_who_went_home_holds_as_it_says_to_start_it(tmp_path: Path):
    with StandInBot() as bot:
        bot.learn_the_bookshop()
        with running(tmp_path, bot.url, **settings_of("agents_closed")) as system:
            assert played(system.simulator, "agents_closed") == []


def test_the_story_of_a_bot_that_is_dead_holds_as_it_says_to_start_it(tmp_path: Path):
    settings = settings_of("cannot_think")
    with running(tmp_path, settings.pop("BOT"), **settings) as system:
        assert played(system.simulator, "cannot_think") == []


def test_the_story_of_two_bots_holds(tmp_path: Path):
    config = tmp_path / "handoff.yml"
    config.write_text(TWO_BOTS)
    with StandInBot() as own, StandInBot() as moodbot:
        choice = {"title": "Find a book by mood", "payload": "/find_a_book"}
        own.answers["hello"] = [{"text": "I'm the shop's bot.", "buttons": [choice]}]
        own.answers["/find_a_book"] = [{"custom": {"handoff": {"target": "moodbot"}}}]
        moodbot.learn_the_bookshop()
        moods = [{"title": "Curious", "payload": "/curious"}]
        greeting = f'/handoff{{"from_host": "{own.url}"}}'
        moodbot.answers[greeting] = [{"text": "I'm MoodBot.", "buttons": moods}]
        moodbot.answers["/curious"] = [{"text": "The Time Machine."}]
        settings = {"HANDOFF_CONFIG": str(config), "BOT_URLS": f"moodbot={moodbot.url}"}
        with running(tmp_path, own.url, **settings) as system:
            assert played(system.simulator, "two_bots") == []


def played(simulator: Simulator, name: str) -> list[str]:
    """Play a story against another simulator; return what failed."""
    told: list[str] = []
    stage = Stage(simulator.url, player.PATIENCE)  # as on the page
    runner.play(Scenario.read(find([name])[0]), stage, told.append, silence=0.5)
    stage.close()
    return [line for line in told if "FAILED" in line]
