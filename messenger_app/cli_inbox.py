"""`flask inbox …` and `flask transcript …`: what is stored, what was set aside, what may go."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from messenger_app.bridge import Bridge
from messenger_app.cli_shared import (
    CommandGroup,
    as_json_option,
    fail,
    find,
    page_option,
    this_bridge,
)
from messenger_app.config import LONGEST_RETENTION
from messenger_app.store import conversations, inbox, outbox, profiles, purge, transcripts
from messenger_app.store.inbox import KeptEvent, thread_of
from messenger_app.store.purge import BATCH, DAY
from messenger_app.store.tables import EventStatus

_DAYS = click.IntRange(min=0, max=LONGEST_RETENTION)

inbox_group = CommandGroup("inbox", help="The durable inbox.")


@inbox_group.command("list")
@as_json_option
def inbox_list(*, as_json: bool) -> None:
    """Count the stored events and the commands that followed, by status."""
    with this_bridge().database.reading() as connection:
        counted = {"events": inbox.counts(connection), "commands": outbox.counts(connection)}
        busy = conversations.busy(connection)
    if as_json:
        click.echo(json.dumps({**counted, "threads_busy": busy}))
        return
    for what, numbers in counted.items():
        for status, number in numbers.items():
            click.echo(f"{what:<9} {status:<13} {number}")
    click.echo(f"threads   busy          {busy}")


@inbox_group.command("dead")
@click.option("--limit", default=50, show_default=True)
@as_json_option
def inbox_dead(limit: int, *, as_json: bool) -> None:
    """List the events that were set aside, the newest first, with the reason."""
    with this_bridge().database.reading() as connection:
        found = inbox.with_status(connection, EventStatus.SET_ASIDE, limit)
    if as_json:
        click.echo(json.dumps([_summary(event) for event in found]))
        return
    for event in found:
        click.echo(f"{event.id}  {_time(event.at)}  {event.thread or '-'}  {event.error}")


@inbox_group.command("show")
@click.argument("event_id", type=int)
@as_json_option
def inbox_show(event_id: int, *, as_json: bool) -> None:
    """Show one event, with its body as the platform sent it."""
    event = _event(event_id)
    if as_json:
        click.echo(json.dumps({**_summary(event), "body": event.body.decode()}))
        return
    for name, value in _summary(event).items():
        click.echo(f"{name:<11} {'' if value is None else value}")
    click.echo(event.body.decode() or "The body was purged.")


@inbox_group.command("replay")
@click.argument("event_id", type=int)
@as_json_option
def inbox_replay(event_id: int, *, as_json: bool) -> None:
    """Bring back an event that was set aside: the worker takes it as if it had just come."""
    bridge, event = this_bridge(), _event(event_id)
    if event.status is not EventStatus.SET_ASIDE:
        fail(f"Event {event_id} was not set aside: it is {event.status.name.lower()}.")
    if not event.body:
        fail(f"The body of event {event_id} was purged.")
    with bridge.database.writing() as connection:
        inbox.replay(connection, event)
    bridge.bell.ring()
    if as_json:
        click.echo(json.dumps(_summary(_event(event_id))))
        return
    hint = "" if bridge.bell.is_heard() else " No worker is running: start `flask worker`."
    click.echo(f"Event {event_id} is pending again.{hint}")


transcript_group = CommandGroup("transcript", help="What was said on a thread.")


@transcript_group.command("show")
@click.argument("psid")
@page_option
@as_json_option
def transcript_show(psid: str, page_id: str | None, *, as_json: bool) -> None:
    """Show what was said on a thread, with when and by whom."""
    lines = _lines(psid, page_id)
    if as_json:
        click.echo(json.dumps(lines))
        return
    for line in lines:
        note = f" [{line['note']}]" if line["note"] else ""
        click.echo(f"{_time(line['at'])}  {line['author']:>7}  {line['text']}{note}")


@transcript_group.command("export")
@click.argument("psid", nargs=-1, required=True)
@page_option
def transcript_export(psid: tuple[str, ...], page_id: str | None) -> None:
    """Print the lines of these people's threads as JSON, one on a line."""
    for person in psid:
        for line in _lines(person, page_id):
            click.echo(json.dumps({"psid": person, **line}, ensure_ascii=False))


@transcript_group.command("purge")
@click.option("--psid", help="Everything on this person's thread that is over.")
@click.option("--older-than", type=_DAYS, metavar="DAYS", help="On any thread.")
@page_option
@click.option("--yes", is_flag=True, help="Don't ask.")
@as_json_option
def transcript_purge(
    psid: str | None, older_than: int | None, page_id: str | None, *, yes: bool, as_json: bool
) -> None:
    """Delete lines for good, and people's languages; the worker deletes old ones by itself.

    Of one person also what their events and the answers to them say, as far as they are over, and
    what they told before a handoff: what still waits stays until it is worked off.
    """
    bridge = this_bridge()
    if (psid is None) == (older_than is None):
        fail("Say either --psid or --older-than.")
    if page_id is not None and psid is None:
        fail("--page goes with --psid.")
    if not yes:
        click.confirm("Delete these lines for good?", abort=True, err=as_json)
    thread = thread_of(find(bridge, psid, page_id).page_id, psid) if psid else None
    before = None if older_than is None else bridge.clock.now() - older_than * DAY
    deleted = {"lines": 0, "languages": 0}
    for what, delete in (("lines", transcripts.purge), ("languages", profiles.purge)):
        more = True
        while more:  # a batch at a time: nobody else waits for long
            with bridge.database.writing() as connection:
                gone = delete(connection, thread=thread, before=before)
            deleted[what] += gone
            more = gone > 0
    busy = thread is not None and not _purge_bodies(bridge, thread, deleted)
    listed = ", ".join(f"{what} {count}" for what, count in deleted.items())
    click.echo(json.dumps(deleted) if as_json else f"Deleted: {listed}.")
    if busy:
        fail("The worker has this thread, so what was told before a handoff stays: run this again.")


def _purge_bodies(bridge: Bridge, thread: str, deleted: dict[str, int]) -> bool:
    """Empty what is over of one person's events, commands and handoff; count it in ``deleted``.

    Say whether the handoff could be looked at: not while a worker has the thread.
    """
    with bridge.database.reading() as connection:
        bodies = purge.bodies_of(connection, thread)
    for table, ids in bodies.items():
        deleted[{"inbox_event": "events", "outbox": "commands"}[table.name]] = len(ids)
        for batch in (ids[at : at + BATCH] for at in range(0, len(ids), BATCH)):
            with bridge.database.writing() as connection:
                purge.empty(connection, table, batch)
    with bridge.database.writing() as connection:
        answers = purge.forget_answers(connection, thread)
    deleted["handoffs"] = int(bool(answers))
    return answers is not None


def _lines(psid: str, page_id: str | None) -> list[dict[str, Any]]:
    bridge = this_bridge()
    conversation = find(bridge, psid, page_id)
    with bridge.database.reading() as connection:
        lines = transcripts.read(connection, thread_of(conversation.page_id, psid))
    return [{"page_id": conversation.page_id, **asdict(line)} for line in lines]


def _event(event_id: int) -> KeptEvent:
    with this_bridge().database.reading() as connection:
        event = inbox.find(connection, event_id)
    if event is None:
        fail(f"There is no event {event_id}.")
    return event


def _summary(event: KeptEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "status": event.status.name.lower(),
        "thread": event.thread,
        "channel": event.channel.value,
        "at": event.at,
        "received_at": event.received_at,
        "attempts": event.attempts,
        "error": event.error,
    }


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
