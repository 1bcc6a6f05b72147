"""What an operator can do: `flask worker`, `doctor`, `thread …`, `inbox …`, `page …`, `db …`."""

import json
import secrets
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
import orjson
from flask import Flask
from sqlalchemy import Connection

from messenger_app.bridge import Bridge
from messenger_app.cli_inbox import inbox_group, transcript_group
from messenger_app.cli_page import page_group
from messenger_app.cli_shared import (
    CommandGroup,
    as_json_option,
    fail,
    find,
    page_option,
    this_bridge,
)
from messenger_app.conversation.state import Conversation, Owner
from messenger_app.conversation.transitions import is_with, may_pass
from messenger_app.doctor import examine
from messenger_app.store import conversations, inbox, profiles, transcripts
from messenger_app.store.conversations import Unreadable
from messenger_app.store.inbox import thread_of
from messenger_app.webhook.envelope import Channel, ReceivedEvent

#: How long `flask thread take|pass|release` waits for the worker, in seconds.
WAIT = 20.0


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (
        run_worker,
        run_doctor,
        thread_group,
        inbox_group,
        transcript_group,
        db_group,
        page_group,
    ):
        app.cli.add_command(command)


@click.command("worker")
def run_worker() -> None:
    """Work events off until SIGTERM or Ctrl-C."""
    worker = this_bridge().worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


db_group = CommandGroup("db", help="The database.")


@db_group.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables up to date."""
    this_bridge().database.upgrade()
    click.echo("The database is up to date.")


thread_group = CommandGroup("thread", help="Threads and who owns them.")


@thread_group.command("list")
@click.option("--limit", default=50, show_default=True)
@as_json_option
def thread_list(limit: int, *, as_json: bool) -> None:
    """List threads: those with something to do first, who waits longest at the top.

    The others come by the ids of Page and person, not by time.
    """
    bridge = this_bridge()
    with bridge.database.reading() as connection:
        found = conversations.with_work_first(connection, limit)
    if as_json:
        click.echo(json.dumps([_summary(thread) for thread in found]))
        return
    for thread in found:
        page = f"{thread.page_id}  " if len(bridge.pages) > 1 else ""
        says = thread.why if isinstance(thread, Unreadable) else thread.owner.value
        click.echo(f"{page}{thread.psid}  {says}")


@thread_group.command("show")
@click.argument("psid")
@page_option
@as_json_option
def thread_show(psid: str, page_id: str | None, *, as_json: bool) -> None:
    """Show who owns a thread, why, and what was said."""
    bridge = this_bridge()
    conversation = find(bridge, psid, page_id)
    with bridge.database.reading() as connection:
        lines = transcripts.read(connection, thread_of(conversation.page_id, psid))
        locale = profiles.find(connection, thread_of(conversation.page_id, psid)).locale
    if as_json:
        told = {
            **asdict(conversation),
            "locale": locale,
            "transcript": [asdict(line) for line in lines],
        }
        click.echo(json.dumps(told))
        return
    click.echo(f"owner    {conversation.owner.value}")
    if conversation.bot:
        click.echo(f"bot      {conversation.bot}")
    if conversation.handoff:
        click.echo(f"handoff  {conversation.handoff.target}: {conversation.handoff.reason}")
    if locale:
        click.echo(f"locale   {locale}")
    for line in lines:
        heard = " (heard by the bot)" if line.heard_by_bot else ""
        note = f" [{line.note}]" if line.note else ""
        click.echo(f"{line.author:>7}  {line.text}{heard}{note}")


@thread_group.command("take")
@click.argument("psid")
@page_option
@as_json_option
def thread_take(psid: str, page_id: str | None, *, as_json: bool) -> None:
    """Take the thread back; the bot goes on. An idle one is the bot's at the next word anyway."""
    wanted = {Owner.BOT, Owner.IDLE}
    thread = find(this_bridge(), psid, page_id)
    _operate(thread, {"action": "take"}, lambda now: now.owner in wanted, as_json=as_json)


