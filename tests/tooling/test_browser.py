import pytest

from scripts import browser
from scripts.browser import BrowserError


def test_a_browser_that_was_chosen_but_does_not_start_is_named_with_the_reason(
    monkeypatch, tmp_path
):
    chosen = tmp_path / "chromium"
    chosen.write_text("#!/bin/sh\nexit 1\n")
    chosen.chmod(0o755)
    monkeypatch.setenv("HANDOVER_CHROMIUM", str(chosen))

    with pytest.raises(BrowserError, match=f"HANDOVER_CHROMIUM: {chosen} does not start"):
        browser.find()


def test_a_path_where_nothing_is_is_no_browser(monkeypatch, tmp_path):
    monkeypatch.setenv("HANDOVER_CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(BrowserError, match="set HANDOVER_CHROMIUM to the path of one"):
        browser.find()


def test_a_step_that_fails_says_why(capsys):
    command = ["sh", "-c", "echo working; echo E: no such package; exit 100"]
    assert not browser.succeeds(command, {})
    assert "that failed: E: no such package" in capsys.readouterr().err
