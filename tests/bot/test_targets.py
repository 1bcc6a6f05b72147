"""Whom the bot offers: read from the bridge's file, and open when the bridge says so."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from messenger_app.conversation.hours import parse_hours
from rasa_bot.actions.targets import QUESTIONS, Target, read
from tests.support.rasa import ROOT

CONFIG = yaml.safe_load("""
default: page_inbox
handoff_targets:
  billing:
    {kind: app, title: Bills, app_id: "1", hours: {timezone: UTC, weekly: "Mon 09:00-10:00"}}
  moodbot: {kind: bot, title: MoodBot, url: "http://127.0.0.1:5007"}
  page_inbox:
    kind: page_inbox
    title: Our team
    title_by_language: {de: Unser Team}
    triage: [problem, name]
""")
MONDAY_NOON, MONDAY_MORNING = (
    datetime(2026, 11, 23, 12, tzinfo=UTC),
    datetime(2026, 11, 23, 9, tzinfo=UTC),
)
WEEKS = [
    "Mon-Fri 09:00-18:00, Sat 10:00-16:00",
    "Mon-Fri 09:00-12:00, Mon-Fri 13:00-18:00",
    "fri-mon 22:00-24:00, Sat-Tue 0:00 - 02:30",
    "Wed 00:00-24:00",
]


def names(targets: list[Target]) -> list[str]:
    return [target.name for target in targets]


def test_only_those_who_are_there_are_offered_the_default_one_first() -> None:
    targets = read(CONFIG)
    assert names(targets.open(MONDAY_MORNING, bots=True)) == ["page_inbox", "billing", "moodbot"]
    assert names(targets.open(MONDAY_MORNING, bots=False)) == ["page_inbox", "billing"]
    assert names(targets.open(MONDAY_NOON, bots=False)) == ["page_inbox"]


def test_a_target_is_found_by_name_and_the_default_one_by_none() -> None:
    targets = read(CONFIG)
    assert (targets.named("billing"), targets.named("nobody")) == (targets.listed[0], None)
    default = targets.named("")
    assert default is not None
    assert (default.name, default.titles) == ("page_inbox", {"de": "Unser Team"})


def test_questions_are_asked_in_an_order_of_their_own() -> None:
    targets = read(CONFIG)
    assert [target.triage for target in targets.listed] == [(), (), ("name", "problem")]


def test_the_file_that_comes_with_the_bot_asks_all_questions() -> None:
    targets = read(yaml.safe_load((ROOT / "rasa_bot" / "handoff_config.yml").read_text()))
    default = targets.named("")
    assert default is not None
    assert default.triage == QUESTIONS


@pytest.mark.parametrize("timezone", ["Europe/London", "Asia/Kolkata", "America/St_Johns"])
@pytest.mark.parametrize("weekly", WEEKS)
@given(minutes=st.integers(0, 2 * 365 * 24 * 60))
def test_the_bot_and_the_bridge_agree_on_hours(timezone: str, weekly: str, minutes: int) -> None:
    at = MONDAY_NOON + timedelta(minutes=minutes)
    told = {"timezone": timezone, "weekly": weekly}
    target = Target("x", "X", {}, "app", told, ())
    bridge = parse_hours(timezone, weekly)
    assert target.is_open(at) == bridge.is_open(int(at.timestamp() * 1000))
