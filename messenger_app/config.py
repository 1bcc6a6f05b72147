"""The bridge's settings: the only reader of the environment.

Each is a variable of the environment or a line of `.env`; `.env.example` explains them.
"""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import (
    BaseModel,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from messenger_app.errors import SettingsError

#: Graph's newest version when this was written.
#: https://developers.facebook.com/docs/graph-api/changelog
NEWEST_GRAPH_API_VERSION = "v26.0"

#: Waiting longer than this would end outside the messaging window. Seconds.
LONGEST_TIMEOUT = 23 * 60 * 60

Digits = Annotated[str, StringConstraints(pattern=r"^\d+$", strip_whitespace=True)]
Timeout = Annotated[int, Field(gt=0, lt=LONGEST_TIMEOUT)]


class Page(BaseModel):
    """One Facebook Page that the bridge answers for."""

    id: Digits
    token: SecretStr
    rasa_url: str


class Settings(BaseSettings):
    """Everything an operator can set. Times are seconds."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    app_id: Digits
    app_secret: SecretStr
    verify_token: SecretStr
    page_id: Digits | None = None
    page_access_token: SecretStr | None = None
    pages_file: Path | None = None
    graph_api_url: str = "https://graph.facebook.com"
    graph_api_version: str = NEWEST_GRAPH_API_VERSION
    rasa_url: str | None = None
    rasa_token: SecretStr | None = None
    database_url: str = "sqlite:///var/handover.db"
    handoff_config: Path = Path("rasa_bot/handoff_config.yml")
    waiting_timeout: Timeout = 15 * 60
    human_idle_timeout: Timeout = 4 * 60 * 60
    handback_intent: str = "handback"
    clock_url: str | None = None
    log_json: bool = False
    log_level: str = "INFO"

    @model_validator(mode="after")
    def _pages_are_given_one_way(self) -> "Settings":
        if self.pages_file is None:
            needed = ("page_id", "page_access_token", "rasa_url")
            missing = [name.upper() for name in needed if getattr(self, name) is None]
            if missing:
                raise ValueError(f"missing {', '.join(missing)} (or PAGES_FILE in place of these)")
        return self

    def pages(self) -> dict[str, Page]:
        """Return the Pages by id, from PAGES_FILE or from the three settings of a single one.

        Raises SettingsError where the file can't be read or is no list of pages.
        """
        if self.pages_file is None:
            page = Page.model_validate(
                {"id": self.page_id, "token": self.page_access_token, "rasa_url": self.rasa_url}
            )
            return {page.id: page}
        try:
            listed = yaml.safe_load(self.pages_file.read_text())
            pages = [Page.model_validate(entry) for entry in listed]
        except (OSError, TypeError, yaml.YAMLError, ValidationError) as error:
            raise SettingsError(
                f"PAGES_FILE {self.pages_file} must be a YAML list of id, token and rasa_url "
                f"({type(error).__name__}). See docs/settings.md."
            ) from None
        return {page.id: page for page in pages}


def load() -> Settings:
    """Read the settings. Raises SettingsError that names everything missing or wrong at once."""
    try:
        return Settings()  # type: ignore[call-arg]  # the environment gives them
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    """Say what is wrong without repeating any value: it may be a secret."""
    problems: list[str] = []
    for problem in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in problem["loc"]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"  {name}: {message}" if name else f"  {message}")
    listed = "\n".join(problems)
    return f"These settings are missing or wrong:\n{listed}\nSet them in .env; see .env.example."
