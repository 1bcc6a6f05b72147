"""Read the handoff targets and the bridge's own words from `handoff_config.yml`."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from messenger_app.conversation.policy import PAGE_INBOX_APP_ID, Target, Words
from messenger_app.errors import SettingsError

_Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_AppId = Annotated[str, StringConstraints(pattern=r"^\d+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _PageInbox(_Strict):
    kind: Literal["page_inbox"]
    title: _Title


class _App(_Strict):
    kind: Literal["app"]
    title: _Title
    app_id: _AppId


class _Config(_Strict):
    default: str
    handoff_targets: dict[str, Annotated[_PageInbox | _App, Field(discriminator="kind")]]
    words: Words = Words()


class HandoffConfig:
    """The targets by name, the default one's name, and the words."""

    def __init__(self, targets: dict[str, Target], default: str, words: Words) -> None:
        self.targets = targets
        self.default = default
        self.words = words


def load(path: Path) -> HandoffConfig:
    """Read the file. Raises SettingsError that names each thing wrong in it."""
    try:
        config = _Config.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"HANDOFF_CONFIG {path} can't be read: {error.strerror}.") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"HANDOFF_CONFIG {path} is no YAML: {error}.") from None
    except ValidationError as error:
        wrong = "\n".join(
            f"  {'.'.join(map(str, problem['loc']))}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        )
        raise SettingsError(f"HANDOFF_CONFIG {path} has mistakes:\n{wrong}") from None
    if config.default not in config.handoff_targets:
        known = ", ".join(config.handoff_targets)
        raise SettingsError(
            f'HANDOFF_CONFIG {path}: the default "{config.default}" is none of: {known}.'
        )
    targets = {
        name: Target(
            name=name,
            title=target.title,
            app_id=target.app_id if isinstance(target, _App) else PAGE_INBOX_APP_ID,
        )
        for name, target in config.handoff_targets.items()
    }
    return HandoffConfig(targets, config.default, config.words)
