import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger_app.conversation.events import BotMessage
from messenger_app.graph.messages import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_QUICK_REPLIES,
    render,
    shorten,
    split,
    split_text,
)

texts = st.text(st.sampled_from("ab .!?\n\u00a0ü👋"), max_size=300)
buttons = st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), max_size=20).map(tuple)


# Long texts


@given(texts, st.integers(1, 40))
def test_no_letter_is_lost_and_no_part_is_too_long(text: str, longest: int) -> None:
    parts = split_text(text, longest)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(part) <= longest for part in parts)


@given(st.text(min_size=LONGEST_TEXT - 5, max_size=LONGEST_TEXT + 5))
def test_no_part_is_longer_than_messenger_takes(text: str) -> None:
    assert all(0 < len(part) <= LONGEST_TEXT for part in split_text(text))


@given(texts)
def test_what_fits_stays_whole(text: str) -> None:
    assert split_text(text) == ([text.strip()] if text.strip() else [])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Aaaaa.\n\nB. C\nbb", ["Aaaaa.", "B. C\nbb"]),
        ("Aaa bbb cc dd", ["Aaa bbb cc", "dd"]),
        ("Aaa bbb. C  dd", ["Aaa bbb.", "C  dd"]),
        ("Aaa bbb\nCc. Dd ee", ["Aaa bbb", "Cc. Dd ee"]),
        ("Aaa bb. Cc dd", ["Aaa bb.", "Cc dd"]),
        ("Aaa bbb ccc", ["Aaa bbb", "ccc"]),
        ("aaaaaaaaaabbb", ["aaaaaaaaaa", "bbb"]),
        ("Aaa, bbbb cccccc", ["Aaa, bbbb", "cccccc"]),
    ],
)
def test_the_cut_is_at_the_best_place_there_is(text: str, parts: list[str]) -> None:
    assert split_text(text, 10) == parts


def test_a_part_is_not_cut_short_for_a_better_place_far_before_the_limit() -> None:
    assert split_text("A.\n\nbbbb ccc ddd", 10) == ["A.\n\nbbbb", "ccc ddd"]


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


# Titles


@given(st.text())
def test_a_title_is_never_longer_than_a_quick_reply_shows(title: str) -> None:
    short = shorten(title)
    assert len(short) <= LONGEST_TITLE
    assert short == title or short.endswith("…")


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Chat with a person", "Chat with a person"),
        ("Exactly twenty chars", "Exactly twenty chars"),
        ("Where exactly is the shop?", "Where exactly is…"),
        ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffah…"),
        ("A Donaudampfschifffahrtsgesellschaft", "A Donaudampfschifff…"),
    ],
)
def test_a_long_title_ends_at_a_word_where_it_can(title: str, short: str) -> None:
    assert shorten(title) == short


# The Send API's object


def test_a_text_is_rendered_with_its_metadata() -> None:
    assert render(BotMessage(text="Hi"), "mh:1") == {"text": "Hi", "metadata": "mh:1"}


def test_buttons_become_quick_replies() -> None:
    long = "Ask about the delivery of an order"
    rendered = render(BotMessage(text="Hi", buttons=((long, "/ask"), ("B", "B"))), "mh:1")
    assert rendered["quick_replies"] == [
        {"content_type": "text", "title": "Ask about the…", "payload": "/ask"},
        {"content_type": "text", "title": "B", "payload": "B"},
    ]


def test_a_picture_is_rendered_as_an_attachment_without_text() -> None:
    rendered = render(BotMessage(image="https://example.org/a.jpg"), "mh:1")
    assert rendered == {
        "attachment": {"type": "image", "payload": {"url": "https://example.org/a.jpg"}},
        "metadata": "mh:1",
    }


def test_our_metadata_replaces_the_bots_own() -> None:
    custom: dict[str, object] = {"text": "Hi", "metadata": "theirs"}
    assert render(BotMessage(custom=custom), "mh:1") == {"text": "Hi", "metadata": "mh:1"}
    assert custom["metadata"] == "theirs"
