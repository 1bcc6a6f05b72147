"""Control that came back before the bridge heard of it: words written since then are the bot's."""

from messenger_app.conversation.commands import AskBot, TellBot
from messenger_app.conversation.events import ControlCall, ControlCallSettled, HandoffAsked
from messenger_app.conversation.state import Owner
from tests.unit.conversation.story import Story, handback


def test_words_written_after_an_unseen_release_are_answered_when_our_take_settles_later():
    story = Story()
    story.bot_hands_over()
    story.person_says("never mind", standby=True)
    written_at = story.later(2_000)  # the agent has pressed Done, and nobody was told

    story.later(5_000)
    story.call_settles(ControlCall.TAKE)
    story.person_says("when are you open", at=written_at)

    assert story.owner is Owner.BOT
    assert [c.text for c in story.commands if isinstance(c, AskBot)] == ["when are you open"]


def test_a_word_written_right_after_a_quick_return_is_answered():
    story = Story()
    story.bot_hands_over()
    returned_at = story.later(50)  # the agent presses Done at once
    written_at = story.later(50)

    story.control_comes_back(at=returned_at)
    story.person_says("when are you open", at=written_at)

    assert [c.text for c in story.commands if isinstance(c, AskBot)] == ["when are you open"]


def test_a_word_written_after_a_take_that_we_learn_of_late_is_answered():
    story = Story()
    story.bot_hands_over()
    written_at = story.later(200)  # our take has worked already, and its answer was lost

    story.later(20_000)
    story.call_settles(ControlCall.TAKE)
    story.person_says("when are you open", at=written_at)

    assert [c.text for c in story.commands if isinstance(c, AskBot)] == ["when are you open"]


def test_a_word_that_may_have_been_the_humans_is_the_bots_once_a_newer_one_shows_whose_it_was():
    story = Story()
    story.bot_hands_over()
    story.person_says("where is the shop", at=story.later(200))  # released already, unseen
    assert list(story.commands) == []

    story.person_says("when are you open")

    asked = [c.text for c in story.commands if isinstance(c, AskBot)]
    assert asked == ["where is the shop", "when are you open"]


def test_a_word_that_may_have_been_the_humans_is_theirs_once_they_have_spoken():
    story = Story()
    story.bot_hands_over()
    story.person_says("my number is 12", at=story.later(200))
    story.agent_replies().control_comes_back()

    assert [c.text for c in story.commands if isinstance(c, AskBot)] == []


def test_a_word_from_before_a_time_with_a_human_that_nobody_told_of_stays_with_the_human():
    story = Story()
    story.person_says("hello").bot_answers("Hi").message_is_sent()
    written_at = story.later(1_000)
    story.later(1_000)  # an agent moves the thread to Main; that webhook is late

    story.control_comes_back()
    story.person_says("my number is 12", at=written_at)

    assert story.commands == ()


def test_a_late_return_that_nobody_told_the_beginning_of_leaves_later_words_with_the_bot():
    story = Story()
    story.person_says("hello").bot_answers("Hi").message_is_sent()
    written_at = story.later()
    returned_at = story.later()  # an agent took the thread and gave it back, unknown to us
    story.later()
    story.person_says("are you open?")
    turn = story.conversation.turn

    story.control_comes_back(at=returned_at)
    assert story.commands == ()
    assert story.conversation.turn == turn  # the question that is out is not dropped
    assert story.owner is Owner.BOT

    story.bot_answers("From nine to six.")
    assert story.said == ["From nine to six."]
    story.person_says("my number is 12", at=written_at)  # the agent has read it
    assert story.commands == ()


def test_a_return_that_nobody_told_the_beginning_of_is_announced_where_nothing_came_since():
    story = Story()
    story.person_says("hello").bot_answers("Hi").message_is_sent()
    story.later()
    story.control_comes_back()
    assert [type(command) for command in story.commands] == [TellBot]


def test_a_word_written_after_a_return_that_was_quicker_than_our_passs_answer_is_answered():
    story = Story().person_says("I want a person").bot_answers(handoff=HandoffAsked())
    began = story.later()
    returned_at = story.later()  # the agent presses Done while the answer is on its way
    written_at = story.later()
    settled_at = story.later()
    story.happens(
        ControlCallSettled(
            at=began,
            received_at=settled_at,
            turn=story.conversation.turn,
            call=ControlCall.PASS,
            worked=True,
        )
    )
    story.control_comes_back(at=returned_at).person_says("when are you open", at=written_at)

    assert [c.text for c in story.commands if isinstance(c, AskBot)] == ["when are you open"]


def test_a_word_from_before_the_pass_is_the_humans_whatever_a_newer_one_shows():
    story = Story().bot_hands_over()
    story.person_says("my number is 12", at=story.conversation.owner_since)
    story.person_says("when are you open")

    assert [c.text for c in story.commands if isinstance(c, AskBot)] == ["when are you open"]


def test_a_word_from_right_before_the_agents_is_the_agents():
    story = Story().bot_hands_over().agent_replies()
    story.person_says("my number is 12", at=story.now - 100).control_comes_back()

    assert [c.text for c in story.commands if isinstance(c, AskBot)] == []


def test_a_word_that_may_have_been_the_humans_is_asked_at_their_return_in_place_of_told():
    story = Story().bot_hands_over()
    story.person_says("where is the shop", at=story.later(200)).control_comes_back()

    assert [c.text for c in story.commands if isinstance(c, AskBot)] == ["where is the shop"]
    assert handback(story)["unanswered"] is False


def test_a_word_that_may_have_been_the_humans_is_asked_once():
    story = Story().bot_hands_over()
    story.person_says("where is the shop", at=story.later(200)).person_says("hello?")
    story.bot_answers(handoff=HandoffAsked()).call_settles(ControlCall.PASS).control_comes_back()

    assert [c.text for c in story.commands if isinstance(c, AskBot)] == []


def test_words_that_may_have_been_the_humans_are_all_asked():
    story = Story().bot_hands_over()
    for text in ("where is the shop", "when are you open"):
        story.person_says(text, at=story.later(100))
    story.control_comes_back()

    asked = [c.text for c in story.commands if isinstance(c, AskBot)]
    assert asked == ["where is the shop", "when are you open"]


def test_a_word_right_after_a_return_that_it_overtook_is_asked_with_the_greeting():
    story = Story().bot_hands_over()
    returned_at = story.later(100)
    story.person_says("where is the shop", at=story.later(100))
    story.control_comes_back(at=returned_at)

    assert [type(command) for command in story.commands] == [TellBot, AskBot]


def test_a_word_from_while_the_pass_was_on_its_way_is_the_humans():
    story = Story().person_says("I want a person").bot_answers(handoff=HandoffAsked())
    began, written_at = story.later(), story.later()
    story.happens(
        ControlCallSettled(
            at=began,
            received_at=story.later(5_000),
            turn=story.conversation.turn,
            call=ControlCall.PASS,
            worked=True,
        )
    )
    story.control_comes_back().person_says("my number is 12", at=written_at)

    assert story.commands == ()


def test_a_word_from_right_before_an_agent_took_the_thread_is_the_agents():
    story = Story().person_says("hello").bot_answers("Hi").message_is_sent().agent_takes()
    written_at = story.now - 100
    story.control_comes_back().person_says("my number is 12", at=written_at)

    assert story.commands == ()
