"""Reads the files that settings name, which are YAML."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from messenger_app.errors import SettingsError

#: Where pydantic found a mistake, from the outside in.
Location = tuple[int | str, ...]


class Strict(BaseModel):
    """A part of a file. A name that it doesn't know is refused: mistyped, it would do nothing."""

    model_config = ConfigDict(extra="forbid")


_Whole = TypeVar("_Whole", bound=Strict)


def read(setting: str, path: Path, whole: type[_Whole], place: Callable[[Location], str]) -> _Whole:
    """Read the file, checked. Raises SettingsError that names each thing wrong in it.

    ``place`` says where in the file a mistake is.
    """
    try:
        return whole.model_validate(parse(setting, path))
    except ValidationError as error:
        wrong = "\n".join(
            f"  {place(problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_url=False)
        )
        raise SettingsError(f"{setting} {path} has mistakes:\n{wrong}") from None


def parse(setting: str, path: Path, *, secret: bool = False) -> Any:
    """Read the file as it stands. Raises SettingsError where it can't be read or is no YAML.

    Nothing is quoted of a file that holds secrets.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{setting} {path} can't be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        quoted = "" if secret else f": {error}"
        raise SettingsError(f"{setting} {path} is no YAML{quoted}.") from None
