"""The judge sees each kind of offence, and excuses what a human's coming excuses."""

import pytest

from tests.chaos import marks
from tests.chaos.stories import INBOX, US, Story


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_story_in_which_all_is_answered_breaks_no_rule(story: Story):
    for text in ("hello #1.1", "thanks #1.2"):
        mark = story.says(text)
        story.hears(text)
        story.answers(mark)

    assert story.broken_rules() == set()


def test_a_word_without_an_answer_is_lost_and_its_person_stranded(story: Story):
    story.says("hello #1.1")

    assert story.broken_rules() == {"lost", "stranded"}


def test_half_an_answer_is_none(story: Story):
    mark = story.says("tell me twice #1.1")
    story.hears("tell me twice #1.1")
    story.answers(mark, part=1)

    assert story.broken_rules() == {"lost"}


def test_a_person_who_is_told_that_nobody_could_be_reached_is_answered(story: Story):
    story.says("#1.1 a person please")
    story.hears("#1.1 a person please")
    assert story.broken_rules() == {"lost", "stranded"}
    story.gives_up_the_handoff()
    assert story.broken_rules() == set()
    story.says("#1.2 and now?")
    story.hears("#1.2 and now?")
    story.gives_up_the_handoff()
    assert "lost" in story.broken_rules()


def test_a_human_who_comes_excuses_an_open_word(story: Story):
    story.says("hello #1.1")
    story.owned_by(INBOX)
    story.agent_says()
    story.owned_by(US)

    assert story.broken_rules() == set()


def test_a_person_who_calls_the_bot_back_is_answered_by_its_greeting(story: Story):
    story.says("Never mind!")
    story.hears('/handback{"outcome": "cancelled"}', request="r1")
    story.answers("r1")

    assert story.broken_rules() == set()


def test_a_greeting_answers_no_other_word(story: Story):
    story.says("hello #1.1")
    story.hears('/handback{"outcome": "cancelled"}', request="r1")
    story.answers("r1")

    assert story.broken_rules() == {"lost"}


def test_a_human_does_not_excuse_a_word_that_was_passed_over(story: Story):
    story.says("hello #1.1")
    later = story.says("thanks #1.2")
    story.hears("thanks #1.2")
    story.answers(later)
    story.owned_by(INBOX)
    story.agent_says()
    story.owned_by(US)

    assert story.broken_rules() == {"lost"}


def test_a_word_that_was_overtaken_on_its_way_may_be_the_humans(story: Story):
    story.says("hello #1.1", arrives_after=5_000)
    later = story.says("thanks #1.2")
    story.hears("thanks #1.2")
    story.answers(later)
    story.owned_by(INBOX)
    story.agent_says()
    story.owned_by(US)

    assert story.broken_rules() == set()


def test_an_answer_that_comes_twice_is_seen(story: Story):
    mark = story.says("hello #1.1")
    story.hears("hello #1.1")
    story.answers(mark)
    story.answers(mark)

    assert story.broken_rules() == {"answered twice"}


def test_a_question_that_the_bot_heard_twice_is_seen(story: Story):
    mark = story.says("hello #1.1")
    story.hears("hello #1.1")
    story.hears("hello #1.1")
    story.answers(mark)

    assert story.broken_rules() == {"asked twice"}


def test_an_answer_while_a_human_has_the_thread_is_seen(story: Story):
    mark = story.says("hello #1.1")
    story.hears("hello #1.1")
    story.owned_by(INBOX)
    story.answers(mark)
    story.owned_by(US)

    assert story.broken_rules() == {"spoke to humans"}


def test_a_refused_message_that_is_sent_again_is_seen(story: Story):
    story.owned_by(INBOX)
    story.tries_to_send("mh:1")
    story.tries_to_send("mh:1")
    story.owned_by(US)

    assert story.broken_rules() == {"spoke to humans"}


def test_a_refusal_whose_answer_was_lost_may_be_asked_for_again(story: Story):
    story.owned_by(INBOX)
    story.tries_to_send("mh:1", status=None)
    story.tries_to_send("mh:1")
    story.owned_by(US)

    assert story.broken_rules() == set()


def test_a_refused_message_is_not_sent_again_though_the_second_answer_is_lost(story: Story):
    story.owned_by(INBOX)
    story.tries_to_send("mh:1")
    story.tries_to_send("mh:1", status=None)
    story.owned_by(US)

    assert story.broken_rules() == {"spoke to humans"}


def test_one_refused_message_is_no_offence(story: Story):
    story.owned_by(INBOX)
    story.tries_to_send("mh:1")
    story.owned_by(US)

    assert story.broken_rules() == set()


def test_a_message_that_is_sent_though_the_bridge_was_told_of_a_human_is_seen(story: Story):
    story.owned_by(INBOX)
    story.is_told_of_the_take()
    story.now += 1_000
    story.tries_to_send("mh:1")
    story.owned_by(US)

    assert story.broken_rules() == {"spoke to humans"}


def test_a_thread_that_stays_with_the_inbox_for_ever_is_stranded(story: Story):
    story.owned_by(INBOX)
    story.agent_says()

    assert story.broken_rules() == {"stranded"}


def test_a_word_to_a_human_that_nobody_takes_up_is_stranded(story: Story):
    story.owned_by(INBOX)
    story.says("hello #1.1")
    story.owned_by(US)

    assert story.broken_rules() == {"stranded"}


def test_a_human_who_was_announced_and_never_asked_is_seen(story: Story):
    text = "I want to talk to a person #1.1"
    mark = story.says(text)
    story.hears(text)
    story.answers(mark, part=marks.HANDOFF_PART)

    assert story.broken_rules() == {"stranded"}


def test_answers_in_the_wrong_order_are_seen(story: Story):
    first, second = story.says("hello #1.1"), story.says("thanks #1.2")
    story.hears("hello #1.1")
    story.hears("thanks #1.2")
    story.answers(second)
    story.answers(first)

    assert story.broken_rules() == {"order broken"}


def test_words_that_overtook_each_other_may_be_answered_as_they_came(story: Story):
    first = story.says("hello #1.1", arrives_after=5_000)
    second = story.says("thanks #1.2")
    story.hears("thanks #1.2")
    story.answers(second)
    story.hears("hello #1.1")
    story.answers(first)

    assert story.broken_rules() == set()


def test_words_to_a_human_that_the_bot_was_given_are_seen(story: Story):
    story.owned_by(INBOX)
    story.says("my number is 12 #1.1")
    story.hears("my number is 12 #1.1")
    story.agent_says()
    story.owned_by(US)

    assert story.broken_rules() == {"overheard"}
