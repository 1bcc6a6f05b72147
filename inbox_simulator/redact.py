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


def raw_body(raw: str) -> str:
    """Hide whatever stands behind a secret's name in a body that may be no JSON."""
    return _IN_TEXT.sub(rf"\1{HIDDEN}", raw)


def scrub(value: Any, secrets: Iterable[str]) -> Any:
    """Return a copy in which known secrets are hidden wherever they occur in a text."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
        return value
    if isinstance(value, Mapping):
        return {key: scrub(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [scrub(item, secrets) for item in value]
    return value


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return mapping(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    return value
