"""What counts as an answer to a question of the triage form. Pure.

Each function returns the answer as the agent shall read it, or None where it is none. They are
kind: a person who can't get past a question is worse off than an agent who reads an odd answer.
"""

import re

#: Letters that a recap needs at most of one answer. What is cut stands in the thread above.
LONGEST = 500

_MAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\s@<>(),;:.]{2,}")
_PHONE = re.compile(r"[+(]?\d[\d\s()/.-]{4,}\d")
#: How people lead in to their name, in the languages that the bot speaks.
_LEAD_IN = re.compile(
    r"(my name is|my name's|i am|i'm|it's|it is|this is|call me|ich heiße|ich heisse|ich bin|"
    r"mein name ist|name:)\s+",
    re.IGNORECASE,
)


def name(told: str) -> str | None:
    """Take what may be a name: a few words with letters, without what leads in to it."""
    said = _tidy(told)
    lead_in = _LEAD_IN.match(said)
    bare = said[lead_in.end() :].strip(" .!,") if lead_in else said.strip(" .!,")
    is_name = any(c.isalpha() for c in bare) and len(bare.split()) <= 6 and len(bare) <= 80
    return bare if is_name and "?" not in bare else None


def contact(told: str) -> str | None:
    """Find an e-mail address or a telephone number of at least six digits."""
    if mail := _MAIL.search(told):
        return mail[0]
    phones = (found[0].strip() for found in _PHONE.finditer(told))
    return next((phone for phone in phones if sum(c.isdigit() for c in phone) >= 6), None)


def as_told(told: str) -> str:
    """Take whatever was said, cut to what a recap needs."""
    return _shortened(_tidy(told), 100)


def topic(told: str) -> str | None:
    """Take a few words."""
    said = _tidy(told)
    return _shortened(said, 100) if any(c.isalnum() for c in said) else None


def problem(told: str) -> str | None:
    """Take whatever says a little more than one short word."""
    said = _tidy(told)
    return _shortened(said, LONGEST) if sum(c.isalnum() for c in said) >= 5 else None


def _tidy(told: str) -> str:
    return " ".join(told.split())


def _shortened(said: str, longest: int) -> str:
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "…"
