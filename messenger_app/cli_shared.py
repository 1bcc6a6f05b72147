"""What several commands need."""

from typing import NoReturn

import click
from flask import current_app

from messenger_app.bridge import Bridge
from messenger_app.conversation.state import Conversation
from messenger_app.store import conversations

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


def this_bridge() -> Bridge:
    """Return the objects of the application whose command runs."""
    bridge: Bridge = current_app.extensions["bridge"]
    return bridge


def find(bridge: Bridge, psid: str) -> Conversation:
    """Return the conversation with this person, or end with a line that says there is none."""
    with bridge.database.reading() as connection:
        found = conversations.find(connection, psid)
    if not found:
        fail(f"No thread with {psid}. `flask thread list` shows those there are.")
    return found[0]


def fail(message: str) -> NoReturn:
    """End the command with a line instead of a traceback."""
    raise click.ClickException(message)
