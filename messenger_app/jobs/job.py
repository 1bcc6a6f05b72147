"""What the executor is given and gives back."""

from dataclasses import dataclass

from messenger_app.conversation.commands import TellBot
from messenger_app.conversation.events import Event
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.profiles import UNKNOWN, Profile

#: By then a call that was begun has either reached the other side or never will. Milliseconds.
CALL_DEADLINE = 10_000
#: An echo that tells of a message comes within this.
ECHO_GRACE = 3_000


@dataclass(frozen=True, slots=True)
class Job:
    """One command on one thread."""

    thread: str
    page_id: str
    psid: str
    open: OpenCommand
    #: False where an earlier try may still be under way: look into it, and don't try again.
    may_call: bool
    #: False where an earlier try is only looked into, because nobody wants it any more.
    wanted: bool = True
    #: When an earlier try began that may have worked, by the machine's clock ...
    tried_at: int = 0
    #: ... and the mids of all that was sent on this thread before.
    known_mids: frozenset[str] = frozenset()
    #: What the platform says of the person.
    profile: Profile = UNKNOWN

    @property
    def is_switch(self) -> bool:
        """Say whether this hands the person to another bot."""
        return isinstance(self.open.command, TellBot) and self.open.command.is_switch


@dataclass(frozen=True, slots=True)
class Settled:
    """The command is over; ``event`` is what it means for the thread.

    ``answered`` where a bot said something, if only that it can't.
    """

    event: Event | None = None
    mid: str | None = None
    #: Why it was refused for good.
    refused: str = ""
    answered: bool = False
    #: What was learned of the person meanwhile.
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not yet. ``uncertain`` where it may have worked all the same.

    ``over`` where the other side said that nothing is under way any more, ``unanswered`` where it
    said nothing in time.
    """

    after: int
    reason: str
    uncertain: bool = False
    over: bool = False
    unanswered: bool = False
    profile: Profile | None = None


Result = Settled | TryAgain


def backoff(attempts: int, *, least: int = 250, most: int = 5_000) -> int:
    """Return how long to wait after so many tries, in milliseconds."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(most, least << doublings)
