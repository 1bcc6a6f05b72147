"""What happens to a thread. Past tense, in the platform's words.

``at`` is the platform's time and ``received_at`` the bridge's, both in milliseconds since 1970.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from messenger_app.conversation.buttons import Kept
from messenger_app.conversation.commands import OWN_BOT
from messenger_app.conversation.messages import Attachment, BotMessage, Referral
from messenger_app.conversation.state import TimerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    at: int
    received_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMessaged(_Event):
    """The person wrote, or tapped a quick reply (then ``payload`` is what our button carried)."""

    mid: str
    text: str
    #: True where the platform let us listen only: we did not own the thread.
    standby: bool = False
    payload: str | None = None
    #: The turn in which the button was sent, where it says so.
    sent_in: int | None = None
    #: Where the payload is that was too long to be sent; the shell fetches it.
    kept: Kept | None = None
    attachments: tuple[Attachment, ...] = ()
    referral: Referral | None = None


#: How the name begins that a tap gets which came without an id, as those in standby once did.
UNNAMED_TAP = "postback:"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTapped(_Event):
    """The person tapped a button, the menu or Get Started. In standby there is no payload."""

    mid: str
    title: str
    standby: bool = False
    payload: str | None = None
    #: The turn in which the button was sent; None for the menu and Get Started.
    sent_in: int | None = None
    #: Where the payload is that was too long to be sent; the shell fetches it.
    kept: Kept | None = None
    referral: Referral | None = None

    @property
    def is_on_our_message(self) -> bool:
        """Say whether this is a button of a message of ours, not the menu or Get Started."""
        return self.sent_in is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEdited(_Event):
    """The person changed a message; ``text`` is what it says now, ``number`` counts its edits."""

    mid: str
    text: str
    number: int
    standby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReacted(_Event):
    """The person put a reaction to a message of the thread, or took it back."""

    #: The message that is reacted to.
    mid: str
    #: The platform's name for it: love, smile, ...
    reaction: str
    emoji: str = ""
    given: bool = True
    standby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReferred(_Event):
    """The person came to the thread by a link or an advertisement."""

    mid: str
    referral: Referral
    standby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAppEchoed(_Event):
    """A message with our app id went out. ``ours`` is False where another tool sent it."""

    mid: str
    text: str
    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAppEchoed(_Event):
    """A human in the Page Inbox, or another app, wrote to the person."""

    mid: str
    text: str
    #: None where the echo names no app, as those of the Page Inbox once did.
    app_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPassed(_Event):
    """Thread control was passed; the platform tells only the new owner."""

    previous_app_id: str | None
    new_app_id: str | None
    metadata: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTaken(_Event):
    """An app took thread control; the platform tells the one that lost it."""

    previous_app_id: str | None
    new_app_id: str | None
    metadata: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequested(_Event):
    """An app asks us for the thread; on older Pages that is an agent who clicked."""

    app_id: str
    metadata: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesChanged(_Event):
    """An admin gave apps other roles on an older Page. It is about the Page, not one thread."""

    #: Each app's roles, by its id.
    roles: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed(_Event):
    """Something that is kept and counted, and changes nothing: a receipt, an opt-in, ..."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffAsked:
    """The handoff payload of a bot's answer, as it came."""

    target: str | None = None
    #: The address of a bot, in the starter packs' payload; then there is no target.
    host: str | None = None
    reason: str = ""
    summary: str = ""
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAnswered(_Event):
    """The bot answered what was asked in ``turn``; perhaps with nothing, perhaps a handoff."""

    turn: int
    messages: tuple[BotMessage, ...] = ()
    handoff: HandoffAsked | None = None
    #: The intent that the bridge sent, where it was no word of the person's.
    intent: str | None = None
    #: Which bot was asked: a target's name, or `OWN_BOT`.
    bot: str = OWN_BOT
    #: True where that intent was to hand the person to this bot.
    is_switch: bool = False
    #: True where the bot could not be reached for longer than a person should wait.
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(_Event):
    """The platform has one of our messages."""

    turn: int
    mid: str | None
    text: str


class Refusal(StrEnum):
    """Why Graph refused a message for good."""

    OTHER_APP_IN_CONTROL = "other_app_in_control"
    OUTSIDE_WINDOW = "outside_window"
    PERSON_UNAVAILABLE = "person_unavailable"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRefused(_Event):
    """Graph refused one of our messages, and would again."""

    turn: int
    refusal: Refusal
    text: str


class ControlCall(StrEnum):
    """The calls that move thread control."""

    PASS = "pass"  # noqa: S105 - a verb of the platform's, no password
    TAKE = "take"
    REQUEST = "request"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCallSettled(_Event):
    """It is known whether a control call worked. ``at`` is when it was begun."""

    turn: int
    call: ControlCall
    worked: bool
    #: True for a request where control turns out to be ours already.
    granted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerFound(_Event):
    """The platform said who has control. ``at`` is when it was asked."""

    turn: int
    #: True where our app has it, or nobody.
    free: bool
    #: True where it is free because ownership had lapsed.
    lapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(_Event):
    """The thread's timer ran out."""

    kind: TimerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTook(_Event):
    """Somebody ran ``flask thread take``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorPassed(_Event):
    """Somebody ran ``flask thread pass``."""

    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorReleased(_Event):
    """Somebody ran ``flask thread release``."""


Event = (
    PersonMessaged
    | PersonTapped
    | PersonEdited
    | PersonReacted
    | PersonReferred
    | OwnAppEchoed
    | OtherAppEchoed
    | ControlPassed
    | ControlTaken
    | ControlRequested
    | RolesChanged
    | Noticed
    | BotAnswered
    | MessageSent
    | MessageRefused
    | ControlCallSettled
    | OwnerFound
    | TimerFired
    | OperatorTook
    | OperatorPassed
    | OperatorReleased
)
