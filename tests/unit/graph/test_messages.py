from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from messenger_app.conversation import buttons as payload_of
from messenger_app.conversation.messages import BotMessage, TemplateButton
from messenger_app.graph.messages import (
    LONGEST_TEMPLATE_TEXT,
    MOST_QUICK_REPLIES,
    render,
    split,
)

texts = st.text(st.sampled_from("ab .!?\n\u00a0ü👋"), max_size=300)


def rendered(message: BotMessage) -> dict[str, Any]:
    """Render with a key and a turn that the tests below know."""
    return render(message, "mh:1", key="key", turn=3)


buttons = st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), max_size=20).map(tuple)


# Splitting


@given(texts.filter(str.strip), buttons)
def test_the_buttons_stand_below_the_last_part(
    text: str, some: tuple[tuple[str, str], ...]
) -> None:
    parts = split(BotMessage(text=text * 20, buttons=some))
    assert len(parts[-1].buttons) == min(len(some), MOST_QUICK_REPLIES)
    assert all(part.buttons == () for part in parts[:-1])


def test_of_too_many_buttons_the_last_one_stays() -> None:
    many = tuple((str(number), f"/{number}") for number in range(20))
    (message,) = split(BotMessage(text="Choose", buttons=many))
    assert [title for title, _ in message.buttons] == [*map(str, range(12)), "19"]


def test_a_picture_goes_before_its_text() -> None:
    picture, text = split(BotMessage(text="Our shop", image="https://example.org/shop.jpg"))
    assert (picture.image, picture.text) == ("https://example.org/shop.jpg", "")
    assert (text.image, text.text) == (None, "Our shop")


def test_a_picture_alone_has_the_buttons() -> None:
    (picture,) = split(BotMessage(image="https://example.org/a.jpg", buttons=(("A", "/a"),)))
    assert picture.buttons == (("A", "/a"),)


def test_nothing_is_no_message() -> None:
    assert split(BotMessage(text=" \n ")) == []


def test_a_message_of_the_bots_own_making_is_passed_on() -> None:
    own = BotMessage(custom={"attachment": {"type": "template"}})
    assert split(own) == [own]


def test_a_long_text_of_the_bots_own_making_is_cut_and_keeps_the_rest_below_its_end() -> None:
    quick = [{"content_type": "text", "title": "A", "payload": "/a"}]
    text = "One sentence. " * 200
    own: dict[str, object] = {"text": text, "quick_replies": quick}
    *first, last = split(BotMessage(text=text, custom=own))
    assert [part.custom for part in first] == [None]
    assert last.custom == {"text": last.text, "quick_replies": quick}
    assert all(0 < len(part.text) <= 2000 for part in (*first, last))
    assert " ".join(part.text for part in (*first, last)) == text.strip()


# The Send API's object


def test_a_text_is_rendered_with_its_metadata() -> None:
    assert rendered(BotMessage(text="Hi")) == {"text": "Hi", "metadata": "mh:1"}


def test_buttons_become_quick_replies() -> None:
    long = "Ask about the delivery of an order"
    message = BotMessage(text="Hi", buttons=((long, "/ask"), ("B", "B")))
    assert rendered(message)["quick_replies"] == [
        {"content_type": "text", "title": "Ask about the…", "payload": "/ask"},
        {"content_type": "text", "title": "B", "payload": "B"},
    ]


def test_a_picture_is_rendered_as_an_attachment_without_text() -> None:
    assert rendered(BotMessage(image="https://example.org/a.jpg")) == {
        "attachment": {"type": "image", "payload": {"url": "https://example.org/a.jpg"}},
        "metadata": "mh:1",
    }


def test_our_metadata_replaces_the_bots_own() -> None:
    custom: dict[str, object] = {"text": "Hi", "metadata": "theirs"}
    assert rendered(BotMessage(custom=custom)) == {"text": "Hi", "metadata": "mh:1"}
    assert custom["metadata"] == "theirs"


# Button templates


def link(title: str) -> TemplateButton:
    return TemplateButton(title=title, url="https://example.org/" + title)


def staying(title: str) -> TemplateButton:
    return TemplateButton(title=title, payload="/" + title)


