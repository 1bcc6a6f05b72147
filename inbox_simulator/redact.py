"""Keeps tokens and secrets out of the journal."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

HIDDEN = "…"
SECRET_NAMES = frozenset({
    "access_token", "input_token", "appsecret_proof", "client_secret", "verify_token",
    "hub.verify_token", "authorization", "app_secret", "cookie",
})  # fmt: skip

_IN_TEXT = re.compile(
    r"""(["']?(?:access_token|input_token|appsecret_proof|client_secret|verify_token)["']?"""
    r"""\s*[=:]\s*["']?)[^"'&\s,}]+"""
)


def mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy in which every value under a secret's name is hidden, at any depth."""
    return {
        key: HIDDEN if key.lower() in SECRET_NAMES else _value(value)
        for key, value in values.items()
    }


def text(raw: str, secrets: Iterable[str]) -> str:
    """Hide known secrets, and whatever stands behind a secret's name, in a raw body."""
    for secret in secrets:
        if secret:
            raw = raw.replace(secret, HIDDEN)
    return _IN_TEXT.sub(rf"\1{HIDDEN}", raw)


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return mapping(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    return value
