"""What the page reads: the whole state once, then every change as a server-sent event."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from inbox_simulator.platform import switches, views
from inbox_simulator.platform.world import Platform
from inbox_simulator.recorder import Change
from inbox_simulator.running import simulator

if TYPE_CHECKING:
    from inbox_simulator.server import Simulator

JSON = dict[str, Any]
blueprint = Blueprint("stream", __name__)

#: Seconds after which a comment line shows that the stream still lives.
HEARTBEAT = 15


@blueprint.get("/state")
def state() -> JSON:
    """Return everything the page shows, and the version from which to follow the changes."""
    running = simulator()
    # Read before the state: a change in between is then told twice rather than never.
    version = running.feed.version
    with running.acting() as (platform, now):
        pages = list(running.pages)
        for page in pages:
            page.expire_all(now)
        threads = [thread for page in pages for thread in page.threads.values()]
        return {
            "version": version,
            "epoch": platform.ids.epoch,
            "now": now,
            "page": _page(platform),
            "app_id": platform.default_app_id,
            "inbox_app_id": platform.inbox_app_id,
            "apps": _apps(running, platform),
            "pages": running.pages.as_json(),
            "people": [views.person_json(thread.person) for thread in threads],
            "threads": [views.thread_json(thread, now) for thread in threads],
            "switches": platform.switches.as_json(),
            "switch_options": switches.explanations(),
            "faults": running.faults.as_json(),
            "notice": running.notice,
            "story": running.player.as_json(),
            "journal_seq": running.journal.seq,
        }


@blueprint.get("/stream")
def stream() -> Response:
    """Stream changes after ``since``, or after a returning browser's ``Last-Event-ID``."""
    since = request.headers.get("Last-Event-ID") or request.args.get("since")
    running = simulator()
    version = int(since) if since and since.isdigit() else running.feed.version
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Response(_changes(running, version), mimetype="text/event-stream", headers=headers)


def _changes(running: "Simulator", version: int) -> Iterator[str]:
    yield ": connected\n\n"
    while True:
        changes = running.feed.since(version)
        if changes is None:
            version = running.feed.version
            yield _event({"version": version, "kind": "reset"})
            continue
        for change in changes:
            yield _event({"version": change.version, "kind": change.kind, **_news(running, change)})
            version = change.version
        if not running.feed.wait(version, HEARTBEAT):
            return
        if running.feed.version == version:
            yield ": still here\n\n"


def _event(data: JSON) -> str:
    text = json.dumps(data, separators=(",", ":"))
    return f"id: {data['version']}\nevent: change\ndata: {text}\n\n"


def _news(running: "Simulator", change: Change) -> JSON:
    """Return what is new, as it is now: a later change may be in it already."""
    with running.acting(psid=change.key) as (platform, now):
        thread = platform.threads.get(change.key)
        tell: dict[str, Callable[[], JSON]] = {
            "thread": lambda: {"thread": views.thread_json(thread, now) if thread else None},
            "people": lambda: {"person": views.person_json(thread.person) if thread else None},
            "journal": lambda: {"entry": running.journal.get(int(change.key))},
            "clock": lambda: {"clock": running.clock.as_json()},
            "switches": lambda: {"switches": platform.switches.as_json()},
            "faults": lambda: {"faults": running.faults.as_json()},
            "page": lambda: {"page": _page(platform)},
            "notice": lambda: {"notice": running.notice},
            "story": lambda: {"story": running.player.as_json()},
            "apps": lambda: {"apps": _apps(running, platform)},
            "reset": dict,
        }
        return tell[change.kind]()


def _apps(running: "Simulator", platform: Platform) -> list[JSON]:
    statuses = {app.app_id: running.sender.status(app) for app in platform.apps.values()}
    return views.apps_json(platform, statuses)


def _page(platform: Platform) -> JSON:
    return {"id": platform.page.id, "name": platform.page.name, "profile": platform.profile}
