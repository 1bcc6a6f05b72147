"""Read the handoff targets, the bridge's own words and what is done with pictures and the like.

All of it stands in `handoff_config.yml`.
"""

import re
from dataclasses import fields
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

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

_Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_AppId = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]")]

#: A name of Rasa's for an intent, as it can stand behind a slash.
_INTENT = re.compile(r"[^\s/{@]+")

#: What each of the bridge's sentences may have filled in; the others are said as they stand.
_PLACEHOLDERS = {"connecting": "title", "recap_reason": "reason", "recap_summary": "summary"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Hours(_Strict):
    timezone: str
    weekly: str

    @model_validator(mode="after")
    def _can_be_read(self) -> "_Hours":
        self.parse()
        return self

    def parse(self) -> Hours:
        return parse_hours(self.timezone, self.weekly)


class _PageInbox(_Strict):
    kind: Literal["page_inbox"]
    title: _Title
    hours: _Hours | None = None


class _App(_Strict):
    kind: Literal["app"]
    title: _Title
    app_id: _AppId
    hours: _Hours | None = None


class _Bot(_Strict):
    kind: Literal["bot"]
    title: _Title
    url: _Url
    hours: _Hours | None = None


_AnyTarget = Annotated[_PageInbox | _App | _Bot, Field(discriminator="kind")]


def _known_words(value: Any) -> Any:
    """Refuse a sentence that the bridge doesn't say: a mistyped name would change nothing."""
    if isinstance(value, dict):
        unknown = value.keys() - {field.name for field in fields(Words)}
        if unknown:
            raise ValueError(f"the bridge has no words called {', '.join(map(str, unknown))}")
    return value


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


class _Config(_Strict):
    default: str
    handoff_targets: dict[str, _AnyTarget]
    content: dict[_Kind, _Handling] = Field(default_factory=dict)
    words: Annotated[Words, BeforeValidator(_known_words)] = Words()

    @field_validator("content")
    @classmethod
    def _only_an_edit_has_words(cls, content: dict[str, Handling]) -> dict[str, Handling]:
        if any(chosen == AsWords() and kind != EDIT for kind, chosen in content.items()):
            raise ValueError('only an edit has words of its own; else write {words: "…"}')
        return content

    @field_validator("words")
    @classmethod
    def _placeholders_are_known(cls, words: Words) -> Words:
        for name, allowed in _PLACEHOLDERS.items():
            used = {field for _, field, _, _ in Formatter().parse(getattr(words, name))}
            if wrong := used - {allowed, None}:
                listed = ", ".join(f"{{{field}}}" for field in sorted(map(str, wrong)))
                raise ValueError(f"{name} can have {{{allowed}}} filled in, not {listed}")
        return words


class HandoffConfig:
    """The targets by name, the default one's name, the words, and what is done with content."""

    def __init__(
        self,
        targets: dict[str, Target],
        default: str,
        words: Words,
        content: dict[str, Handling],
    ) -> None:
        self.targets = targets
        self.default = default
        self.words = words
        self.content = content


def load(path: Path) -> HandoffConfig:
    """Read the file. Raises SettingsError that names each thing wrong in it."""
    try:
        config = _Config.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"HANDOFF_CONFIG {path} can't be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"HANDOFF_CONFIG {path} is no YAML: {error}.") from None
    except ValidationError as error:
        wrong = "\n".join(
            f"  {_place(problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_url=False)
        )
        raise SettingsError(f"HANDOFF_CONFIG {path} has mistakes:\n{wrong}") from None
    if config.default not in config.handoff_targets:
        known = ", ".join(config.handoff_targets)
        raise SettingsError(
            f'HANDOFF_CONFIG {path}: the default "{config.default}" is none of: {known}.'
        )
    targets = {name: _target(name, target) for name, target in config.handoff_targets.items()}
    return HandoffConfig(targets, config.default, config.words, config.content)


def _target(name: str, target: _AnyTarget) -> Target:
    app_ids = {"page_inbox": PAGE_INBOX_APP_ID, "bot": ""}
    return Target(
        name=name,
        title=target.title,
        app_id=target.app_id if isinstance(target, _App) else app_ids[target.kind],
        kind=target.kind,
        hours=target.hours.parse() if target.hours else None,
        url=target.url if isinstance(target, _Bot) else None,
    )


def _place(location: tuple[int | str, ...]) -> str:
    """Say where in the file. A target's kind stands in pydantic's path, but not in the file."""
    parts = [str(part) for part in location]
    if parts[:1] == ["handoff_targets"]:
        del parts[2:3]
    return ".".join(parts) or "the file"
