"""Gathers what the modules declare into ``COVERAGE.md``."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

from inbox_simulator import graph_api, platform, webhook_sender, wire
from inbox_simulator.graph_api.edges import PAGE_EDGES
from inbox_simulator.platform.coverage import BASE, Fact
from inbox_simulator.platform.error_table import PUBLISHED, SEEN
from inbox_simulator.platform.errors import PlatformError

FILE = Path(__file__).with_name("COVERAGE.md")
INTRODUCTION = """\
# What the simulator covers

Written by `.venv/bin/python -m inbox_simulator coverage` from declarations beside the code; a test
holds it current. *Documented* is on a page of Meta's, *observed* was published by developers,
*assumed* is neither: then it is a switch, or the table says why not. What is not done is refused,
never ignored.
"""


def facts() -> list[Fact]:
    """Return everything that the modules declare."""
    return [fact for module in _modules() for fact in getattr(module, "COVERS", ())]


def raised() -> set[tuple[int, int | None]]:
    """Return code and subcode of every error that the model raises by itself."""
    return {(each.code, each.subcode) for each in _kinds(PlatformError)}


def markdown() -> str:
    """Return the whole document."""
    parts = [INTRODUCTION, *_endpoints(), *_facts(), *_errors()]
    return "\n".join(parts) + "\n"


def _modules() -> Iterator[object]:
    for package in (graph_api, platform):
        for found in pkgutil.iter_modules(package.__path__):
            yield importlib.import_module(f"{package.__name__}.{found.name}")
    yield from (webhook_sender, wire)


def _endpoints() -> Iterator[str]:
    yield "## Edges of a Page\n\n| method | edge | documented |\n|---|---|---|"
    for (method, edge), act in PAGE_EDGES.items():
        module = importlib.import_module(act.__module__)
        page = _page(act.__doc__ or "") or _page(module.__doc__ or "")
        yield f"| {method} | `/{{page}}{'/' + edge if edge else ''}` | {page} |"
    yield ""


def _facts() -> Iterator[str]:
    by_subject: dict[str, list[Fact]] = {}
    for fact in facts():
        by_subject.setdefault(fact.subject, []).append(fact)
    yield "## Fields, events and behaviour\n"
    yield "| of | what | done | known | from |\n|---|---|---|---|---|"
    for subject in sorted(by_subject):
        for fact in by_subject[subject]:
            done = "yes" if fact.done else "**no**"
            switch = f"switch `{fact.switch}`" if fact.switch else ""
            source = "; ".join(filter(None, (_short(fact.source), switch)))
            yield f"| {subject} | {fact.what} | {done} | {fact.known} | {source} |"
    yield ""


def _errors() -> Iterator[str]:
    yield "## Errors\n"
    yield "Those that nothing raises by itself come from a fault rule that names their numbers.\n"
    yield "| code | subcode | meaning | comes | known |\n|---|---|---|---|---|"
    alone = raised()
    for (code, subcode), meaning in PUBLISHED.items():
        comes = "by itself" if (code, subcode) in alone else "by a fault rule"
        known = "observed" if (code, subcode) in SEEN else "documented"
        yield f"| {code} | {subcode or ''} | {meaning} | {comes} | {known} |"


def _kinds(kind: type[PlatformError]) -> Iterator[type[PlatformError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


def _page(docstring: str) -> str:
    found = re.search(r"https://\S+[^\s.]", docstring)
    return _short(found[0]) if found else ""


def _short(source: str) -> str:
    if "://" not in source:
        return source
    words = source.removeprefix(BASE).removeprefix("https://developers.facebook.com/docs/")
    return f"[{words}]({source})"
