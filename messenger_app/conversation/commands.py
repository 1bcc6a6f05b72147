"""What the shell is to do. Imperative, in the platform's words."""

from dataclasses import dataclass, field
from enum import StrEnum

from messenger_app.conversation.messages import BotMessage, Referral


class EntryPoint(StrEnum):
    """By which way something reached the bot."""

    MESSAGE = "message"
    QUICK_REPLY = "quick_reply"
    #: A button that stays in the thread.
    POSTBACK = "postback"
    GET_STARTED = "get_started"
    #: The persistent menu, or an ice breaker: a tap that belongs to no message of ours.
    MENU = "menu"
    #: A link to the thread, or a product that the person asks about.
    REFERRAL = "referral"
    AD = "ad"
    #: The bridge itself.
    BRIDGE = "bridge"


#: Stands for the Page's own bot, the one at its Rasa URL, where the others have a target's name.
OWN_BOT = ""


@dataclass(frozen=True, slots=True)
class AskBot:
    """Give the bot what the person said. ``payload`` is an intent of our own button's."""

    mid: str
    text: str
    payload: str | None = None
    entry_point: EntryPoint = EntryPoint.MESSAGE
    referral: Referral | None = None
    #: Which bot: a target's name, or `OWN_BOT`.
    bot: str = OWN_BOT
    #: True where the person wrote it before our last message: it can't be an answer to that.
    crossed: bool = False


@dataclass(frozen=True, slots=True)
class TellBot:
    """Tell the bot something that the person did not say: an intent with its entities."""

    intent: str
    entities: dict[str, object] = field(default_factory=dict)
    #: Which bot: a target's name, or `OWN_BOT`.
    bot: str = OWN_BOT
    #: True where the person is about to be handed to that bot: with one that can't be reached, or
    #: fails, they are not to wait.
    is_switch: bool = False


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Say one thing to the person."""

    message: BotMessage


@dataclass(frozen=True, slots=True)
class StopTyping:
    """Take the typing bubble away, so that it doesn't stay while a human reads."""


@dataclass(frozen=True, slots=True)
class PassThreadControl:
    """Give the thread to another app."""

    app_id: str
    metadata: str = ""


@dataclass(frozen=True, slots=True)
class TakeThreadControl:
    """Get the thread back from the app that has it."""

    metadata: str = ""


@dataclass(frozen=True, slots=True)
class RequestThreadControl:
    """Ask whoever can grant it for the thread; a pass to us is the answer."""

    metadata: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseThreadControl:
    """Let the thread go idle."""

    metadata: str = ""


@dataclass(frozen=True, slots=True)
class FindOwner:
    """Ask who has control, because of a tap that came live and doesn't tell."""

    #: True where the thread had been quiet for so long that ownership had lapsed.
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class NotifyAgents:
    """Tell the people behind the Page Inbox, outside Messenger, that they are wanted."""

    about: str
    text: str


Command = (
    AskBot
    | TellBot
    | SendMessage
    | StopTyping
    | PassThreadControl
    | TakeThreadControl
    | RequestThreadControl
    | ReleaseThreadControl
    | FindOwner
    | NotifyAgents
)