@thread_group.command("pass")
@click.argument("psid")
@click.option("--target", help="A target of the handoff config; the default one without it.")
@page_option
@as_json_option
def thread_pass(psid: str, target: str | None, page_id: str | None, *, as_json: bool) -> None:
    """Hand the thread to a human, to another app or to another bot.

    Only its owner can pass a thread: take it first where somebody else has it.
    """
    policy = this_bridge().policy
    wanted = policy.target(target)
    if wanted is None:
        fail(f"There is no target {target}. The handoff config has: {', '.join(policy.targets)}.")
    thread = find(this_bridge(), psid, page_id)
    if not may_pass(thread) and not is_with(thread, wanted):
        fail(
            f"The thread's owner is {thread.owner.value}, and only its owner can pass it. "
            f"Take it first: flask thread take {psid} --page {thread.page_id}"
        )
    action = {"action": "pass", "target": target}
    _operate(thread, action, lambda now: is_with(now, wanted), as_json=as_json)


@thread_group.command("release")
@click.argument("psid")
@page_option
@as_json_option
def thread_release(psid: str, page_id: str | None, *, as_json: bool) -> None:
    """Let the thread go idle."""
    thread = find(this_bridge(), psid, page_id)
    _operate(thread, {"action": "release"}, lambda now: now.owner is Owner.IDLE, as_json=as_json)


@click.command("doctor")
@as_json_option
def run_doctor(*, as_json: bool) -> None:
    """Say whether everything is set up so that a handover works, and what to do where it isn't."""
    findings = list(examine(this_bridge()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            click.echo(f"{finding.verdict:<8} {finding.about}: {finding.says}")
    if any(finding.verdict == "failed" for finding in findings):
        raise SystemExit(1)


def _operate(
    thread: Conversation,
    action: dict[str, Any],
    is_done: Callable[[Conversation], bool],
    *,
    as_json: bool,
) -> None:
    """Put an operator's wish into the durable inbox and wait for the worker to carry it out."""
    bridge = this_bridge()
    now = bridge.clock.now()
    event = ReceivedEvent(
        channel=Channel.OPERATOR,
        page_id=thread.page_id,
        psid=thread.psid,
        dedupe_key=secrets.token_bytes(16),
        at=now,
        overtakes=False,
        body=orjson.dumps(action),
    )
    with bridge.database.writing() as connection:
        inbox.add(connection, [event], now)
    bridge.bell.ring()
    conversation = _wait_for(bridge, thread, is_done)
    bot = f", with {conversation.bot}" if conversation.bot else ""
    click.echo(
        json.dumps(_summary(conversation))
        if as_json
        else f"The thread's owner is now: {conversation.owner.value}{bot}"
    )
    if not is_done(conversation):
        hint = "" if bridge.bell.is_heard() else " No worker is running: start `flask worker`."
        fail(f"That is not what was asked for after {WAIT:.0f} s.{hint}")


def _wait_for(
    bridge: Bridge, thread: Conversation, is_done: Callable[[Conversation], bool]
) -> Conversation:
    deadline = time.monotonic() + WAIT
    while True:
        conversation = find(bridge, thread.psid, thread.page_id)
        with bridge.database.reading() as connection:
            pending = _is_pending(connection, conversation)
        done = not pending and is_done(conversation)
        if done or time.monotonic() > deadline:
            return conversation
        time.sleep(0.05)


def _is_pending(connection: Connection, conversation: Conversation) -> bool:
    thread = thread_of(conversation.page_id, conversation.psid)
    events = inbox.pending(connection, thread)
    return any(event.channel is Channel.OPERATOR for event in events)


def _summary(conversation: Conversation | Unreadable) -> dict[str, Any]:
    if isinstance(conversation, Unreadable):
        told = {"page_id": conversation.page_id, "psid": conversation.psid}
        return {**told, "owner": None, "error": conversation.why}
    return {
        "page_id": conversation.page_id,
        "psid": conversation.psid,
        "owner": conversation.owner.value,
        "owner_since": conversation.owner_since,
        "bot": conversation.bot,
        "handoff": asdict(conversation.handoff) if conversation.handoff else None,
    }
