"""Cut texts and titles where it hurts least.

It is not documented whether Messenger counts an emoji as one character or as two, as JavaScript
does: here it is two, so that what is sent is never too long.
"""

import re
import unicodedata

LONGEST_TEXT = 2000
LONGEST_TITLE = 20

#: Where a long text may be cut, best first: between paragraphs, lines, sentences, words.
_BREAKS = (r"\n\s*\n", r"\n", r"(?<=[.!?…。])\s+", r"\s+")

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def split_text(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """Split at the best place before the limit: the end of a sentence rather than of a word."""
    parts = []
    rest = text.strip()
    while _size(rest) > longest:
        cut = _last_break(rest, _fitting(rest, longest))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def shorten(title: str) -> str:
    """Cut a title to what a button can show, at a word's end where there is one."""
    if _size(title) <= LONGEST_TITLE:
        return title
    head = title[: _whole(title, _fitting(title, LONGEST_TITLE - 1))]
    words = head.rsplit(" ", 1)[0]
    return (words if len(words) > LONGEST_TITLE // 2 else head).rstrip() + "…"


def length(text: str) -> int:
    """Return how many characters Messenger may count, at most."""
    return _size(text)


def _last_break(text: str, longest: int) -> int:
    for pattern in _BREAKS:
        breaks = [found.start() for found in re.finditer(pattern, text[: longest + 1])]
        good = [place for place in breaks if longest // 2 < place <= longest]
        if good:
            return good[-1]
    return _whole(text, longest)


def _whole(text: str, cut: int) -> int:
    """Move a cut to before a sign that is drawn from several, such as a family or a flag's colour.

    Where all of it is one such sign, the cut stays.
    """
    place = cut
    while 0 < place < len(text) and (_joins(text[place]) or text[place - 1] == _JOINER):
        place -= 1
    return place or cut


def _joins(sign: str) -> bool:
    return sign == _JOINER or unicodedata.category(sign) in {"Mn", "Me"} or ord(sign) in _SKIN_TONES


def _fitting(text: str, longest: int) -> int:
    """Return how many of the text's characters fit, at least one."""
    size = 0
    for place, sign in enumerate(text):
        size += _size(sign)
        if size > longest:
            return max(place, 1)
    return len(text)


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(sign > "\uffff" for sign in text)
