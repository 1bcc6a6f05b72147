"""Read the handoff targets, the bridge's own words and what is done with pictures and the like.

All of it stands in `handoff_config.yml`.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from messenger_app import yaml_files
from messenger_app.conversation.content import (
    EDIT,
    KINDS,
    AsIntent,
    AsWords,
    Handling,
    Ignored,
    PoliteAnswer,
)
from messenger_app.conversation.hours import Hours, parse_hours
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID, Target, Words
from messenger_app.errors import SettingsError
from messenger_app.graph.texts import LONGEST_TITLE, shorten
from messenger_app.yaml_files import Location, Strict

_Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_AppId = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]")]

#: A language, or the one of a country.
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")]

#: A name of Rasa's for an intent, as it can stand behind a slash.
_INTENT = re.compile(r"[^\s/{@]+")

#: What each of the bridge's sentences may have filled in; the others are said as they stand.
_PLACEHOLDERS = {
    "connecting": "title",
    "recap_reason": "reason",
    "recap_summary": "summary",
    "switched": "title",
    "switch_failed": "title",
    "bot_gone": "title",
}
#: Those that are titles of buttons.
_BUTTONS = ("never_mind", "keep_waiting", "offer_human_title")
#: What people type to call the bot back.
_PHRASES = ("cancel_phrases", "bot_phrases")


class _Hours(Strict):
    timezone: str
    weekly: str

    @model_validator(mode="after")
    def _can_be_read(self) -> "_Hours":
        self.parse()
        return self

    def parse(self) -> Hours:
        return parse_hours(self.timezone, self.weekly)


class _Target(Strict):
    title: _Title
    title_by_language: dict[_Language, _Title] = Field(default_factory=dict)
    hours: _Hours | None = None


class _People(_Target):
    #: What our own bot asks before a handoff. The bridge reads it only to refuse a mistake.
    triage: list[Literal["name", "contact", "topic", "problem"]] = Field(default_factory=list)


class _PageInbox(_People):
    kind: Literal["page_inbox"]


class _App(_People):
    kind: Literal["app"]
    app_id: _AppId


class _Bot(_Target):
    kind: Literal["bot"]
    url: _Url


_AnyTarget = Annotated[_PageInbox | _App | _Bot, Field(discriminator="kind")]


def _known_words(value: Any) -> Any:
    """Refuse a sentence that the bridge doesn't say: a mistyped name would change nothing."""
    if isinstance(value, dict):
        unknown = value.keys() - {field.name for field in fields(Words)}
        if unknown:
            raise ValueError(f"the bridge has no words called {', '.join(map(str, unknown))}")
    return value


def _over(usual: Words, given: Any) -> Any:
    """Lay what is given over the usual words; what is given by name, name by name."""
    if not isinstance(given, dict):
        return given
    merged = {
        name: {**getattr(usual, name), **value}
        for name, value in given.items()
        if name in {"reasons", "answers"} and isinstance(value, dict)
    }
    return {**asdict(usual), **given, **merged}


def _placeholders_are_known(words: Words) -> Words:
    for name, allowed in _PLACEHOLDERS.items():
        used = {field for _, field, _, _ in Formatter().parse(getattr(words, name))}
        if wrong := used - {allowed, None}:
            listed = ", ".join(f"{{{field}}}" for field in sorted(map(str, wrong)))
            raise ValueError(f"{name} can have {{{allowed}}} filled in, not {listed}")
    return words


def _something_is_said(words: Words) -> Words:
    """Refuse what a person could never say, or tap."""
    for name in _BUTTONS:
        if not getattr(words, name).strip():
            raise ValueError(f"{name} is a button's title and can't be empty")
    for name in _PHRASES:
        if not all(phrase.strip() for phrase in getattr(words, name)):
            raise ValueError(f"{name} has an empty phrase")
    return words


def _titles_are_whole(words: Words) -> Words:
    """Refuse a button's title that would be cut: what comes back of it must be known again."""
    for name in _BUTTONS:
        if shorten(title := getattr(words, name)) != title:
            raise ValueError(f"{name} is a button's title: {LONGEST_TITLE} characters at most")
    return words


_Words = Annotated[
    Words,
    BeforeValidator(_known_words),
    AfterValidator(_placeholders_are_known),
    AfterValidator(_something_is_said),
    AfterValidator(_titles_are_whole),
]


