from typing import Any

import pytest

from messenger_app.conversation.events import HandoffAsked
from messenger_app.conversation.messages import BotMessage, TemplateButton
from messenger_app.rasa.replies import from_rest, from_tracker

HANDOFF = {"target": "page_inbox", "reason": "user_asked", "summary": "Wants a person."}


def only(reply: Any) -> BotMessage:
    (message,), _ = from_rest([reply])
    return message


def asked(custom: Any) -> HandoffAsked | None:
    return from_rest([{"recipient_id": "1", "custom": custom}])[1]


def test_texts_keep_their_order() -> None:
    messages, handoff = from_rest([{"text": "One"}, {"text": "Two"}])
    assert [message.text for message in messages] == ["One", "Two"]
    assert handoff is None


def test_a_text_may_have_a_picture_and_buttons() -> None:
    reply = {
        "text": "Our shop",
        "image": "https://example.org/shop.jpg",
        "buttons": [{"title": "Hours", "payload": "/hours"}, {"title": "Thanks"}],
    }
    assert only(reply) == BotMessage(
        text="Our shop",
        image="https://example.org/shop.jpg",
        buttons=(("Hours", "/hours"), ("Thanks", "Thanks")),
    )


@pytest.mark.parametrize(
    "buttons",
    [None, {}, "x", [], [None, "x", {}, {"title": None}, {"title": ""}, {"payload": "/x"}]],
)
def test_what_is_no_button_is_left_out(buttons: Any) -> None:
    assert only({"text": "Hi", "buttons": buttons}).buttons == ()


@pytest.mark.parametrize(
    "reply",
    [None, "words", [], {}, {"text": None}, {"text": " \n"}, {"custom": {}}, {"custom": None}],
)
def test_what_says_nothing_is_no_message(reply: Any) -> None:
    assert from_rest([reply]) == ((), None)


def test_a_handoff_is_read_with_all_it_says() -> None:
    answers = {"name": "Ana", "order": 7, "problem": None, "email": "None", "note": ""}
    assert asked({"handoff": {**HANDOFF, "answers": answers}}) == HandoffAsked(
        target="page_inbox",
        reason="user_asked",
        summary="Wants a person.",
        answers={"name": "Ana", "order": "7"},
    )


@pytest.mark.parametrize(
    "handoff",
    [{}, {"target": None, "reason": None, "summary": None}, {"summary": "None", "answers": []}],
)
def test_a_handoff_may_say_nothing_at_all(handoff: Any) -> None:
    assert asked({"handoff": handoff}) == HandoffAsked()


@pytest.mark.parametrize(
    "custom",
    [None, "x", [], {"handoff": None}, {"handoff": "page_inbox"}, {"handoff": True}, {"a": 1}],
)
def test_what_is_no_handoff_asks_for_none(custom: Any) -> None:
    assert asked(custom) is None


def test_the_first_of_two_handoffs_counts() -> None:
    replies = [{"custom": {"handoff": {"target": target}}} for target in ("billing", "page_inbox")]
    _, handoff = from_rest(replies)
    assert handoff is not None
    assert handoff.target == "billing"


def test_words_beside_a_handoff_are_said() -> None:
    messages, handoff = from_rest([{"text": "One moment"}, {"custom": {"handoff": HANDOFF}}])
    assert [message.text for message in messages] == ["One moment"]
    assert handoff is not None


def test_a_message_of_the_bots_own_making_is_passed_on() -> None:
    template = {"attachment": {"type": "template", "payload": {"template_type": "button"}}}
    assert only({"custom": template}).custom == template


def test_a_handoff_within_such_a_message_is_not_sent_to_the_platform() -> None:
    (message,), handoff = from_rest([{"custom": {"text": "One moment", "handoff": HANDOFF}}])
    assert message.custom == {"text": "One moment"}
    assert handoff is not None


# The tracker


def user(key: Any) -> dict[str, Any]:
    return {"event": "user", "text": "Hi", "metadata": {"request": key}}


def uttered(text: str | None, **data: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("elements", "quick_replies", "buttons", "attachment", "image", "custom"))
    return {"event": "bot", "text": text, "data": empty | data}


def test_a_question_that_was_never_asked_has_no_answer() -> None:
    assert from_tracker([user("other"), uttered("Hi")], "key") is None


def test_a_question_that_was_asked_may_have_an_empty_answer() -> None:
    assert from_tracker([user("key"), {"event": "action"}], "key") == ((), None)


def test_a_question_that_rasa_writes_down_twice_is_one_question():
    # What its fallback understood late it takes back and brings again, with the same metadata.
    events = [user("key"), {"event": "rewind"}, user("key"), uttered("One"), user("next")]
    assert from_tracker(events, "key") == from_rest([{"text": "One"}])


def test_the_answer_ends_where_the_next_question_begins() -> None:
    found = from_tracker([user("key"), uttered("One"), user("next"), uttered("Two")], "key")
    assert found is not None
    assert [message.text for message in found[0]] == ["One"]


def test_buttons_and_handoff_are_found_as_they_were_answered() -> None:
    buttons = [{"title": "Hours", "payload": "/hours"}]
    events = [
        user("key"),
        {"event": "slot", "name": "x"},
        uttered("Hi", buttons=buttons),
        uttered(None, custom={"handoff": HANDOFF}),
    ]
    rest = [{"text": "Hi", "buttons": buttons}, {"custom": {"handoff": HANDOFF}}]
    assert from_tracker(events, "key") == from_rest(rest)


