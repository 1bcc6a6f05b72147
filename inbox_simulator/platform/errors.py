"""What the platform refuses, in Meta's words.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes

Every class is one refusal; its attributes are the numbers that Meta publishes for it. Meta's
``type`` is nearly always ``OAuthException``, also when the token is fine.
"""

from typing import Any

JSON = dict[str, Any]


class PlatformError(Exception):
    """A refusal with Meta's code and subcode."""

    status = 400
    code = 100
    subcode: int | None = None
    type = "OAuthException"
    default = "(#100) Invalid parameter"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.default)

    def as_graph_body(self, fbtrace_id: str) -> JSON:
        """Return the error envelope that every Graph call answers with when it is refused."""
        error: JSON = {"message": str(self), "type": self.type, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "fbtrace_id": fbtrace_id}}


class InvalidParameterError(PlatformError):
    """A parameter is missing or breaks a documented limit."""


class InjectedError(PlatformError):
    """An error that a fault rule asked for."""

    def __init__(self, status: int, code: int, subcode: int | None, message: str = "") -> None:
        self.status, self.code, self.subcode = status, code, subcode
        super().__init__(message or f"(#{code}) An injected fault refused this call")


class AnotherAppInControlError(PlatformError):
    """The caller sent on a thread that another app owns."""

    code, subcode = 10, 2018300
    default = "(#10) Message failed to send because another app is controlling this thread now."


class OutsideWindowError(PlatformError):
    """The person's last word is too long ago for a free reply."""

    code, subcode = 10, 2018278
    default = (
        "(#10) This message is sent outside of allowed window. Learn more about the new policy"
        " here: https://developers.facebook.com/docs/messenger-platform/policy-overview"
    )


class NoMatchingUserError(PlatformError):
    """The PSID belongs to nobody on this Page."""

    subcode = 2018001
    default = "(#100) No matching user found"


class MessageAndSenderActionError(PlatformError):
    """A send carries a message and a sender action at once."""

    subcode = 2018014
    default = "(#100) A message and a sender action can't be sent in one request"


class EmptyMessageError(PlatformError):
    """A message has neither text nor attachment."""

    subcode = 2018034
    default = "(#100) Message cannot be empty, must provide valid attachment or text"


class IncorrectAppIdError(PlatformError):
    """Control was to go to an app that is not connected to the Page."""

    subcode = 2018164
    default = "(#100) Incorrect App ID."


class NotThreadOwnerError(PlatformError):
    """A pass, release or extend by an app that doesn't own the thread.

    Meta lists this subcode among Instagram's; that Messenger answers the same is inferred.
    """

    subcode = 2534037
    default = "(#100) The action is invalid since it's not the thread owner."


class TakeNotAllowedError(PlatformError):
    """The app may not take: no default app, or its toggle "take control" is off.

    What Meta answers here is not documented; a bare code 10 (permission) is our assumption.
    """

    code = 10
    default = "(#10) This app is not allowed to take control of conversations on this Page"


class NoReceiverError(PlatformError):
    """The list of secondary receivers was asked for by an app that is no receiver.

    Meta publishes this subcode and the next one with their meaning; the texts are assumed.
    """

    subcode = 2018171
    default = "(#100) Only Primary/Secondary Receivers can do this"


class SecondaryMayNotSeeError(PlatformError):
    """A secondary receiver asked who the others are."""

    subcode = 2018234
    default = "(#100) Secondary receivers are not allowed to see other secondary receivers"


class AccessTokenError(PlatformError):
    """The access token is missing, unknown or for something else."""

    status = 401
    code = 190
    default = "Invalid OAuth access token - Cannot parse access token"


class UnsupportedRequestError(PlatformError):
    """The object does not exist, or does not support this edge."""

    subcode = 33
    type = "GraphMethodException"

    def __init__(self, method: str, object_id: str) -> None:
        super().__init__(
            f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist,"
            " cannot be loaded due to missing permissions, or does not support this operation"
        )
