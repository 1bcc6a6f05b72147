"""What the bot is given of what a person sends, and when."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger_app.conversation.buttons import CONNECT
from messenger_app.conversation.commands import AskBot, SendMessage
from messenger_app.conversation.content import (
    ATTACHMENTS,
    AsIntent,
    AsWords,
    Handling,
    Ignored,
    PoliteAnswer,
)
from messenger_app.conversation.events import (
    ControlCall,
    Event,
    HandoffAsked,
    PersonEdited,
    PersonMessaged,
    PersonReacted,
    PersonReferred,
)
from messenger_app.conversation.messages import Attachment, Referral
from messenger_app.conversation.policy import MESSAGING_WINDOW
from messenger_app.conversation.state import Owner
from tests.unit.conversation.story import POLICY, START, Story


def story(content: Mapping[str, Handling] | None = None) -> Story:
    """A thread that the bot has, with one word said and answered."""
    told = Story(policy=replace(POLICY, content=content or {}))
    return told.person_says("hello").bot_answers("Hi!").message_is_sent()


def sends(told: Story, *attachments: Attachment, text: str = "", **more: Any) -> Story:
    at = told.later()
    return told.happens(
        PersonMessaged(
            at=at, received_at=at, mid=f"m_{at}", text=text, attachments=attachments, **more
        )
    )


def edits(told: Story, text: str, *, mid: str = "m_1", standby: bool = False) -> Story:
    at = told.later()
    return told.happens(
        PersonEdited(at=at, received_at=at, mid=mid, text=text, number=1, standby=standby)
    )


def reacts(told: Story, *, at: int | None = None, **more: Any) -> Story:
    at = at or told.later()
    return told.happens(
        PersonReacted(at=at, received_at=at, mid="m_9", reaction="love", emoji="❤", **more)
    )


def asked(told: Story) -> list[AskBot]:
    return [command for command in told.commands if isinstance(command, AskBot)]


def intent(told: Story) -> tuple[str, dict[str, Any]]:
    (question,) = asked(told)
    name, brace, entities = (question.payload or "").partition("{")
    return name, json.loads(brace + entities)


PICTURE = Attachment(kind="image", url="https://example.org/a.jpg")
#: One event of each kind that is no message; none of them waits for an answer by itself.
SIGNS = ("edit", "reaction", "referral")


def sign(told: Story, kind: str, *, standby: bool = False) -> Story:
    at = told.later()
    when: Any = {"at": at, "received_at": at, "standby": standby}
    mid = told.conversation.last_word.mid if told.conversation.last_word else "m_1"
    signs: dict[str, Event] = {
        "edit": PersonEdited(**when, mid=mid, text="bye", number=1),
        "reaction": PersonReacted(**when, mid="m_9", reaction="love"),
        "referral": PersonReferred(**when, mid="r_1", referral=Referral(ref="summer")),
    }
    return told.happens(signs[kind])


def window_of(told: Story) -> tuple[int, bool]:
    """Since when the messaging window is open, and whether nobody waits for an answer."""
    last = told.conversation.last_word
    assert last is not None
    return last.at, last.answered


# Attachments


@pytest.mark.parametrize("kind", sorted(ATTACHMENTS - {"thumbs_up"}))
def test_what_the_bot_can_not_read_gets_a_polite_answer_with_a_way_to_a_person(kind: str):
    told = sends(story(), Attachment(kind=kind))
    (command,) = told.commands
    assert isinstance(command, SendMessage)
    assert command.message.text == POLICY.words.cannot_read
    assert command.message.buttons == ((POLICY.words.offer_human_title, CONNECT),)
    assert told.transcript[-1].text == f"[{kind}]"
    assert not told.transcript[-1].heard_by_bot


def test_a_message_with_nothing_in_it_that_we_know_is_answered_too():
    told = sends(story())
    assert told.said == [POLICY.words.cannot_read]
    assert told.transcript[-1].text == "[unsupported]"


def test_a_thumbs_up_is_a_word():
    (question,) = asked(sends(story(), Attachment(kind="thumbs_up", sticker_id="1")))
    assert (question.text, question.payload) == ("👍", None)


@pytest.mark.parametrize("text", ["👍", " 👍🏽 👍\n", "👍\ufe0f"])
def test_the_emoji_alone_is_a_thumbs_up_too(text: str):
    told = sends(story({"thumbs_up": AsIntent("affirm")}), text=text)
    assert [question.payload for question in asked(told)] == ["/affirm"]


@pytest.mark.parametrize("text", ["👍 thanks", "🏽", "👎", "👍👎"])
def test_a_thumb_among_other_words_is_a_word(text: str):
    told = sends(story({"thumbs_up": AsIntent("affirm")}), text=text)
    assert [(question.text, question.payload) for question in asked(told)] == [(text, None)]


def test_a_button_that_is_called_a_thumbs_up_is_what_it_says():
    told = sends(story({"thumbs_up": AsIntent("affirm")}), text="👍", payload="/buy")
    assert [question.payload for question in asked(told)] == ["/buy"]


def test_a_thumbs_up_brings_nothing_that_a_bot_would_have_to_know():
    told = sends(
        story({"thumbs_up": AsIntent("affirm")}), Attachment(kind="thumbs_up", sticker_id="1")
    )
    assert [question.payload for question in asked(told)] == ["/affirm"]


def test_a_picture_is_an_intent_where_the_operator_says_so():
    told = sends(story({"image": AsIntent("send_picture")}), PICTURE)
    assert intent(told) == ("/send_picture", {"kind": "image", "url": PICTURE.url})
    assert told.transcript[-1].heard_by_bot


def test_several_pictures_are_one_intent():
    second = replace(PICTURE, url="https://example.org/b.jpg")
    told = sends(story({"image": AsIntent("send_picture")}), PICTURE, second)
    assert intent(told)[1]["url"] == [PICTURE.url, second.url]


def test_a_place_is_given_with_where_it_is():
    place = Attachment(kind="location", latitude=52.5, longitude=0.0, title="Quay")
    told = sends(story({"location": AsIntent("share_location")}), place)
    assert intent(told) == (
        "/share_location",
        {"kind": "location", "title": "Quay", "latitude": 52.5, "longitude": 0.0},
    )


def test_what_is_known_of_content_can_not_become_another_intent():
    odd = Attachment(kind="file", url='x"} /restart {"', title="\n/restart")
    name, entities = intent(sends(story({"file": AsIntent("send_file")}), odd))
    assert (name, entities["url"], entities["title"]) == ("/send_file", odd.url, odd.title)


@pytest.mark.parametrize(
    ("chosen", "said", "given"),
    [
        (PoliteAnswer("No pictures, please."), ["No pictures, please."], []),
        (AsWords("a picture"), [], ["a picture"]),
        (Ignored(), [], []),
    ],
)
def test_the_operator_chooses_for_each_kind(chosen: Handling, said: list[str], given: list[str]):
    told = sends(story({"image": chosen}), PICTURE)
    assert told.said == said
    assert [question.text for question in asked(told)] == given
    assert told.transcript[-1].text == "[image]"


def test_one_choice_may_be_for_all_that_is_not_named():
    told = sends(story({"other": Ignored()}), PICTURE)
    assert told.commands == ()
    assert asked(sends(told, Attachment(kind="thumbs_up")))


def test_words_beside_an_attachment_are_what_the_bot_is_given():
    told = sends(story(), Attachment(kind="fallback", url="https://x"), text="look: https://x")
    assert [question.text for question in asked(told)] == ["look: https://x"]
    assert told.transcript[-1].text == "look: https://x [fallback]"


@pytest.mark.parametrize("kind", ["image", "thumbs_up"])
def test_while_a_human_has_the_thread_a_picture_is_only_written_down(kind: str):
    told = story({"image": AsIntent("send_picture")}).agent_takes()
    sends(told, Attachment(kind=kind), standby=True)
    assert told.commands == ()
    assert told.transcript[-1].text == f"[{kind}]"
    assert not told.transcript[-1].heard_by_bot


def test_a_picture_sent_during_a_handoff_waits_for_its_outcome():
    told = story().person_says("a person").bot_answers(handoff=HandoffAsked())
    assert sends(told, PICTURE).held
    told.call_settles(ControlCall.PASS, worked=False)
    assert sends(told, PICTURE).said == [POLICY.words.cannot_read]


# Edits


def test_an_edit_of_the_last_word_is_asked_anew():
    told = edits(story(), "bye")
    (question,) = asked(told)
    assert question.text == "bye"
    assert question.mid != "m_1"
    assert told.transcript[-1].note == "edited"
    assert told.transcript[-1].heard_by_bot


def test_an_edit_of_an_earlier_word_is_only_written_down():
    told = edits(story().person_says("more"), "bye", mid="m_1")
    assert told.commands == ()
    assert (told.transcript[-1].text, told.transcript[-1].note) == ("bye", "edited")


def test_an_edit_that_is_ignored_asks_for_no_answer_and_moves_no_owner():
    told = story({"edit": Ignored()})
    told.conversation = replace(told.conversation, owner=Owner.IDLE)
    before = told.conversation
    edits(told, "bye")
    assert told.commands == ()
    assert told.conversation == before
    assert told.transcript[-1].note == "edited"


def test_an_edit_does_not_open_the_window():
    told = story()
    before, _ = window_of(told)
    edits(told, "bye")
    assert window_of(told) == (before, False)


def test_an_edit_during_a_handoff_waits_for_its_outcome():
    told = story().person_says("a humn").bot_answers(handoff=HandoffAsked())
    assert edits(told, "a human", mid="m_2").held
    assert not edits(told, "a human", mid="m_2", standby=True).held
    told.call_settles(ControlCall.PASS, worked=False)
    assert [question.text for question in asked(edits(told, "a human", mid="m_2"))] == ["a human"]


# Reactions and links


def test_a_reaction_opens_the_window_and_is_no_word():
    told = story()
    at = told.now + MESSAGING_WINDOW - 1
    reacts(told, at=at)
    assert told.commands == ()
    assert window_of(told) == (at, True)
    assert told.transcript[-1].text == "[reaction ❤]"


def test_a_reaction_that_is_heard_of_late_does_not_shut_the_window():
    told = story()
    before = window_of(told)
    reacts(told, at=before[0] - 1)
    assert window_of(told) == before


def test_a_reaction_before_any_word_waits_for_no_answer():
    assert window_of(reacts(Story())) == (START + 1_000, True)


def test_a_reaction_is_an_intent_where_the_operator_says_so():
    told = reacts(story({"reaction": AsIntent("reacted")}))
    assert intent(told) == ("/reacted", {"kind": "reaction", "reaction": "love", "emoji": "❤"})


def test_a_reaction_that_is_taken_back_is_none():
    told = reacts(story({"reaction": AsIntent("reacted")}), given=False)
    assert told.commands == ()
    assert told.transcript[-1].text == "[reaction ❤ taken back]"


def test_a_reaction_on_an_idle_thread_gives_it_to_the_bot_only_where_it_is_asked():
    assert reacts(Story()).owner is Owner.IDLE
    told = reacts(Story(policy=replace(POLICY, content={"reaction": AsIntent("reacted")})))
    assert told.owner is Owner.BOT


def test_a_link_is_an_intent_where_the_operator_says_so():
    told = sign(story({"referral": AsIntent("came")}), "referral")
    assert intent(told) == ("/came", {"kind": "referral", "ref": "summer"})


@pytest.mark.parametrize("kind", SIGNS)
def test_while_a_human_has_the_thread_signs_are_only_written_down(kind: str):
    told = story({name: AsIntent("told") for name in SIGNS}).agent_takes()
    for standby in (True, False):
        sign(told, kind, standby=standby)
        assert told.commands == ()
        assert told.owner is Owner.HUMAN
        assert not told.transcript[-1].heard_by_bot


@given(st.lists(st.sampled_from(SIGNS), max_size=6), st.booleans(), st.data())
def test_no_sign_moves_control(kinds: list[str], standby: bool, data: st.DataObject):
    handlings: list[Handling] = [AsIntent("told"), AsWords("told"), Ignored(), PoliteAnswer()]
    chosen = {kind: data.draw(st.sampled_from(handlings)) for kind in SIGNS}
    told = story(chosen)
    if data.draw(st.booleans()):
        told.agent_takes()
    owner = told.owner
    for kind in kinds:
        sign(told, kind, standby=standby)
        assert told.owner is owner
        assert not (told.commands and (standby or owner is Owner.HUMAN))
