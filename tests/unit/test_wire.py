import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger_app.wire import read_json, write_json

_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _text,
    lambda inner: st.lists(inner) | st.dictionaries(_text, inner),
)


@given(_json)
def test_json_is_read_as_it_is(value: Any) -> None:
    assert read_json(orjson.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (rb'"\ud83d"', "?"),
        (rb'"a\udc4bz"', "a?z"),
        (rb'"\ud83d\ud83d\udc4b"', "?\N{WAVING HAND SIGN}"),
        (rb'{"\ud83d": ["\u00fc", "\ud83d\udc4b"]}', {"?": ["ü", "\N{WAVING HAND SIGN}"]}),
    ],
)
def test_half_an_emoji_becomes_a_question_mark(text: bytes, read: Any) -> None:
    assert read_json(text) == read


@given(st.text(st.sampled_from("\0\\u0a")))
def test_a_nul_becomes_a_sign_that_every_database_takes(text: str) -> None:
    written = orjson.dumps({text: [text]})
    clean = text.replace("\0", "\ufffd")
    assert read_json(written) == {clean: [clean]}
    assert read_json(written, keep_nul=True) == {text: [text]}


@pytest.mark.parametrize(
    "text", [b"", b"{", b"words", b"[NaN]", b"[1e999]", b'"\xff"', b"[" * 100_000, b"[" * 1200]
)
def test_what_is_no_json_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


@given(_json)
def test_json_that_is_written_is_read_again(value: Any) -> None:
    assert read_json(write_json(value)) == value


@pytest.mark.parametrize("odd", ["\ud83d", 2**70, {"\ud83d": [2**70]}])
def test_what_orjson_refuses_is_written_all_the_same(odd: Any) -> None:
    assert json.loads(write_json(odd)) == odd
