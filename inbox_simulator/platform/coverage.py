"""What the simulator does of the platform, declared beside the code that does it.

A module says what it covers in ``COVERS``; ``python -m inbox_simulator coverage`` gathers it.
"""

from dataclasses import dataclass

BASE = "https://developers.facebook.com/documentation/business-messaging/messenger-platform/"


@dataclass(frozen=True)
class Fact:
    """One thing that the platform does."""

    subject: str
    what: str
    #: "documented", "observed" or "assumed".
    known: str
    #: The page or the thread; for an assumption without a switch, why it has none.
    source: str = ""
    switch: str = ""
    done: bool = True


def documented(subject: str, what: str, page: str, *, switch: str = "", done: bool = True) -> Fact:
    """Declare what a page of Meta's says; ``page`` below the platform's, or a whole address.

    Where another page says something else, ``switch`` chooses between the two.
    """
    source = page if "://" in page else BASE + page
    return Fact(subject, what, "documented", source, switch, done)


def observed(subject: str, what: str, thread: str, switch: str = "") -> Fact:
    """Declare what developers saw and published."""
    return Fact(subject, what, "observed", thread, switch)


def assumed(subject: str, what: str, switch: str = "", why: str = "") -> Fact:
    """Declare what nobody published: it is a switch, or there is a reason why not."""
    return Fact(subject, what, "assumed", why, switch)
