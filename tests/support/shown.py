"""What is there to see of a thread: for the person, and for the operator."""

import json

from inbox_simulator.actors import Person
from inbox_simulator.thread_view import MessageView
from tests.support.bridge import Bridge


def answered(person: Person) -> list[MessageView]:
    """Return what the Page said since its answer to the first hello."""
    return [m for m in person.thread.messages if m.author != "person"][1:]


def texts(person: Person) -> list[str | None]:
    """Return the words of `answered`."""
    return [message.text for message in answered(person)]


def transcript(bridge: Bridge, person: Person) -> list[tuple[str, bool]]:
    """Return each line, and whether the bot heard it."""
    shown = json.loads(bridge.flask("thread", "show", person.psid, "--json"))
    return [(line["text"], line["heard_by_bot"]) for line in shown["transcript"]]
