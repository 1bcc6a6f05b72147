"""What the bot is given of what a person sends: words, pictures, stickers, a place, a link.

The operator chooses for each kind of content: an intent of the bot's, words in its place, a polite
answer of the bridge's own, or nothing at all. Whose turn it is to speak is decided elsewhere.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from messenger_app.conversation import buttons
from messenger_app.conversation.commands import AskBot, EntryPoint
from messenger_app.conversation.events import (
    PersonEdited,
    PersonMessaged,
    PersonReacted,
    PersonReferred,
    PersonTapped,
)
from messenger_app.conversation.messages import Attachment, Referral

#: The kinds that are no attachment.
EDIT, REACTION, REFERRAL = "edit", "reaction", "referral"
#: What the platform tells us of, but not what it is.
UNSUPPORTED = "unsupported"
#: Whatever is not named.
OTHER = "other"
#: The sticker that says yes, and the emoji where somebody writes nothing else.
THUMBS_UP = "thumbs_up"
_THUMBS = frozenset("\N{THUMBS UP SIGN}\N{VARIATION SELECTOR-16}") | {
    chr(tone) for tone in range(0x1F3FB, 0x1F400)
}

#: The kinds of attachments, as the platform names them; and thumbs-up among the stickers.
ATTACHMENTS = frozenset(
    {"image", "video", "audio", "file", "sticker", THUMBS_UP, "location", "fallback", "template"}
)
KINDS = ATTACHMENTS | {EDIT, REACTION, REFERRAL, UNSUPPORTED, OTHER}


@dataclass(frozen=True, slots=True)
class AsIntent:
    """The bot is given this intent, with what is known of the content as entities."""

    intent: str


@dataclass(frozen=True, slots=True)
class AsWords:
    """The bot is given these words, or, where there are none, what the person wrote."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class PoliteAnswer:
    """The bridge answers with this sentence, or with its usual one."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """It is written down, and nothing is done."""


Handling = AsIntent | AsWords | PoliteAnswer | Ignored

#: What is done where the operator says nothing.
USUAL: Mapping[str, Handling] = {
    THUMBS_UP: AsWords("👍"),
    EDIT: AsWords(),
    REACTION: Ignored(),
    REFERRAL: Ignored(),
}

PersonEvent = PersonMessaged | PersonTapped | PersonEdited | PersonReacted | PersonReferred


def handling(kind: str, chosen: Mapping[str, Handling]) -> Handling:
    """Say what is done with this kind of content."""
    return chosen.get(kind) or USUAL.get(kind) or chosen.get(OTHER) or PoliteAnswer()


def for_bot(
    event: PersonEvent, turn: int, chosen: Mapping[str, Handling]
) -> AskBot | PoliteAnswer | None:
    """Say what the bot is asked, what the bridge answers itself, or None for nothing.

    ``turn`` is the thread's turn before this event: a button of an earlier one is no answer any
    more, and its title stands for what the person wants.
    """
    said = _for_bot(event, turn, chosen)
    if not isinstance(said, AskBot):
        return said
    return replace(said, entry_point=entry_point(event), referral=_referral(event))


def entry_point(event: PersonEvent) -> EntryPoint:
    """Say by which way this reaches the bot. Who came by a link or an advertisement came by that.

    The platform gives a tap on Get Started and one in the menu no name: the first is known by its
    payload, the second by being none of a message of ours.
    """
    if (referral := _referral(event)) is not None:
        return EntryPoint.AD if referral.source == "ADS" else EntryPoint.REFERRAL
    match event:
        case PersonTapped(payload=payload) if buttons.is_get_started(payload):
            return EntryPoint.GET_STARTED
        case PersonTapped(sent_in=None):
            return EntryPoint.MENU
        case PersonTapped():
            return EntryPoint.POSTBACK
        case PersonMessaged(payload=str()) | PersonMessaged(kept=buttons.Kept()):
            return EntryPoint.QUICK_REPLY
        case PersonMessaged() | PersonEdited() | PersonReacted() | PersonReferred():
            return EntryPoint.MESSAGE
        case _:
            assert_never(event)


def _referral(event: PersonEvent) -> Referral | None:
    return None if isinstance(event, PersonEdited | PersonReacted) else event.referral


def _for_bot(
    event: PersonEvent, turn: int, chosen: Mapping[str, Handling]
) -> AskBot | PoliteAnswer | None:
    match event:
        case PersonTapped():
            return _of_button(event, event.title, turn)
        case PersonMessaged(payload=None) if _is_thumbs_up(event.text):
            return _of_content(event, THUMBS_UP, chosen, {})
        case PersonMessaged() if event.text or event.payload is not None:
            return _of_button(event, event.text, turn)
        case PersonMessaged():
            return _of_content(event, _kind(event), chosen, {})
        case PersonEdited():
            return _of_content(event, EDIT, chosen, {"text": event.text})
        case PersonReacted() if not event.given:
            return None
        case PersonReacted():
            return _of_content(
                event, REACTION, chosen, {"reaction": event.reaction, "emoji": event.emoji}
            )
        case PersonReferred():
            known = {"ref": event.referral.ref, "source": event.referral.source}
            return _of_content(event, REFERRAL, chosen, known)


def in_words(event: PersonEvent) -> str:
    """Return how the transcript shows what the person did."""
    match event:
        case PersonTapped():
            return event.title
        case PersonMessaged():
            shown = [event.text, *(f"[{attachment.kind}]" for attachment in event.attachments)]
            return " ".join(part for part in shown if part) or f"[{UNSUPPORTED}]"
        case PersonEdited():
            return event.text
        case PersonReacted():
            taken_back = "" if event.given else " taken back"
            return f"[reaction {event.emoji or event.reaction}{taken_back}]"
        case PersonReferred():
            return f"[came by a link: {event.referral.ref or event.referral.source}]"


def _of_button(event: PersonMessaged | PersonTapped, words: str, turn: int) -> AskBot:
    payload = event.payload
    if event.sent_in is not None and event.sent_in != turn:
        payload = None
    if payload and words.endswith("…") and payload.startswith(words[:-1]):
        words = payload  # a title that was cut stands for all that it said
    return AskBot(event.mid, words, payload)


def _of_content(
    event: PersonEvent, kind: str, chosen: Mapping[str, Handling], known: Mapping[str, object]
) -> AskBot | PoliteAnswer | None:
    how = handling(kind, chosen)
    match how:
        case Ignored():
            return None
        case PoliteAnswer():
            return how
        case AsWords():
            return AskBot(_mid(event), how.words or in_words(event))
        case AsIntent():
            said = {"kind": kind, **known, **_entities(event, kind)}
            told = {name: value for name, value in said.items() if value not in ("", [], None)}
            entities = json.dumps(told, ensure_ascii=False) if kind != THUMBS_UP else ""
            return AskBot(_mid(event), in_words(event), f"/{how.intent}{entities}")


def _is_thumbs_up(text: str) -> bool:
    signs = set("".join(text.split()))
    return "\N{THUMBS UP SIGN}" in signs and signs <= _THUMBS


def _kind(event: PersonMessaged) -> str:
    return event.attachments[0].kind if event.attachments else UNSUPPORTED


def _entities(event: PersonEvent, kind: str) -> dict[str, object]:
    if not isinstance(event, PersonMessaged):
        return {}
    same = [attachment for attachment in event.attachments if attachment.kind == kind]
    return {
        name: values[0] if len(values) == 1 else values
        for name in Attachment.__dataclass_fields__
        if name != "kind"
        and (values := [value for each in same if (value := getattr(each, name)) not in ("", None)])
    }


def _mid(event: PersonEvent) -> str:
    """Name the question. An edit is another one than the message it is about."""
    if isinstance(event, PersonEdited):
        return f"{event.mid}#{event.number}"
    if isinstance(event, PersonReacted):
        return f"{event.mid}#{event.reaction}"
    return event.mid
