"""What Graph can answer, by what the caller may do next.

    GraphError
    ├── GraphUnreachable         nothing was sent: try again
    ├── GraphOutcomeUnknown      sent, no answer: find out before trying again
    └── GraphRejected            Graph said no; ``code`` and ``subcode`` say why
        ├── AccessTokenInvalid       stop sending for this Page until the token is replaced
        ├── TemporarilyRefused       try again later
        ├── NotThreadOwner           news about the owner, not an error to retry
        ├── OutsideMessagingWindow   never retry
        ├── PersonUnavailable        never retry
        └── NotPrimaryReceiver       for the primary receiver of an older Page alone

``type`` is nearly always "OAuthException", even when the token is fine, so it decides nothing.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from typing import Any

from messenger_app.errors import HandoverError


class GraphError(HandoverError):
    """A call to Graph failed."""


class GraphUnreachable(GraphError):
    """Graph could not be reached; nothing was sent."""


class GraphOutcomeUnknown(GraphError):
    """The call went out and no answer came back; it may have worked."""


class GraphRejected(GraphError):
    """Graph refused the call."""

    def __init__(self, message: str, code: int, subcode: int | None, fbtrace_id: str) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode
        self.fbtrace_id = fbtrace_id

    def __str__(self) -> str:
        return f"{self.code}/{self.subcode}: {self.args[0]} (fbtrace_id {self.fbtrace_id})"


class AccessTokenInvalid(GraphRejected):
    """The Page's token is refused."""


class TemporarilyRefused(GraphRejected):
    """A rate limit, or trouble at Graph's side."""

    #: Milliseconds until Graph expects to take calls again; 0 where it doesn't say.
    retry_after = 0


class NotThreadOwner(GraphRejected):
    """Another app controls the thread."""


class OutsideMessagingWindow(GraphRejected):
    """The person's last word is too long ago."""


class PersonUnavailable(GraphRejected):
    """This person can't be written to."""


class NotPrimaryReceiver(GraphRejected):
    """Only the primary receiver may do this."""


_TEMPORARY = frozenset({1, 2, 4, 17, 32, 341, 613, 1200, 80001, 80006})

#: Refused for good, although their code alone would mean "later": permissions that are missing,
#: forms that can't be used, tags that were abused, terms that were not accepted.
_LASTING = frozenset({99, 2018382, 2018338, 2018344})

_BY_SUBCODE: dict[int, type[GraphRejected]] = {
    2018300: NotThreadOwner,
    2534037: NotThreadOwner,
    2018278: OutsideMessagingWindow,
    2018065: OutsideMessagingWindow,
    2018108: PersonUnavailable,
    2018001: PersonUnavailable,
    1545041: PersonUnavailable,
    2018171: NotPrimaryReceiver,
    2018234: NotPrimaryReceiver,
}


def rejected(error: dict[str, Any], *, retry_after: int = 0) -> GraphRejected:
    """Turn the ``error`` object of Graph's answer into the exception that says what to do.

    ``retry_after`` is in milliseconds, as the answer's headers have it.
    """
    code = _number(error.get("code")) or 0
    subcode = _number(error.get("error_subcode"))
    kind = _BY_SUBCODE.get(subcode or 0)
    if kind is None:
        kind = {190: AccessTokenInvalid, 551: PersonUnavailable}.get(code, GraphRejected)
    temporary = code in _TEMPORARY or error.get("is_transient") is True
    details = (str(error.get("message", "")), code, subcode, str(error.get("fbtrace_id", "")))
    if kind is GraphRejected and temporary and subcode not in _LASTING:
        later = TemporarilyRefused(*details)
        later.retry_after = retry_after
        return later
    return kind(*details)


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
