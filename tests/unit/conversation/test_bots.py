"""From one bot to another, and back: each rule by name."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from messenger_app.conversation.buttons import CONNECT
from messenger_app.conversation.commands import (
    OWN_BOT,
    AskBot,
    PassThreadControl,
    SendMessage,
    TellBot,
)
from messenger_app.conversation.events import (
    BotAnswered,
    ControlCall,
    HandoffAsked,
    OperatorPassed,
    PersonTapped,
)
from messenger_app.conversation.hours import parse_hours
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID, Policy, Target
from messenger_app.conversation.state import Owner
from messenger_app.conversation.transitions import may_run
from tests.unit.conversation.story import OUR_APP, Story

PAGE = "104729000000001"
OWN, MOODBOT, QUIZBOT = (f"http://127.0.0.1:{port}" for port in (5005, 5007, 5009))
POLICY = Policy(
    app_id=OUR_APP,
    targets={
        "page_inbox": Target("page_inbox", "A person from our team", PAGE_INBOX_APP_ID),
        "moodbot": Target("moodbot", "MoodBot", app_id="", kind="bot", url=MOODBOT),
        "quizbot": Target("quizbot", "QuizBot", app_id="", kind="bot", url=QUIZBOT),
    },
    default_target="page_inbox",
    own_bots={PAGE: OWN},
)
TO_MOODBOT = HandoffAsked(target="moodbot")


@dataclass
class Bots(Story):
    """A thread with several bots: what is asked is answered by the bot that was asked."""

    policy: Policy = field(default_factory=lambda: POLICY)

    def answers(
        self, *texts: str, handoff: HandoffAsked | None = None, away: bool = False
    ) -> "Bots":
        """Answer the first question that was put to a bot by the last event."""
        asked = next(c for c in self.commands if isinstance(c, AskBot | TellBot))
        now = self.later()
        self.happens(
            BotAnswered(
                at=now,
                received_at=now,
                turn=self.conversation.turn,
                messages=tuple(BotMessage(text=text) for text in texts),
                handoff=handoff,
                intent=asked.intent if isinstance(asked, TellBot) else None,
                bot=asked.bot,
                is_switch=isinstance(asked, TellBot) and asked.is_switch,
                away=away,
            )
        )
        return self

    def says(self, text: str, **how: Any) -> "Bots":
        self.person_says(text, **how)
        return self

    def with_moodbot(self) -> "Bots":
        self.says("cheer me up").answers(handoff=TO_MOODBOT).answers("MoodBot here.")
        self.message_is_sent()
        return self

    @property
    def told(self) -> list[TellBot]:
        return [command for command in self.commands if isinstance(command, TellBot)]

    @property
    def asked(self) -> list[AskBot]:
        return [command for command in self.commands if isinstance(command, AskBot)]

    @property
    def offers_a_human(self) -> bool:
        sent = [c.message for c in self.commands if isinstance(c, SendMessage)]
        return any((CONNECT in message.payloads) for message in sent)


def switch(bot: str, from_host: str) -> TellBot:
    return TellBot("handoff", {"from_host": from_host}, bot, is_switch=True)


def test_a_handoff_to_a_bot_asks_it_to_take_over_and_moves_no_control():
    story = Bots().says("cheer me up").answers("A friend can.", handoff=TO_MOODBOT)
    assert story.commands == (
        SendMessage(BotMessage(text="A friend can.")),
        switch("moodbot", from_host=OWN),
    )
    assert story.owner is Owner.BOT
    assert story.answers("MoodBot here.").owner is Owner.BOT


def test_the_new_bot_speaks_first_and_hears_what_follows():
    story = Bots().says("cheer me up").answers(handoff=TO_MOODBOT)
    assert story.answers("MoodBot here.").said == ["MoodBot here."]
    assert [command.bot for command in story.says("I feel low").asked] == ["moodbot"]


@pytest.mark.parametrize("host", [MOODBOT, MOODBOT + "/", MOODBOT.upper()])
def test_a_bot_is_found_by_its_address_as_starter_packs_name_it(host: str):
    story = Bots().says("cheer me up").answers(handoff=HandoffAsked(host=host))
    assert story.told == [switch("moodbot", from_host=OWN)]


@pytest.mark.parametrize("asked", [{"host": "http://127.0.0.1:1"}, {"target": "nobody"}])
def test_a_bot_that_the_config_does_not_list_is_unknown(asked: dict[str, str]):
    story = Bots().says("cheer me up").answers(handoff=HandoffAsked(**asked))  # type: ignore[arg-type]
    assert story.said == [POLICY.words.unknown_target]
    assert story.conversation.bot == OWN_BOT


def test_handing_back_asks_the_pages_own_bot_by_its_address():
    story = Bots().with_moodbot().says("that's all").answers(handoff=HandoffAsked(host=OWN))
    assert story.told == [switch(OWN_BOT, from_host=MOODBOT)]
    assert story.answers("Welcome back.").said == ["Welcome back."]
    assert [command.bot for command in story.says("thanks").asked] == [OWN_BOT]


def test_a_target_with_the_address_of_the_pages_own_bot_is_that_bot():
    shop = Target("shop", "The shop's bot", app_id="", kind="bot", url=OWN)
    story = Bots(policy=replace(POLICY, targets={**POLICY.targets, "shop": shop}))
    story.with_moodbot().says("that's all").answers(handoff=HandoffAsked(target="shop"))
    assert story.told == [switch(OWN_BOT, from_host=MOODBOT)]


def test_each_bot_of_a_chain_is_told_who_handed_over():
    story = Bots().with_moodbot().says("a quiz").answers(handoff=HandoffAsked(target="quizbot"))
    assert story.told == [switch("quizbot", from_host=MOODBOT)]
    story.answers("Quiz!").says("enough").answers(handoff=HandoffAsked(host=OWN))
    assert story.told == [switch(OWN_BOT, from_host=QUIZBOT)]


def test_a_bot_may_hand_on_at_once():
    story = Bots().says("a quiz").answers(handoff=TO_MOODBOT)
    story.answers("One moment.", handoff=HandoffAsked(target="quizbot"))
    assert story.commands == (
        SendMessage(BotMessage(text="One moment.")),
        switch("quizbot", from_host=MOODBOT),
    )


def test_an_answer_from_before_the_switch_is_dropped():
    story = Bots().says("cheer me up")
    turn = story.conversation.turn
    late = SendMessage(BotMessage(text="And we are open until six."))
    assert may_run(story.conversation, late, turn)
    story.answers(handoff=TO_MOODBOT).answers("MoodBot here.")
    assert not may_run(story.conversation, late, turn)
    assert story.bot_answers("And we are open until six.", turn=turn).said == []


def test_a_button_of_the_bot_before_stands_for_its_words():
    story = Bots()
    turn, now = story.conversation.turn, story.with_moodbot().later()
    story.happens(
        PersonTapped(
            at=now, received_at=now, mid="m_t", title="Delivery", payload="/delivery", sent_in=turn
        )
    )
    (question,) = story.asked
    assert (question.text, question.payload, question.bot) == ("Delivery", None, "moodbot")


def test_a_quick_reply_from_before_the_new_bot_spoke_stands_for_its_words():
    story = Bots().says("cheer me up").answers(handoff=TO_MOODBOT).answers("MoodBot here.")
    tapped_at = story.later()
    sent_at = story.message_is_sent().now
    (question,) = story.says("Delivery", payload="/delivery", at=tapped_at).asked
    assert (question.text, question.payload) == ("Delivery", None)
    (question,) = story.says("I feel great", payload="/great", at=sent_at + 1).asked
    assert (question.payload, question.bot) == ("/great", "moodbot")


def test_a_quick_reply_of_the_new_bot_keeps_its_meaning_though_that_has_said_more_since():
    story = Bots().with_moodbot()
    tapped_at = story.later()
    story.message_is_sent()
    (question,) = story.says("I feel great", payload="/great", at=tapped_at).asked
    assert question.payload == "/great"


def test_the_button_to_a_human_works_whichever_bot_has_the_person():
    story = Bots().says("cheer me up").answers(handoff=TO_MOODBOT).answers("MoodBot here.")
    story.says("Chat with a person", payload=CONNECT)
    assert any(isinstance(command, PassThreadControl) for command in story.commands)


def test_the_menu_brings_the_pages_own_bot_back():
    story = Bots().with_moodbot()
    now = story.later()
    story.happens(
        PersonTapped(at=now, received_at=now, mid="m_t", title="Hours", payload="/opening_hours")
    )
    (question,) = story.asked
    assert (question.payload, question.bot) == ("/opening_hours", OWN_BOT)
    assert story.conversation.bot == OWN_BOT


def test_the_menu_that_brings_the_thread_back_brings_the_pages_own_bot_back():
    story = Bots().with_moodbot()
    now = story.agent_replies().later()
    story.happens(PersonTapped(at=now, received_at=now, mid="m_t", title="Hours", payload="/hours"))
    assert {c.bot for c in story.commands if isinstance(c, AskBot | TellBot)} == {OWN_BOT}


def test_a_menu_that_connects_with_a_human_leaves_the_person_with_the_bot_they_have():
    story = Bots().with_moodbot()
    now = story.later()
    story.happens(PersonTapped(at=now, received_at=now, mid="m_t", title="Help", payload=CONNECT))
    assert (story.owner, story.conversation.bot) == (Owner.HANDING_OFF, "moodbot")


def test_a_bot_that_cannot_be_reached_leaves_the_person_with_the_one_before():
    story = Bots().says("cheer me up").answers(handoff=TO_MOODBOT)
    turn = story.conversation.turn
    story.answers(away=True)
    assert story.said == [POLICY.words.switch_failed.format(title="MoodBot")]
    assert story.offers_a_human
    assert story.conversation.turn == turn
    assert [command.bot for command in story.says("then when are you open?").asked] == [OWN_BOT]


def test_a_bot_that_stays_away_gives_the_person_back_to_the_pages_own():
    story = Bots().with_moodbot().says("I feel low").answers(away=True)
    assert story.said == [POLICY.words.bot_gone.format(title="MoodBot")]
    assert story.told == [TellBot("handoff", {"from_host": MOODBOT})]
    assert story.answers("Welcome back.").said == ["Welcome back."]


def test_with_every_bot_away_a_human_is_offered():
    story = Bots().with_moodbot().says("I feel low").answers(away=True).answers(away=True)
    assert story.said == [POLICY.words.bot_away]
    assert story.offers_a_human


def test_bots_that_pass_at_each_other_stop_and_offer_a_human():
    story = Bots().says("cheer me up").answers(handoff=TO_MOODBOT)
    story.answers(handoff=HandoffAsked(host=OWN)).answers(handoff=TO_MOODBOT)
    assert story.said == [POLICY.words.bots_in_circles]
    assert story.offers_a_human
    assert not story.told
    again = story.says("cheer me up all the same").answers(handoff=TO_MOODBOT)
    assert again.told == [switch("moodbot", from_host=OWN)]


def test_a_bot_that_hands_the_person_to_itself_has_no_answer():
    story = Bots().with_moodbot().says("cheer me up").answers(handoff=TO_MOODBOT)
    assert story.said == [POLICY.words.bot_failed]
    assert story.says("please").answers("Here.", handoff=TO_MOODBOT).said == ["Here."]


def test_a_human_handoff_of_another_bot_has_its_recap_and_comes_back_to_it():
    story = Bots().with_moodbot().says("a person please")
    story.answers(handoff=HandoffAsked(reason="user_asked", summary="Wants a sad book."))
    assert "Wants a sad book." in story.said[0]
    story.message_is_sent().call_settles(ControlCall.PASS)
    story.agent_replies().control_comes_back()
    (tell,) = story.told
    assert (tell.intent, tell.bot, tell.entities["outcome"]) == ("handback", "moodbot", "done")
    story.answers("MoodBot again.")
    assert [command.bot for command in story.says("thanks").asked] == ["moodbot"]


def test_a_switch_that_an_agent_interrupts_has_not_happened():
    story = Bots().says("cheer me up").answers(handoff=TO_MOODBOT)
    turn = story.conversation.turn
    story.agent_replies()
    now = story.later()
    story.happens(
        BotAnswered(
            at=now,
            received_at=now,
            turn=turn,
            messages=(BotMessage(text="MoodBot here."),),
            intent="handoff",
            bot="moodbot",
            is_switch=True,
        )
    )
    assert story.said == []
    story.control_comes_back()
    assert [tell.bot for tell in story.told] == [OWN_BOT]


def test_outside_its_hours_a_bot_is_not_switched_to():
    hours = parse_hours("UTC", "Mon 09:00-09:01")
    closed = replace(POLICY.targets["moodbot"], hours=hours)
    story = Bots(policy=replace(POLICY, targets={**POLICY.targets, "moodbot": closed}))
    story.says("cheer me up").answers(handoff=TO_MOODBOT)
    assert story.said == [POLICY.words.closed]
    assert not story.told


def test_a_bot_without_a_word_for_the_handoff_is_announced_by_the_bridge():
    story = Bots().says("cheer me up").answers(handoff=TO_MOODBOT).answers()
    assert story.said == [POLICY.words.switched.format(title="MoodBot")]
    story.says("enough").answers(handoff=HandoffAsked(host=OWN)).answers()
    assert story.said == [POLICY.words.handback]


def test_a_person_whose_bot_is_no_longer_listed_has_the_pages_own():
    story = Bots().with_moodbot()
    story.policy = replace(POLICY, targets={"page_inbox": POLICY.targets["page_inbox"]})
    assert [command.bot for command in story.says("hello?").asked] == [OWN_BOT]


def test_an_operator_hands_to_a_bot_too():
    story = Bots().says("cheer me up").answers("I can't.")
    now = story.later()
    story.happens(OperatorPassed(at=now, received_at=now, target="moodbot"))
    assert story.told == [switch("moodbot", from_host=OWN)]


def test_an_operator_who_hands_to_the_bot_that_has_the_person_does_nothing():
    story = Bots().with_moodbot()
    now = story.later()
    story.happens(OperatorPassed(at=now, received_at=now, target="moodbot"))
    assert story.commands == ()


def test_an_operator_hands_to_a_bot_that_has_had_the_person_since_their_last_word():
    story = Bots().says("a quiz").answers(handoff=TO_MOODBOT)
    story.answers(handoff=HandoffAsked(target="quizbot")).answers("Quiz!")
    now = story.later()
    story.happens(OperatorPassed(at=now, received_at=now, target="moodbot"))
    assert story.told == [switch("moodbot", from_host=QUIZBOT)]


def test_a_tap_that_connects_with_a_bot_is_written_down():
    story = Bots().says("Cheer me up", payload=f"{CONNECT}:moodbot")
    assert story.told == [switch("moodbot", from_host=OWN)]
    assert [line.text for line in story.transcript] == ["Cheer me up"]


def test_what_the_bot_before_could_not_answer_is_not_held_against_the_new_one():
    story = Bots()
    for _ in range(2):
        story.says("hello?").answers()
    now = story.later()
    story.happens(OperatorPassed(at=now, received_at=now, target="moodbot"))
    story.answers().says("I feel low").answers()
    assert story.said == [POLICY.words.bot_failed]
