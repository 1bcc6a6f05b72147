"""What several commands need."""

from typing import Any, NoReturn

import click
from flask import current_app
from flask.cli import AppGroup

from messenger_app.bridge import Bridge
from messenger_app.conversation.state import Conversation
from messenger_app.errors import HandoverError
from messenger_app.store import conversations

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
page_option = click.option("--page", "page_id", help="This Page alone, by its id.")


class CommandGroup(AppGroup):
    """Commands of one subject. What goes wrong in the bridge ends them with a line, too."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except HandoverError as error:
            fail(str(error))


def this_bridge() -> Bridge:
    """Return the objects of the application whose command runs."""
    bridge: Bridge = current_app.extensions["bridge"]
    return bridge


def find(bridge: Bridge, psid: str, page_id: str | None) -> Conversation:
    """Return the conversation with this person, on this Page or on whichever it is.

    Ends with a line where there is none, or more than one.
    """
    with bridge.database.reading() as connection:
        found = conversations.find(connection, psid, page_id)
    if not found:
        where = f" on Page {page_id}" if page_id else ""
        fail(f"No thread with {psid}{where}. `flask thread list` shows those there are.")
    if len(found) > 1:
        pages = ", ".join(sorted(thread.page_id for thread in found))
        fail(f"There are threads with {psid} on several Pages. Say which with --page: {pages}.")
    return found[0]


def fail(message: str) -> NoReturn:
    """End the command with a line instead of a traceback."""
    raise click.ClickException(message)
