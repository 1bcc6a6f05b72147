import pytest

from messenger_app.errors import SignatureError
from messenger_app.webhook.signature import verify
from tests.unit.payloads import APP_SECRET, sign, wire

BODY = wire({"object": "page", "text": "Grüße 👋 https://example.org/"})


def test_the_platforms_signature_is_accepted() -> None:
    verify(BODY, sign(BODY), APP_SECRET)


def test_the_documented_algorithm_gives_a_known_figure() -> None:
    # HMAC-SHA256 of RFC 4231, test case 2: it needs no code of ours to be right.
    known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    verify(b"what do ya want for nothing?", f"sha256={known}", "Jefe")


def test_the_bytes_count_not_what_they_mean() -> None:
    unescaped = BODY.replace(b"\\/", b"/")
    with pytest.raises(SignatureError):
        verify(unescaped, sign(BODY), APP_SECRET)


def test_white_space_after_the_signature_does_not_matter() -> None:
    verify(BODY, sign(BODY) + " ", APP_SECRET)


def test_an_empty_body_can_be_signed() -> None:
    verify(b"", sign(b""), APP_SECRET)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256",
        "sha256=",
        "sha1=" + "0" * 40,
        sign(BODY).removeprefix("sha256="),
        sign(BODY).replace("sha256", "sha512"),
        sign(BODY)[:-1],
        sign(BODY) + "0",
        sign(BODY).upper(),
        "sha256=" + "0" * 64,
        "sha256=ü",
        sign(BODY, "another-secret"),
        sign(BODY + b" "),
    ],
)
def test_anything_else_is_refused(header: str | None) -> None:
    with pytest.raises(SignatureError):
        verify(BODY, header, APP_SECRET)


def test_a_refusal_tells_neither_secret_nor_signature() -> None:
    with pytest.raises(SignatureError) as raised:
        verify(BODY, sign(BODY, "another-secret"), APP_SECRET)
    told = str(raised.value) + repr(raised.value)
    assert APP_SECRET not in told
    assert sign(BODY) not in told
