"""What can go wrong in the bridge, by what the caller may do next.

HandoverError
├── SettingsError            fix the settings, start again
├── SignatureError           answer 403, store nothing
├── EnvelopeError            answer 400, store nothing
├── StoreUnavailable         answer 503: the platform sends it again
│   ├── StoreRefused             nothing wrong with the database: it would refuse this again
│   └── StoreInDoubt             find out what was written, before anything is built on it
├── RowUnreadable            leave its thread alone for now, go on with the others
├── GraphError               see messenger_app/graph/errors.py
└── BotError                 see messenger_app/rasa/errors.py
"""


class HandoverError(Exception):
    """Something went wrong in the bridge."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or type(self).__doc__ or "")


class SettingsError(HandoverError):
    """A setting is missing or wrong."""


class SignatureError(HandoverError):
    """The signature is missing or does not fit the body."""


class EnvelopeError(HandoverError):
    """The body is signed, but it is no webhook envelope."""


class StoreUnavailable(HandoverError):
    """The database can't take events just now."""


class StoreRefused(StoreUnavailable):
    """The database works, and does not take this."""


class StoreInDoubt(StoreUnavailable):
    """The connection was lost over the commit, so that it may have happened."""


class RowUnreadable(HandoverError):
    """A row holds what this release doesn't know: another release wrote it."""
