"""A soak complains of each thing that may have gone wrong, and of having seen too little."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks import soak_report
from benchmarks.soak_report import Soaked
from tests.chaos import marks
from tests.chaos.journal import Journal
from tests.chaos.judge import judge
from tests.chaos.stories import INBOX, US, Story

HARMS = Counter({"kill -9 of a worker": 2})


@pytest.fixture
def story() -> Story:
    """Two words that are answered, then a human, and the bot again."""
    story = Story()
    for text in ("hello #1.1", "thanks #1.2"):
        answered(story, text)
    story.owned_by(INBOX)
    story.says("are you a human? #1.3")
    story.agent_says()
    story.owned_by(US)
    return story


def answered(story: Story, text: str) -> None:
    """Somebody says something, and the bot answers."""
    mark = story.says(text)
    story.hears(text)
    story.sends("mh:" + text)
    story.answers(mark)


def handed_over(story: Story, text: str, *more: str) -> None:
    """Somebody asks for a human, maybe says more, and has one for a while."""
    mark = story.says(text)
    story.hears(text)
    for each in more:
        story.says(each)
    story.answers(mark, part=marks.HANDOFF_PART)
    story.owned_by(INBOX)
    story.agent_says()
    story.owned_by(US)


def soaked(story: Story) -> Soaked:
    """What a soak comes to in which nothing but this happened."""
    threads = story.threads()
    return Soaked(
        minutes=1,
        asked=55,
        rate=54.5,
        planned=HARMS,
        done=HARMS,
        every=25,
        harmed=[(0, "kill -9 of a worker")],
        threads={"books": threads},
        verdicts={"books": judge(threads)},
        served=1,
        settled=1,
        troubles=[],
    )


def test_a_soak_in_which_enough_happened_and_all_was_answered_is_good(story: Story):
    assert soaked(story).complaints() == []
    assert soaked(story).is_good


def test_a_word_that_was_acknowledged_and_lost_is_seen_though_a_human_comes_later(story: Story):
    story.says("acknowledged and lost #1.4")
    answered(story, "thanks #1.5")
    story.owned_by(INBOX)
    story.agent_says()
    story.owned_by(US)

    assert any("#1.4 was passed over" in each for each in soaked(story).complaints())


def test_a_human_excuses_no_word_from_before_somebody_asked_for_one(story: Story):
    story.says("acknowledged and lost #1.4")
    handed_over(story, "a person, please #1.5")

    assert any("#1.4 came before anybody" in each for each in soaked(story).complaints())


def test_a_human_for_whom_nobody_asked_excuses_no_word(story: Story):
    story.says("acknowledged and lost #1.4")
    story.owned_by(INBOX)
    story.agent_says()
    story.owned_by(US)

    assert any("#1.4 came before anybody" in each for each in soaked(story).complaints())


def test_a_word_from_right_before_a_human_comes_is_counted_apart(story: Story):
    handed_over(story, "a person, please #1.4", "wait #1.5")

    told = soaked(story)
    assert told.complaints() == []
    assert "| bot | sent | answered | to humans | as one came |" in page(told)
    assert "| stand-in | 5 | 3 | 1 | 1 | 0 |" in page(told)


def test_a_late_word_is_counted_by_the_harm_before_it(story: Story):
    story.says("hello #1.4")
    story.now += 5_000
    story.hears("hello #1.4")

    told = page(soaked(story))
    assert "| kill -9 of a worker | 2 | 2 | 1 |" in told
    assert "| before any harm | 0 | 0 | 0 |" in told


def test_a_message_sent_after_a_refusal_is_seen_in_the_journal(story: Story):
    story.owned_by(INBOX)
    story.tries_to_send("mh:1")
    story.tries_to_send("mh:1")
    story.owned_by(US)

    assert any(each.startswith("spoke to humans") for each in soaked(story).complaints())


def test_an_empty_journal_proves_nothing(story: Story):
    story.journal = Journal()
    told = soaked(story).complaints()

    assert any("never acknowledged" in each for each in told)
    assert any("no message of the bridge's" in each for each in told)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"rate": 50.0}, "50.0 words a second were written"),
        ({"rate": 60.0}, "60.0 words a second were written"),
        ({"planned": Counter(), "done": Counter()}, "no harm was planned"),
        ({"done": Counter({"kill -9 of a worker": 1})}, "kill -9 of a worker: 1 of 2 times"),
        ({"served": 0}, "no agent looked after anybody"),
        ({"troubles": ["thread.failed"]}, "thread.failed"),
    ],
)
def test_a_soak_in_which_too_little_happened_is_not_good(
    story: Story, change: dict[str, object], complaint: str
):
    (told,) = replace(soaked(story), **change).complaints()  # type: ignore[arg-type]

    assert complaint in told


def test_a_soak_in_which_nobody_did_anything_is_not_good():
    told = soaked(Story()).complaints()

    assert "books: nobody was answered" in told
    assert "books: no human ever had a thread" in told
    assert "books: the p99 of queue age is nan s" in told


def page(told: Soaked) -> str:
    """Return what is written of it."""
    return soak_report.page(told, {"books": "stand-in"}, ["a machine"])
