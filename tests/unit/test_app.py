import os
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from messenger_app import logs
from messenger_app.app import create_app
from messenger_app.config import Settings
from messenger_app.doctor import examine
from messenger_app.errors import SettingsError
from tests.unit.conftest import ROOT, MakeSettings


def run(*command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run Python in a folder without a `.env` and without a setting in the environment."""
    names = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("-c", "import wsgi"),
        ("-m", "flask", "--app", "wsgi", "db", "upgrade"),
        ("-m", "gunicorn", "--bind", "127.0.0.1:0", "wsgi:app"),
    ],
    ids=["import", "flask", "gunicorn"],
)
def test_without_settings_the_bridge_says_what_it_needs_and_ends(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run(*command, folder=tmp_path)
    assert done.returncode == 4  # by which gunicorn does not try again for ever
    assert "  APP_ID: Field required" in done.stderr
    assert "  PAGE_ACCESS_TOKEN: Field required" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_handoff_config_that_is_not_there_keeps_the_bridge_from_starting(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="HANDOFF_CONFIG"):
        create_app(make_settings(handoff_config=tmp_path / "missing.yml"))


def test_times_are_seconds_outside_and_milliseconds_inside(
    make_settings: MakeSettings,
) -> None:
    app = create_app(make_settings(waiting_timeout=60, human_idle_timeout=120))
    bridge = app.extensions["bridge"]
    assert bridge.policy.waiting_timeout == 60_000
    assert bridge.policy.human_idle_timeout == 120_000
    bridge.bell.close()
    bridge.database.close()


def test_an_sqlite_file_needs_no_step_of_its_own(make_settings: MakeSettings) -> None:
    app = create_app(make_settings())
    bridge = app.extensions["bridge"]
    assert bridge.database.is_current()
    bridge.bell.close()
    bridge.database.close()


def test_a_file_that_the_worker_may_not_find_is_warned_of_at_the_start_and_by_the_doctor(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "configure", lambda **_: None)  # would undo the capture
    with structlog.testing.capture_logs() as logged:
        app = create_app(make_settings(database_url="sqlite:///here/handover.db"))
    bridge = app.extensions["bridge"]
    (warned,) = logged
    assert (warned["event"], warned["log_level"]) == ("database.may_not_be_shared", "warning")
    found = next(examine(bridge))
    assert (found.about, found.verdict) == ("database", "warning")
    for said in (warned["hint"], found.says):
        assert f"{tmp_path}/here/handover.db" in said
    bridge.bell.close()
    bridge.database.close()
