"""`flask page profile` against a Page that remembers what it was told."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from messenger_app import cli_page
from messenger_app.app import create_app
from messenger_app.bridge import Bridge
from messenger_app.cli_page import DIFFERS
from messenger_app.graph.client import GraphClient
from tests.unit.conftest import MakeSettings
from tests.unit.payloads import PAGE_ID

OTHER_PAGE = "104729000000002"
START = {"get_started": {"payload": "/get_started"}}


class PretendPage(GraphClient):
    """A Page's Messenger profile."""

    def __init__(self, **profile: Any) -> None:
        self.profile: dict[str, Any] = profile

    def messenger_profile(self, fields: Iterable[str]) -> dict[str, Any]:
        return {name: self.profile[name] for name in fields if name in self.profile}

    def set_messenger_profile(self, profile: dict[str, Any]) -> None:
        self.profile |= profile

    def delete_messenger_profile(self, fields: Iterable[str]) -> None:
        for name in fields:
            del self.profile[name]

    def close(self) -> None:
        pass


@pytest.fixture
def page() -> PretendPage:
    return PretendPage(greeting=[{"locale": "default", "text": "Hi!"}], whitelisted_domains=["x"])


@pytest.fixture
def flask(
    make_settings: MakeSettings, page: PretendPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    (tmp_path / "page_profile.yml").write_text("get_started: {payload: /get_started}\n")
    (tmp_path / "pages.yml").write_text(
        f"- {{id: {PAGE_ID}, token: a, rasa_url: 'http://x'}}\n"
        f"- {{id: {OTHER_PAGE}, token: b, rasa_url: 'http://x', profile: {tmp_path}/other.yml}}\n"
    )
    app: Flask = create_app(
        make_settings(
            page_profile=tmp_path / "page_profile.yml",
            pages_file=tmp_path / "pages.yml",
        )
    )
    bridge: Bridge = app.extensions["bridge"]
    bridge.__dict__["graph"] = {PAGE_ID: page, OTHER_PAGE: PretendPage(**START)}
    runner = app.test_cli_runner()

    def run(*arguments: str, says: str | None = None) -> Result:
        monkeypatch.setattr(cli_page, "_has_somebody_to_ask", lambda: says is not None)
        return runner.invoke(args=["page", "profile", *arguments], input=says)

    yield run
    bridge.bell.close()
    bridge.database.close()


def test_a_difference_is_shown_and_nothing_is_set_where_nobody_can_be_asked(
    flask: Any, page: PretendPage
) -> None:
    result = flask("--page", PAGE_ID)
    assert result.exit_code == DIFFERS
    assert result.output.splitlines() == [
        f"Page {PAGE_ID}: differs",
        "  --- on the Page",
        "  +++ in the file",
        "  @@ -0,0 +1,2 @@",
        "  +get_started:",
        "  +  payload: /get_started",
        "  Not in the file, and kept: greeting. --delete would delete it.",
        "Nothing was set: say --yes to set it.",
    ]
    assert "get_started" not in page.profile


def test_it_is_set_once_that_was_agreed(flask: Any, page: PretendPage) -> None:
    assert flask("--page", PAGE_ID, says="n\n").exit_code == DIFFERS
    assert "get_started" not in page.profile
    assert flask("--page", PAGE_ID, says="y\n").exit_code == 0
    assert page.profile == {
        **START,
        "greeting": [{"locale": "default", "text": "Hi!"}],
        "whitelisted_domains": ["x"],
    }
    again = flask("--page", PAGE_ID)
    assert (again.exit_code, again.output.splitlines()[0]) == (
        0,
        f"Page {PAGE_ID}: shows what the file says",
    )


def test_a_script_looks_and_then_sets_and_deletes(flask: Any, page: PretendPage) -> None:
    looked = flask("--page", PAGE_ID, "--check", "--delete", "--json")
    assert looked.exit_code == DIFFERS
    told = json.loads(looked.output)[PAGE_ID]
    assert (told["set"], told["delete"], told["applied"]) == (["get_started"], ["greeting"], False)
    done = flask("--page", PAGE_ID, "--yes", "--delete", "--json")
    assert done.exit_code == 0
    assert json.loads(done.output)[PAGE_ID]["applied"] is True
    assert page.profile == {**START, "whitelisted_domains": ["x"]}


def test_check_sets_nothing_whatever_else_is_said(flask: Any, page: PretendPage) -> None:
    assert flask("--page", PAGE_ID, "--yes", "--check").exit_code == DIFFERS
    assert "get_started" not in page.profile


def test_each_page_can_have_a_file_of_its_own(flask: Any, tmp_path: Path) -> None:
    missing = flask("--page", OTHER_PAGE)
    assert missing.exit_code == 1
    assert missing.output.startswith(f"Error: PAGE_PROFILE {tmp_path}/other.yml can't be read")
    (tmp_path / "other.yml").write_text("get_started: {payload: /get_started}\n")
    assert flask("--yes").exit_code == 0
    assert list(json.loads(flask("--json").output)) == [PAGE_ID, OTHER_PAGE]


def test_a_page_that_there_is_not_is_named_with_those_there_are(flask: Any) -> None:
    result = flask("--page", "7")
    assert result.exit_code == 1
    assert result.output == f"Error: There is no Page 7. There are: {PAGE_ID}, {OTHER_PAGE}.\n"
