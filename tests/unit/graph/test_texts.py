import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger_app.graph.texts import LONGEST_TEXT, LONGEST_TITLE, shorten, split_text

texts = st.text(st.sampled_from("ab .!?\n\u00a0ü👋"), max_size=300)


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


# Signs that are drawn from several


def test_an_emoji_counts_twice_since_nobody_knows_how_messenger_counts() -> None:
    assert split_text("👋" * 6, 10) == ["👋" * 5, "👋"]
    assert shorten("👋" * 11) == "👋" * 9 + "…"


@pytest.mark.parametrize(
    "sign", ["👍🏽", "e\u0301", "👩\u200d👩\u200d👧"], ids=["skin", "accent", "family"]
)
def test_a_sign_is_not_torn_apart(sign: str) -> None:
    for before in range(1, 20):
        cut = shorten("x" * before + sign * 12)
        rest = cut.removesuffix("…").lstrip("x")
        assert rest == sign * (len(rest) // len(sign))


def test_one_sign_that_is_too_long_by_itself_is_torn_all_the_same() -> None:
    assert "".join(split_text("e" + "\u0301" * 30, 10)) == "e" + "\u0301" * 30
