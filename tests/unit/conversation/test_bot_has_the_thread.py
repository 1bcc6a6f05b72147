"""The bot has the thread: what it is asked, what is said, and what is done where it fails."""

from messenger_app.conversation.buttons import CONNECT
from messenger_app.conversation.commands import AskBot, PassThreadControl, SendMessage
from messenger_app.conversation.events import (
    BotAnswered,
    ControlPassed,
    MessageSent,
    Noticed,
    PersonTapped,
)
from messenger_app.conversation.state import Owner
from tests.unit.conversation.story import OUR_APP, Story, asked, handback


def test_the_first_word_on_an_idle_thread_makes_the_bot_its_owner_and_is_given_to_it():
    story = Story().person_says("hello")
    assert story.owner is Owner.BOT
    assert asked(story) == ["hello"]
    assert story.transcript[-1].heard_by_bot


def test_an_answer_of_the_bot_is_sent():
    assert Story().person_says("hello").bot_answers("Hi!", "How are you?").said == [
        "Hi!",
        "How are you?",
    ]


def test_a_quick_reply_keeps_the_payload_that_our_button_carried():
    story = Story().person_says("Opening hours", payload="/opening_hours")
    (command,) = story.commands
    assert isinstance(command, AskBot)
    assert command.payload == "/opening_hours"


def test_a_tap_on_the_menu_is_given_to_the_bot():
    story = Story()
    now = story.later()
    story.happens(PersonTapped(at=now, received_at=now, mid="m_t", title="Start", payload="/greet"))
    (command,) = story.commands
    assert isinstance(command, AskBot)
    assert (command.text, command.payload) == ("Start", "/greet")


def test_an_empty_answer_is_told_to_the_person_and_after_three_a_human_is_offered():
    story = Story()
    for _ in range(2):
        story.person_says("hello").bot_answers()
        assert story.said == [story.policy.words.bot_failed]
    story.person_says("hello").bot_answers()
    (offer,) = story.commands
    assert isinstance(offer, SendMessage)
    assert offer.message.text == story.policy.words.offer_human
    assert offer.message.buttons == ((story.policy.words.offer_human_title, CONNECT),)


def test_a_bot_that_stays_away_offers_a_human_at_once():
    story = Story().person_says("hello")
    now, turn = story.later(), story.conversation.turn
    story.happens(BotAnswered(at=now, received_at=now, turn=turn, away=True))
    (offer,) = story.commands
    assert isinstance(offer, SendMessage)
    assert offer.message.text == story.policy.words.bot_away
    assert offer.message.buttons == ((story.policy.words.offer_human_title, CONNECT),)


def test_an_answer_ends_the_count_of_failures():
    story = Story().person_says("a").bot_answers().person_says("b").bot_answers()
    story.person_says("c").bot_answers("Yes.").person_says("d").bot_answers()
    assert story.said == [story.policy.words.bot_failed]


def test_the_time_with_a_human_ends_the_count_of_failures():
    story = Story().person_says("a").bot_answers().person_says("b").bot_answers()
    story.agent_replies().control_comes_back().person_says("c").bot_answers()
    assert story.said == [story.policy.words.bot_failed]


def test_what_the_platform_took_is_written_down_as_the_bots():
    story = Story().person_says("hello").bot_answers("Hi!").message_is_sent("Hi!")
    assert (story.transcript[-1].author, story.transcript[-1].text) == ("bot", "Hi!")


def test_the_bridges_own_button_connects_at_once_without_the_bot():
    story = Story().person_says("Chat with a person", payload=CONNECT)
    assert story.owner is Owner.HANDING_OFF
    assert asked(story) == []
    assert isinstance(story.commands[-1], PassThreadControl)


def test_an_intent_of_the_bridge_without_an_answer_gets_the_bridges_own_words():
    story = Story().bot_hands_over().control_comes_back()
    now = story.later()
    turn = story.conversation.turn
    for away in (False, True):
        story.happens(BotAnswered(at=now, received_at=now, turn=turn, intent="handback", away=away))
        assert story.said == [story.policy.words.handback]


def test_receipts_and_unknown_events_change_nothing():
    story = Story().person_says("hello")
    before = story.conversation
    now = story.later()
    story.happens(Noticed(at=now, received_at=now, kind="delivery"))
    assert story.conversation == before
    assert story.commands == ()


def test_a_pass_of_an_idle_thread_to_us_adds_no_greeting():
    story = Story().person_says("hello")
    now = story.later()
    story.happens(ControlPassed(at=now, received_at=now, previous_app_id=None, new_app_id=OUR_APP))
    assert (story.owner, story.commands) == (Owner.BOT, ())


def test_a_message_of_an_earlier_turn_answers_nothing_that_was_asked_since():
    story = Story().person_says("hello")
    turn = story.conversation.turn
    story.agent_takes().person_says("and this?", standby=True)
    now = story.later()
    story.happens(MessageSent(at=now, received_at=now, turn=turn, mid="m_b", text="Hi!"))
    assert handback(story.control_comes_back())["unanswered"] is True