def test_a_template_has_the_text_and_its_buttons_and_the_quick_replies_below() -> None:
    (message,) = split(
        BotMessage(
            text="Our shop",
            buttons=(("Hours", "/hours"),),
            template=(link("map"), staying("buy"), TemplateButton(title="Call", phone_number="+1")),
        )
    )
    assert rendered(message) == {
        "attachment": {
            "type": "template",
            "payload": {
                "template_type": "button",
                "text": "Our shop",
                "buttons": [
                    {"type": "web_url", "title": "map", "url": "https://example.org/map"},
                    {"type": "postback", "title": "buy", "payload": "mh:3:/buy"},
                    {"type": "phone_number", "title": "Call", "payload": "+1"},
                ],
            },
        },
        "quick_replies": [{"content_type": "text", "title": "Hours", "payload": "/hours"}],
        "metadata": "mh:1",
    }


def test_of_a_text_that_is_too_long_for_a_template_the_end_has_the_buttons() -> None:
    text = "A sentence with five words. " * 60
    *before, last = split(BotMessage(text=text, template=(link("map"),)))
    assert 0 < len(last.text) <= LONGEST_TEMPLATE_TEXT
    assert " ".join([*(part.text for part in before), last.text]) == text.strip()
    assert len(before) == 1
    assert last.template


def test_more_than_three_buttons_that_stay_become_quick_replies() -> None:
    (message,) = split(BotMessage(text="Hi", template=tuple(map(staying, "abcd"))))
    assert message.template == ()
    assert message.buttons == (("a", "/a"), ("b", "/b"), ("c", "/c"), ("d", "/d"))


def test_more_than_three_links_go_on_in_another_template_under_their_titles() -> None:
    first, second = split(BotMessage(text="Hi", template=tuple(map(link, "abcde"))))
    assert (first.text, [button.title for button in first.template]) == ("Hi", ["a", "b", "c"])
    assert (second.text, [button.title for button in second.template]) == ("d · e", ["d", "e"])


def test_buttons_without_words_stand_below_their_titles() -> None:
    (quick,) = split(BotMessage(buttons=(("A", "/a"), ("B", "/b"))))
    assert (quick.text, quick.buttons) == ("A · B", (("A", "/a"), ("B", "/b")))
    picture, template = split(BotMessage(image="https://example.org/a.jpg", template=(link("m"),)))
    assert (picture.image, template.text) == ("https://example.org/a.jpg", "m")


def test_an_attachment_goes_before_its_text_as_it_is() -> None:
    attachment: dict[str, object] = {"type": "file", "payload": {"url": "https://example.org/a"}}
    file, text = split(BotMessage(text="The list", attachment=attachment))
    assert rendered(file) == {"attachment": attachment, "metadata": "mh:1"}
    assert text.text == "The list"


# Payloads


def test_a_payload_that_is_too_long_stays_at_home_and_can_be_found_again() -> None:
    long = "/tell" + "x" * 1000
    message = BotMessage(text="Hi", buttons=(("A", "/a"), ("B", long)), template=(staying("c"),))
    _, quick = rendered(message)["quick_replies"]
    kept = payload_of.read(quick["payload"]).kept
    assert kept == payload_of.Kept("key", 1)
    assert message.payloads[kept.button] == long


def test_in_a_message_of_the_bots_own_making_buttons_that_stay_carry_their_turn() -> None:
    long = "/tell" + "x" * 1000
    postbacks = [{"type": "postback", "title": "A", "payload": payload} for payload in ("/a", long)]
    payload = {"template_type": "generic", "elements": [{"title": "T", "buttons": postbacks}]}
    quick = {"content_type": "text", "title": "Q", "payload": "/q"}
    message = BotMessage(
        custom={
            "attachment": {"type": "template", "payload": payload},
            "quick_replies": [quick, {"content_type": "user_email"}],
        }
    )
    sent = rendered(message)
    first, second = sent["attachment"]["payload"]["elements"][0]["buttons"]
    assert first["payload"] == "mh:3:/a"
    kept = payload_of.read(second["payload"]).kept
    assert kept is not None
    assert message.payloads[kept.button] == long
    assert sent["quick_replies"] == [quick, {"content_type": "user_email"}]


@given(st.text(), st.integers(0, 10**6), st.booleans())
def test_whatever_is_sent_in_a_payload_is_read_back(payload: str, turn: int, stays: bool) -> None:
    kept = payload_of.Kept("0123456789abcdef", 2)
    if stays:
        sent = payload_of.read(payload_of.dated(payload, turn, kept))
        assert sent.sent_in == turn
        assert sent.kept == kept or sent.payload == payload
    elif not payload.startswith("mh:"):
        assert payload_of.read(payload_of.undated(payload, turn, kept)).payload == payload
