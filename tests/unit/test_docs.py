"""What the code has, the documents name."""

import re
from pathlib import Path

import click
import pytest

from messenger_app import cli, cli_inbox, cli_page
from messenger_app.config import Settings
from messenger_app.conversation.diagram import mermaid
from messenger_app.conversation.policy import Words

ROOT = Path(__file__).resolve().parents[2]
CODE = [path.read_text() for path in (ROOT / "messenger_app").rglob("*.py")]

SETTINGS = sorted(name.upper() for name in Settings.model_fields)
LOG_EVENTS = sorted(
    {name for text in CODE for name in re.findall(r'\blog\.(?:\w+)\(\s*"([a-z_]+\.[a-z_]+)"', text)}
)
METRICS = sorted({name for text in CODE for name in re.findall(r'"(handover_[a-z_]+)"', text)})


def commands() -> list[str]:
    listed = []
    for command in (
        cli.run_worker,
        cli.run_doctor,
        cli.thread_group,
        cli_inbox.inbox_group,
        cli_inbox.transcript_group,
        cli.db_group,
        cli_page.page_group,
    ):
        if isinstance(command, click.Group):
            listed += [f"flask {command.name} {name}" for name in command.commands]
        else:
            listed.append(f"flask {command.name}")
    return listed


def test_there_is_something_to_look_for():
    assert len(SETTINGS) > 10
    assert len(LOG_EVENTS) > 15
    assert len(METRICS) == 6
    assert len(commands()) > 8


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_explained_and_stands_in_the_example(setting: str):
    assert f"`{setting}`" in (ROOT / "docs/settings.md").read_text()
    example = (ROOT / ".env.example").read_text()
    assert re.search(rf"^(# )?{setting}=", example, re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_explained(command: str):
    assert f"`{command}" in (ROOT / "docs/operations.md").read_text()


@pytest.mark.parametrize("event", LOG_EVENTS)
def test_every_log_event_is_explained(event: str):
    assert f"`{event}`" in (ROOT / "docs/operations.md").read_text()


@pytest.mark.parametrize("metric", METRICS)
def test_every_figure_is_explained(metric: str):
    assert f"`{metric}" in (ROOT / "docs/operations.md").read_text()


@pytest.mark.parametrize("word", sorted(Words.__dataclass_fields__))
def test_every_sentence_that_can_be_replaced_is_named(word: str):
    assert f"`{word}`" in (ROOT / "docs/settings.md").read_text()


def documents() -> list[Path]:
    found = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return [
        *found,
        ROOT / "inbox_simulator/README.md",
        ROOT / "rasa_bot/README.md",
        ROOT / "rasa_bot/moodbot/README.md",
    ]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_of_the_project_names_its_python(document: Path):
    bare = r"(?<![/\w])python (?:-m|scripts/|examples/).*"
    assert re.findall(bare, document.read_text()) == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(document: Path):
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
    for picture in re.findall(r'(?:src|srcset)="([^"]+)"', document.read_text()):
        assert (document.parent / picture).exists(), f"{document.name} shows {picture}"


def test_the_guide_to_a_real_page_starts_each_bot_that_the_demo_starts():
    programs = re.findall(r"scripts/rasa_env\.py.*", (ROOT / "Procfile.demo").read_text())
    guide = (ROOT / "docs/real-page.md").read_text()
    assert len(programs) == 3
    assert [each for each in programs if f".venv/bin/python {each}\n" not in guide] == []


def test_every_file_of_the_page_is_in_its_readme():
    page = ROOT / "inbox_simulator/ui"
    readme = (page / "README.md").read_text()
    files = [path.name for path in page.iterdir() if path.suffix in {".js", ".css"}]
    assert [name for name in files if f"`{name}`" not in readme] == []


def test_the_state_diagram_is_what_the_code_does():
    assert f"```mermaid\n{mermaid()}\n```" in (ROOT / "docs/state-diagram.md").read_text()


def test_every_rule_names_a_test_that_exists():
    folders = (ROOT / "tests/unit/conversation", ROOT / "tests/together")
    files = [path for folder in folders for path in folder.glob("test_*.py")]
    tests = "\n".join(path.read_text() for path in files)
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs/rules.md").read_text())
    assert len(named) > 30
    assert [name for name in named if f"def {name}(" not in tests] == []
