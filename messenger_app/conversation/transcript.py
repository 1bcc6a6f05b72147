"""What is written down of a thread."""

from dataclasses import dataclass
from typing import Literal

from messenger_app.conversation import content
from messenger_app.conversation.events import PersonReacted, PersonReferred

Author = Literal["person", "bot", "human", "app"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the thread's transcript."""

    author: Author
    text: str
    at: int
    mid: str | None = None
    #: True for a person's words that the bot is given.
    heard_by_bot: bool = False
    #: Why something was not said or not done, in a word.
    note: str = ""


def by_person(event: content.PersonEvent, *, heard_by_bot: bool) -> Line:
    """Return the line for what a person wrote, tapped or signed."""
    mid = None if isinstance(event, PersonReacted | PersonReferred) else event.mid
    return Line("person", content.in_words(event), event.at, mid, heard_by_bot=heard_by_bot)
