"""The bridge's settings: the only reader of the environment.

Each is a variable of the environment or a line of `.env`; `.env.example` explains them.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from messenger_app import yaml_files
from messenger_app.conversation.policy import BotWhileHuman
from messenger_app.conversation.routing import Routing
from messenger_app.errors import SettingsError

#: Graph's newest version when this was written.
#: https://developers.facebook.com/docs/graph-api/changelog
NEWEST_GRAPH_API_VERSION = "v26.0"

#: Waiting longer than this would end outside the messaging window. Seconds.
LONGEST_TIMEOUT = 23 * 60 * 60

#: A hundred years, in days: what is longer is a mistake, and would be no time that can be stored.
LONGEST_RETENTION = 36_500


def _one_word(secret: Any) -> Any:
    """Take the white space off that comes along with a secret; within one it is a mistake.

    A line's end would break the header that carries it, far from here.
    """
    if not isinstance(secret, str):
        return secret
    if len(secret.split()) > 1:
        raise ValueError("it has white space in it")
    return secret.strip()


Secret = Annotated[SecretStr, BeforeValidator(_one_word)]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]+$", strip_whitespace=True)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]", strip_whitespace=True)]
Version = Annotated[str, StringConstraints(pattern=r"^v[0-9]+\.[0-9]+$")]
Level = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    BeforeValidator(lambda value: str(value).strip().upper()),
]
#: A name of Rasa's for an intent, as it can stand behind a slash.
Intent = Annotated[str, StringConstraints(pattern=r"^[^\s/{@]+$", strip_whitespace=True)]
Timeout = Annotated[int, Field(gt=0, lt=LONGEST_TIMEOUT)]


class Page(BaseModel):
    """One Facebook Page that the bridge answers for."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Digits
    token: Secret
    rasa_url: Url
    #: What people see of it before they write, where it is not PAGE_PROFILE.
    profile: Path | None = None


_PAGES = TypeAdapter(Annotated[list[Page], Field(min_length=1)])


class Settings(BaseSettings):
    """Everything an operator can set. Times are seconds."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    app_id: Digits
    app_secret: Secret
    verify_token: Secret
    pages_file: Path | None = None  # stands before what it can take the place of
    page_id: Digits | None = None
    page_access_token: Secret | None = None
    rasa_url: Url | None = None
    graph_api_url: Url = "https://graph.facebook.com"
    graph_api_version: Version = NEWEST_GRAPH_API_VERSION
    rasa_token: Secret | None = None
    database_url: str = "sqlite:///var/handover.db"
    handoff_config: Path = Path("rasa_bot/handoff_config.yml")
    bot_urls: Annotated[dict[str, Url], NoDecode] = {}
    page_profile: Path = Path("rasa_bot/page_profile.yml")
    waiting_timeout: Timeout = 15 * 60
    human_idle_timeout: Timeout = 4 * 60 * 60
    agent_echo_pause: Timeout = 15 * 60
    bot_patience: Timeout = 120
    page_routing: Routing = Routing.DEFAULT_APP
    page_may_take: bool = True
    bot_while_human: BotWhileHuman = BotWhileHuman.OFF
    calls_at_once: Annotated[int, Field(gt=0, le=1000)] = 32
    transcript_retention_days: Annotated[int, Field(gt=0, le=LONGEST_RETENTION)] = 90
    notify_urls: Annotated[list[Url], NoDecode] = []
    handback_intent: Intent = "handback"
    admin_token: Secret | None = None
    handoff_intent: Intent = "handoff"
    clock_url: Url | None = None
    log_json: bool = False
    log_level: Level = "INFO"

    @field_validator("page_id", "page_access_token", "rasa_url")
    @classmethod
    def _page_is_given_one_way(cls, value: object, others: ValidationInfo) -> object:
        """Each by itself, so that it is named together with whatever else is missing."""
        if value is None and others.data.get("pages_file") is None:
            raise ValueError("Field required, or PAGES_FILE in place of it")
        return value

    @field_validator("notify_urls", mode="before")
    @classmethod
    def _urls_are_listed_by_commas(cls, value: object) -> object:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("bot_urls", mode="before")
    @classmethod
    def _bots_are_listed_by_commas(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.replace(",", " ").split()]
        if not all(name and equals for name, equals, _ in pairs):
            raise ValueError("write name=address, with commas between")
        return {name: url for name, _, url in pairs}

    def pages(self) -> dict[str, Page]:
        """Return the Pages by id, from PAGES_FILE or from the three settings of a single one.

        Raises SettingsError where the file can't be read or is no list of pages.
        """
        if self.pages_file is None:
            page = Page.model_validate(
                {"id": self.page_id, "token": self.page_access_token, "rasa_url": self.rasa_url}
            )
            return {page.id: page}
        pages = _read_pages(self.pages_file)
        by_id = {page.id: page for page in pages}
        if len(by_id) < len(pages):
            raise SettingsError(f"PAGES_FILE {self.pages_file} lists a Page twice.")
        return by_id


def load() -> Settings:
    """Read the settings. Raises SettingsError that names everything missing or wrong at once."""
    try:
        return Settings()  # type: ignore[call-arg]  # the environment gives them
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _read_pages(path: Path) -> list[Page]:
    try:
        return _PAGES.validate_python(yaml_files.parse("PAGES_FILE", path, secret=True))
    except ValidationError as error:
        raise SettingsError(
            f"PAGES_FILE {path} must be a list of id, token and rasa_url:\n{_problems(error)}"
        ) from None


def _explain(error: ValidationError) -> str:
    listed = _problems(error)
    return f"These settings are missing or wrong:\n{listed}\nSet them in .env; see .env.example."


def _problems(error: ValidationError) -> str:
    """Say what is wrong without repeating any value: it may be a secret."""
    lines: list[str] = []
    for problem in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(f"  {name.upper()}: {message}" if name else f"  {message}")
    return "\n".join(lines)
