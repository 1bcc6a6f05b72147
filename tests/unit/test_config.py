from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from messenger_app import config
from messenger_app.config import LONGEST_TIMEOUT, Settings
from messenger_app.errors import SettingsError
from tests.unit.conftest import ROOT, MakeSettings

NEEDED = {
    "APP_ID": "615243000000001",
    "APP_SECRET": "an-app-secret",
    "VERIFY_TOKEN": "a-verify-token",
    "PAGE_ID": "104729000000001",
    "PAGE_ACCESS_TOKEN": "a-page-token",
    "RASA_URL": "http://127.0.0.1:5005",
}
SECRETS = ("an-app-secret", "a-verify-token", "a-page-token")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty environment in a folder without a `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def load(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> Settings:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return config.load()


def complaint(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as raised:
        load(monkeypatch, settings)
    assert raised.value.__suppress_context__  # pydantic's own error would print values
    return str(raised.value)


def test_what_is_needed_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, NEEDED)
    assert settings.graph_api_url == "https://graph.facebook.com"
    assert settings.database_url == "sqlite:///var/handover.db"
    assert settings.waiting_timeout == 900
    page = settings.pages()["104729000000001"]
    assert page.token.get_secret_value() == "a-page-token"
    assert page.rasa_url == "http://127.0.0.1:5005"


def test_a_file_can_hold_the_settings_and_the_environment_goes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = "\n".join(f"{name}={value}" for name, value in NEEDED.items())
    (tmp_path / ".env").write_text(f"# a comment\n{lines}\nUNKNOWN=1\nLOG_JSON=true\n")
    settings = load(monkeypatch, {"PAGE_ID": "7"})
    assert settings.page_id == "7"
    assert settings.app_id == NEEDED["APP_ID"]
    assert settings.log_json


def test_the_simulators_settings_are_complete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.simulator").read_text())
    assert config.load().pages().keys() == {"104729000000001"}


def test_everything_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = complaint(monkeypatch, {})
    for name in NEEDED:
        assert f"  {name}: Field required" in said
    assert ".env.example" in said


@pytest.mark.parametrize("name", NEEDED)
def test_each_missing_setting_is_named_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    said = complaint(monkeypatch, {key: value for key, value in NEEDED.items() if key != name})
    assert [key for key in NEEDED if f"  {key}:" in said] == [name]


def test_an_empty_setting_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "  APP_SECRET: Field required" in complaint(monkeypatch, NEEDED | {"APP_SECRET": ""})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("APP_ID", "an-app-secret"),
        ("APP_ID", "\u0661\u0662"),
        ("PAGE_ID", "Harbour Books"),
        ("RASA_URL", "127.0.0.1:5005"),
        ("RASA_URL", "http://"),
        ("GRAPH_API_URL", "graph.facebook.com"),
        ("GRAPH_API_VERSION", "26"),
        ("CLOCK_URL", "ftp://clock"),
        ("WAITING_TIMEOUT", "a-page-token"),
        ("WAITING_TIMEOUT", "0"),
        ("WAITING_TIMEOUT", "-5"),
        ("WAITING_TIMEOUT", str(LONGEST_TIMEOUT)),
        ("HUMAN_IDLE_TIMEOUT", str(LONGEST_TIMEOUT)),
        ("HUMAN_IDLE_TIMEOUT", "86400"),
        ("HANDBACK_INTENT", "/hand back"),
        ("HANDOFF_INTENT", "handoff{}"),
        ("TRANSCRIPT_RETENTION_DAYS", "1000000000000"),
        ("PAGE_ACCESS_TOKEN", "a-page-token\nX-Other: 1"),
        ("RASA_TOKEN", "a-page-token and more"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_JSON", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named_without_any_value(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    said = complaint(monkeypatch, NEEDED | {name: wrong})
    assert f"  {name}: " in said
    assert not [secret for secret in SECRETS if secret in said]


def test_white_space_that_came_along_with_a_secret_is_no_part_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load(monkeypatch, NEEDED | {"PAGE_ACCESS_TOKEN": " a-page-token\n"})
    (page,) = settings.pages().values()
    assert page.token.get_secret_value() == "a-page-token"


def test_a_timeout_may_reach_up_to_23_hours(make_settings: MakeSettings) -> None:
    settings = make_settings(waiting_timeout=23 * 3600 - 1, human_idle_timeout=1)
    assert settings.waiting_timeout == 82_799


def test_a_timeout_of_23_hours_would_end_outside_the_window(make_settings: MakeSettings) -> None:
    with pytest.raises(ValidationError, match="less than 82800"):
        make_settings(human_idle_timeout=23 * 3600)


def test_bots_are_listed_by_name(make_settings: MakeSettings) -> None:
    both = make_settings(bot_urls="moodbot=http://127.0.0.1:6007, quiz=https://quiz.example/")
    assert both.bot_urls == {"moodbot": "http://127.0.0.1:6007", "quiz": "https://quiz.example/"}


@pytest.mark.parametrize("wrong", ["http://127.0.0.1:6007", "moodbot", "moodbot=127.0.0.1:6007"])
def test_a_bot_without_a_name_or_an_address_is_refused(
    make_settings: MakeSettings, wrong: str
) -> None:
    with pytest.raises(ValueError, match="bot_urls"):
        make_settings(bot_urls=wrong)


def test_the_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, NEEDED | {"LOG_LEVEL": "debug"}).log_level == "DEBUG"


def test_no_secret_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, NEEDED | {"RASA_TOKEN": "a-rasa-token"})
    told = repr(settings) + str(settings) + repr(settings.pages())
    assert not [secret for secret in (*SECRETS, "a-rasa-token") if secret in told]


# Several Pages


def pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> dict[str, Any]:
    path = tmp_path / "pages.yml"
    path.write_text(text)
    of_the_app = {name: NEEDED[name] for name in ("APP_ID", "APP_SECRET", "VERIFY_TOKEN")}
    return dict(load(monkeypatch, of_the_app | {"PAGES_FILE": str(path)}).pages())


TWO = """
- {id: 104729000000001, token: a-page-token, rasa_url: "http://127.0.0.1:5005"}
- {id: "104729000000002", token: another-token, rasa_url: "http://127.0.0.1:5006"}
"""


def test_a_file_of_pages_takes_the_place_of_the_three_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = pages(monkeypatch, tmp_path, TWO)
    assert found.keys() == {"104729000000001", "104729000000002"}
    assert found["104729000000002"].token.get_secret_value() == "another-token"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Input should be a valid list"),
        ("words", "Input should be a valid list"),
        ("[]", "at least 1 item"),
        ("- a-page-token", "  0: Input should be"),
        ("- {id: 1, token: a-page-token}", "  0.RASA_URL: Field required"),
        ("- {id: x, token: a-page-token, rasa_url: 'http://x'}", "  0.ID: String should match"),
        ("- {id: 1, token: a-page-token, rasa_url: 'a-page-token'}", "  0.RASA_URL: String should"),
        ("- {token: a-page-token, rasa_url: [", "is no YAML"),
        (TWO.replace("000002", "000001"), "lists a Page twice"),
    ],
)
def test_what_is_wrong_with_the_file_of_pages_is_said_without_any_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        pages(monkeypatch, tmp_path, text)
    assert "pages.yml" in str(raised.value)
    assert said in str(raised.value)
    assert "a-page-token" not in str(raised.value)


def test_a_file_of_pages_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load(monkeypatch, NEEDED | {"PAGES_FILE": str(tmp_path / "missing.yml")})
    with pytest.raises(SettingsError, match=r"missing\.yml can't be read: No such file"):
        settings.pages()
