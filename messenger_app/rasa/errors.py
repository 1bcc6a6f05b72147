"""What can go wrong with the bot, by what the caller may do next.

BotError
├── BotUnreachable      nothing was asked: try again
├── BotOutcomeUnknown   asked, no answer: look in the tracker before asking again
└── BotRejected         the bot answered with an error; it may have heard the question
    └── BotCutOff       something before it answered: the bot may still be thinking
"""

from messenger_app.errors import HandoverError


class BotError(HandoverError):
    """Asking the bot failed."""


class BotUnreachable(BotError):
    """The bot could not be reached; it has heard nothing."""


class BotOutcomeUnknown(BotError):
    """The bot was asked and did not answer; it may have heard."""


class BotRejected(BotError):
    """The bot answered with an error: it is done with the question."""


class BotCutOff(BotRejected):
    """A gateway answered in the bot's place; what the bot does meanwhile is not known."""