def _content_kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"{kind} is none of: {', '.join(sorted(KINDS))}")
    return kind


_Kind = Annotated[str, AfterValidator(_content_kind)]


def _handling(chosen: Any) -> Handling:
    """Read what the operator chose for one kind of content."""
    match chosen:
        case "ignore":
            return Ignored()
        case "answer":
            return PoliteAnswer()
        case "words":
            return AsWords()
        case {"intent": str(name), **rest} if not rest and _INTENT.fullmatch(name):
            return AsIntent(name)
        case {"words": str(words), **rest} if not rest and words.strip():
            return AsWords(words.strip())
        case {"answer": str(text), **rest} if not rest and text.strip():
            return PoliteAnswer(text.strip())
    raise ValueError('write one of: ignore, answer, {intent: name}, {words: "…"}, {answer: "…"}')


_Handling = Annotated[Any, AfterValidator(_handling)]


class _Config(Strict):
    default: str
    handoff_targets: dict[str, _AnyTarget]
    content: dict[_Kind, _Handling] = Field(default_factory=dict)
    words: _Words = Words()
    words_by_language: dict[_Language, _Words] = Field(default_factory=dict)

    @field_validator("content")
    @classmethod
    def _only_an_edit_has_words(cls, content: dict[str, Handling]) -> dict[str, Handling]:
        if any(chosen == AsWords() and kind != EDIT for kind, chosen in content.items()):
            raise ValueError('only an edit has words of its own; else write {words: "…"}')
        return content

    @field_validator("words", mode="before")
    @classmethod
    def _what_is_not_said_stays(cls, given: Any) -> Any:
        return _over(Words(), given)

    @field_validator("words_by_language", mode="before")
    @classmethod
    def _what_is_not_translated_stays(cls, given: Any, others: ValidationInfo) -> Any:
        usual = others.data.get("words", Words())
        if not isinstance(given, dict):
            return given
        return {language: _over(usual, words) for language, words in given.items()}


@dataclass(frozen=True, slots=True)
class HandoffConfig:
    """The targets by name, the default one's name, the words, and what is done with content."""

    targets: dict[str, Target]
    default: str
    words: Words
    words_by_language: dict[str, Words]
    content: dict[str, Handling]


def load(path: Path, bot_urls: Mapping[str, str] | None = None) -> HandoffConfig:
    """Read the file. Raises SettingsError that names each thing wrong in it.

    ``bot_urls`` are addresses of bots, by name, in place of those in the file.
    """
    config = yaml_files.read("HANDOFF_CONFIG", path, _Config, _place)
    if config.default not in config.handoff_targets:
        known = ", ".join(config.handoff_targets)
        raise SettingsError(
            f'HANDOFF_CONFIG {path}: the default "{config.default}" is none of: {known}.'
        )
    if config.handoff_targets[config.default].kind == "bot":
        raise SettingsError(
            f'HANDOFF_CONFIG {path}: the default "{config.default}" is a bot. People who ask for '
            "a person are handed to the default: choose a target that is people."
        )
    targets = {name: _target(name, target) for name, target in config.handoff_targets.items()}
    for name, url in (bot_urls or {}).items():
        if name not in targets or targets[name].kind != "bot":
            raise SettingsError(f"BOT_URLS names {name}, which is no bot in HANDOFF_CONFIG {path}.")
        targets[name] = replace(targets[name], url=url)
    return HandoffConfig(
        targets, config.default, config.words, config.words_by_language, config.content
    )


def _target(name: str, target: _AnyTarget) -> Target:
    app_ids = {"page_inbox": PAGE_INBOX_APP_ID, "bot": ""}
    return Target(
        name=name,
        title=target.title,
        app_id=target.app_id if isinstance(target, _App) else app_ids[target.kind],
        kind=target.kind,
        hours=target.hours.parse() if target.hours else None,
        url=target.url if isinstance(target, _Bot) else None,
        titles=target.title_by_language,
    )


def _place(location: Location) -> str:
    """Say where in the file. A target's kind stands in pydantic's path, but not in the file."""
    parts = [str(part) for part in location]
    if parts[:1] == ["handoff_targets"]:
        del parts[2:3]
    return ".".join(parts) or "the file"
