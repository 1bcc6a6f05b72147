"""The kinds of Page: who gets its threads, and how control moves there."""

from enum import StrEnum


class Routing(StrEnum):
    """Who gets the Page's idle threads, by its Conversation Routing settings or older roles."""

    #: Ours: a person's live event proves that control is ours.
    DEFAULT_APP = "default_app"
    #: Another one: we own a thread once it is passed to us. A live event proves the same.
    OTHER_DEFAULT_APP = "other_default_app"
    #: Nobody: every app hears everything live, take is blocked, and only echoes tell of a human.
    NO_DEFAULT_APP = "no_default_app"
    #: Ours, on an older Page with receiver roles: we alone may take, and the others ask us.
    PRIMARY_RECEIVER = "primary_receiver"
    #: Another one's, on such a Page: we own a thread once it is passed to us, and ask for it.
    SECONDARY_RECEIVER = "secondary_receiver"

    @property
    def is_on(self) -> bool:
        """Whether there is Conversation Routing: then whoever answers takes control by it."""
        return self in {Routing.DEFAULT_APP, Routing.OTHER_DEFAULT_APP}

    @property
    def has_roles(self) -> bool:
        """Whether this is an older Page: then control never lapses, and moves on request."""
        return self in {Routing.PRIMARY_RECEIVER, Routing.SECONDARY_RECEIVER}
