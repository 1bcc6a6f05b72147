"""What the shell is to do. Imperative, in the platform's words."""

from dataclasses import dataclass, field

from messenger_app.conversation.messages import BotMessage


@dataclass(frozen=True, slots=True)
class AskBot:
    """Give the bot what the person said. ``payload`` is an intent of our own button's."""

    mid: str
    text: str
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class TellBot:
    """Tell the bot something that the person did not say: an intent with its entities."""

    intent: str
    entities: dict[str, object] = field(default_factory=dict)


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
class ReleaseThreadControl:
    """Let the thread go idle."""

    metadata: str = ""


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
    | ReleaseThreadControl
    | NotifyAgents
)