@pytest.mark.parametrize(
    "odd", [None, "x", {}, {"event": "user"}, {"event": "user", "metadata": None}, user(None)]
)
def test_an_odd_event_is_no_question_of_ours(odd: Any) -> None:
    assert from_tracker([odd, uttered("Hi")], "key") is None


def test_a_bots_event_without_data_still_has_its_words() -> None:
    found = from_tracker([user("key"), {"event": "bot", "text": "Hi", "data": None}], "key")
    assert found == ((BotMessage(text="Hi"),), None)


# Attachments and buttons that need a template


@pytest.mark.parametrize(
    ("attachment", "kind"),
    [
        ("https://example.org/list.pdf", "file"),
        ("https://example.org/shop.JPG?size=2", "image"),
        ("https://example.org/tour.mp4", "video"),
        ("https://example.org/hello.mp3", "audio"),
        ("https://example.org", "file"),
    ],
)
def test_an_attachment_may_be_all_there_is(attachment: str, kind: str) -> None:
    sent = {"type": kind, "payload": {"url": attachment}}
    assert only({"attachment": attachment}).attachment == sent


@pytest.mark.parametrize(
    "attachment",
    [
        {"url": "https://example.org/tour.mp4"},
        {"url": "https://example.org/tour.mp4", "type": "video"},
        {"payload": {"url": "https://example.org/tour.mp4"}},
        {"payload": "https://example.org/tour.mp4", "type": "video"},
    ],
)
def test_the_address_of_an_attachment_is_found_however_it_is_told(attachment: Any) -> None:
    sent = {"type": "video", "payload": {"url": "https://example.org/tour.mp4"}}
    assert only({"attachment": attachment}).attachment == sent


def test_an_attachment_of_the_send_api_stays_what_it_is() -> None:
    attachment: dict[str, object] = {"type": "image", "payload": {"attachment_id": "7"}}
    assert only({"text": "Hi", "attachment": attachment}) == BotMessage(
        text="Hi", attachment=attachment
    )


@pytest.mark.parametrize("attachment", [None, "", 7, [], {}, {"type": "image"}, {"payload": {}}])
def test_what_is_no_attachment_is_left_out(attachment: Any) -> None:
    assert only({"text": "Hi", "attachment": attachment}).attachment is None


def test_buttons_that_open_something_or_stay_need_a_template() -> None:
    message = only(
        {
            "text": "Hi",
            "buttons": [
                {"title": "Map", "type": "web_url", "url": "https://example.org/map"},
                {"title": "Call", "type": "phone_number", "payload": "+441"},
                {"title": "Buy", "type": "postback", "payload": "/buy"},
                {"title": "Hours", "payload": "/hours"},
            ],
        }
    )
    assert message.template == (
        TemplateButton(title="Map", url="https://example.org/map"),
        TemplateButton(title="Call", phone_number="+441"),
        TemplateButton(title="Buy", payload="/buy"),
    )
    assert message.buttons == (("Hours", "/hours"),)


def test_vertical_buttons_stay() -> None:
    message = only({"text": "Hi", "button_type": "vertical", "buttons": [{"title": "A"}]})
    assert message.template == (TemplateButton(title="A", payload="A"),)
    assert message.buttons == ()


@pytest.mark.parametrize("empty", [{"text": ""}, {"text": " "}, {"text": None, "attachment": {}}])
def test_an_empty_message_of_the_bots_own_making_is_none(empty: Any) -> None:
    assert from_rest([{"custom": empty}]) == ((), None)


def test_the_words_of_a_template_of_its_own_are_known() -> None:
    payload = {"template_type": "button", "text": "Choose", "buttons": []}
    assert only({"custom": {"attachment": {"type": "template", "payload": payload}}}).text == (
        "Choose"
    )


def test_a_bot_that_a_starter_pack_names_is_asked_for_by_its_address() -> None:
    url = "http://127.0.0.1:5007"
    assert asked({"handoff_host": url, "title": "MoodBot"}) == HandoffAsked(host=url)
    assert asked({"handoff_host": None}) is None
    assert asked({"handoff_host": url, "handoff": HANDOFF}) != HandoffAsked(host=url)


def test_the_tracker_tells_the_same_as_the_rest_channel_did() -> None:
    buttons, picture = [{"title": "A", "payload": "/a"}], "https://example.org/a.jpg"
    elements = [{"title": "One", "subtitle": "first", "buttons": buttons}]
    events = [
        user("key"),
        uttered("Two\n\nparts"),
        uttered("Hi", buttons=buttons, image=picture, attachment=picture),
        uttered("Quick", quick_replies=buttons, attachment="https://example.org/a.pdf"),
        uttered(None, elements=elements),
    ]
    rest = [
        {"text": "Two"},
        {"text": "parts"},
        {"text": "Hi", "buttons": buttons},
        {"image": picture},
        {"text": "Quick", "buttons": buttons},
        {"attachment": "https://example.org/a.pdf"},
        {"text": "One : first", "buttons": buttons},
    ]
    assert from_tracker(events, "key") == from_rest(rest)
