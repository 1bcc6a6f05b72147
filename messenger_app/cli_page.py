"""`flask page …`: which events a Page sends, and what people see of it before they write."""

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import click

from messenger_app import page_profile
from messenger_app.bridge import Bridge
from messenger_app.cli_shared import CommandGroup, as_json_option, fail, page_option, this_bridge
from messenger_app.doctor import NEEDED_FIELDS, USEFUL_FIELDS
from messenger_app.errors import SettingsError
from messenger_app.graph.client import GraphClient
from messenger_app.graph.errors import GraphError
from messenger_app.page_profile import Difference

#: What a Page is subscribed to.
FIELDS = [*NEEDED_FIELDS, *USEFUL_FIELDS]

#: What `flask page profile` ends with where the Page shows something else than the file says.
DIFFERS = 3

Answer = TypeVar("Answer")

page_group = CommandGroup("page", help="The Facebook Page.")


@page_group.command("subscribe")
@page_option
@as_json_option
def page_subscribe(page_id: str | None, *, as_json: bool) -> None:
    """Subscribe the app to each Page's webhooks, with every field the bridge needs."""
    pages = _pages(this_bridge(), page_id)
    for page, graph in pages.items():
        _graph(partial(graph.subscribe, FIELDS))
        if not as_json:
            click.echo(f"Page {page}: subscribed to {', '.join(FIELDS)}")
    if as_json:
        click.echo(json.dumps({page: {"fields": FIELDS} for page in pages}))


@page_group.command("status")
@page_option
@as_json_option
def page_status(page_id: str | None, *, as_json: bool) -> None:
    """Show which fields each Page's subscription has, and which it lacks."""
    bridge = this_bridge()
    told: dict[str, Any] = {}
    for page, graph in _pages(bridge, page_id).items():
        apps = _graph(graph.subscribed_apps)
        ours = [app for app in apps if str(app.get("id")) == bridge.settings.app_id]
        fields = sorted(ours[0].get("subscribed_fields", [])) if ours else []
        told[page] = {"fields": fields, "missing": sorted(set(FIELDS) - set(fields))}
    if as_json:
        click.echo(json.dumps(told))
        return
    for page, status in told.items():
        missing = ", ".join(status["missing"])
        click.echo(f"Page {page}: " + (f"missing {missing}" if missing else "all fields there"))
        if missing:
            click.echo("Run `flask page subscribe`.")


@page_group.command("profile")
@page_option
@click.option("--yes", is_flag=True, help="Set what differs, without asking.")
@click.option("--check", is_flag=True, help="Only look; neither ask nor set anything.")
@click.option("--delete", is_flag=True, help="Delete too what the file doesn't mention.")
@as_json_option
def profile(page_id: str | None, *, yes: bool, check: bool, delete: bool, as_json: bool) -> None:
    """Show how the menu, Get Started and greeting differ from PAGE_PROFILE, and set them.

    Ends with 0 where a Page shows what the file says, in the end; with 3 where it doesn't; with 1
    where something went wrong.
    """
    bridge = this_bridge()
    told: dict[str, Any] = {}
    for page, graph in _pages(bridge, page_id).items():
        difference = _difference(bridge, page, graph)
        deleted = difference.to_delete if delete else []
        differs = bool(difference.to_set or deleted)
        if not as_json:
            _show(page, difference, deleting=delete)
        wanted = differs and not check and (yes or (not as_json and _is_agreed(page)))
        if wanted:
            _apply(graph, difference, deleted)
        told[page] = {
            "differs": differs,
            "applied": wanted,
            "set": list(difference.to_set),
            "delete": deleted,
            "kept": [] if delete else difference.to_delete,
            "on_page": difference.on_page,
            "in_file": difference.in_file,
        }
        if wanted and not as_json:
            click.echo(f"Page {page}: set. People may see it only when they open the thread anew.")
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    if any(page["differs"] and not page["applied"] for page in told.values()):
        raise SystemExit(DIFFERS)


def _difference(bridge: Bridge, page: str, graph: GraphClient) -> Difference:
    try:
        in_file = page_profile.load(bridge.profile_path(page))
    except SettingsError as error:
        fail(str(error))
    on_page = _graph(lambda: graph.messenger_profile(page_profile.FIELDS))
    return Difference(page_profile.plain(on_page), in_file)


def _show(page: str, difference: Difference, *, deleting: bool) -> None:
    lines = difference.lines(deleting=deleting)
    click.echo(f"Page {page}: " + ("differs" if lines else "shows what the file says"))
    for line in lines:
        colour = {"+": "green", "-": "red"}.get(line[:1])
        click.secho(f"  {line}", fg=colour)
    if difference.to_delete and not deleting:
        kept = ", ".join(difference.to_delete)
        click.echo(f"  Not in the file, and kept: {kept}. --delete would delete it.")


def _is_agreed(page: str) -> bool:
    """Ask, where there is somebody to ask."""
    if not _has_somebody_to_ask():
        click.echo("Nothing was set: say --yes to set it.")
        return False
    return click.confirm(f"Set it on Page {page}?")


def _has_somebody_to_ask() -> bool:
    return sys.stdin.isatty()


def _apply(graph: GraphClient, difference: Difference, deleted: list[str]) -> None:
    if difference.to_set:
        _graph(lambda: graph.set_messenger_profile(difference.to_set))
    if deleted:
        _graph(lambda: graph.delete_messenger_profile(deleted))


def _pages(bridge: Bridge, page_id: str | None) -> Mapping[str, GraphClient]:
    """Return the client of one Page, or of each."""
    if page_id is None:
        return bridge.graph
    if page_id not in bridge.graph:
        fail(f"There is no Page {page_id}. There are: {', '.join(bridge.graph)}.")
    return {page_id: bridge.graph[page_id]}


def _graph(call: Callable[[], Answer]) -> Answer:
    try:
        return call()
    except GraphError as error:
        fail(f"Graph: {error}")
