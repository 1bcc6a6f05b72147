from typing import Any

import pytest

from messenger_app.conversation.messages import Attachment
from messenger_app.webhook.attachments import read

THUMBS_UP = 369239263222822


def of(kind: str, **payload: Any) -> dict[str, Any]:
    return {"type": kind, "payload": payload}


def test_a_picture_has_its_address() -> None:
    assert read([of("image", url="https://x/a")]) == (Attachment(kind="image", url="https://x/a"),)


@pytest.mark.parametrize("sticker", [7, "7"])
@pytest.mark.parametrize("kind", ["sticker", "image"])
def test_a_sticker_is_one_however_it_comes(kind: str, sticker: int | str) -> None:
    assert [(a.kind, a.sticker_id) for a in read([of(kind, sticker_id=sticker)])] == [
        ("sticker", "7")
    ]


def test_a_sticker_that_comes_in_both_forms_is_there_once() -> None:
    both = [of("sticker", sticker_id=7, url="u"), of("image", sticker_id="7", url="u")]
    assert len(read(both)) == 1


def test_two_pictures_are_two() -> None:
    assert len(read([of("image", url="a"), of("image", url="b")])) == 2


@pytest.mark.parametrize("sticker", [THUMBS_UP, str(THUMBS_UP)])
def test_the_thumbs_up_is_told_from_other_stickers(sticker: int | str) -> None:
    assert [a.kind for a in read([of("image", sticker_id=sticker)])] == ["thumbs_up"]


def test_a_place_has_its_coordinates() -> None:
    place = {**of("location", coordinates={"lat": 52.5, "long": -13}), "title": "Ana's location"}
    assert read([place]) == (
        Attachment(kind="location", title="Ana's location", latitude=52.5, longitude=-13.0),
    )


@pytest.mark.parametrize("coordinates", [None, "x", {}, {"lat": "x", "long": 1e400}])
def test_a_place_may_be_nowhere(coordinates: Any) -> None:
    assert read([of("location", coordinates=coordinates)]) == (Attachment(kind="location"),)


def test_a_link_may_come_without_a_payload() -> None:
    bare = {"type": "fallback", "payload": None, "url": "https://x", "title": "X"}
    assert read([bare]) == (Attachment(kind="fallback", url="https://x", title="X"),)


@pytest.mark.parametrize("listed", [None, "x", {}, [], [None, "x", 7]])
def test_what_is_no_attachment_is_none(listed: Any) -> None:
    assert read(listed) == ()


@pytest.mark.parametrize("odd", [{}, {"type": None}, {"type": 7}, of("image", url={"a": 1})])
def test_nothing_odd_is_an_error(odd: dict[str, Any]) -> None:
    (attachment,) = read([odd])
    assert attachment.url == ""
