"""Where gunicorn listens, and how: said before there is a bridge."""

import runpy
from pathlib import Path

import pytest

from tests.unit.conftest import ROOT

NAMES = ("HOST", "PORT", "WEB_WORKERS")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def configuration() -> tuple[str, str]:
    read = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    return read["bind"], read["worker_class"]


def test_without_a_word_it_listens_to_this_machine_alone() -> None:
    assert configuration() == ("127.0.0.1:8000", "gthread")


def test_the_file_of_settings_is_read_here_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HOST=0.0.0.0\nPORT=9911\nWEB_WORKERS=gevent\n")
    assert configuration() == ("0.0.0.0:9911", "gevent")


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("HOST=0.0.0.0\nPORT=9911\n")
    monkeypatch.setenv("PORT", "9922")
    assert configuration() == ("0.0.0.0:9922", "gthread")
