"""What the platform refuses, in Meta's words.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes

Every class is one refusal; its attributes are the numbers that Meta publishes for it. Meta's
``type`` is nearly always ``OAuthException``, also when the token is fine.
"""

from typing import Any

from inbox_simulator.platform.coverage import documented, observed

JSON = dict[str, Any]


class PlatformError(Exception):
    """A refusal with Meta's code and subcode."""

    status = 400
    code = 100
    subcode: int | None = None
    type = "OAuthException"
    default = "(#100) Invalid parameter"
    #: Whether the same call may work later; Meta says so of throttling alone.
    is_transient = False
    #: Whether a limit was reached, and after how many minutes the caller may try again.
    is_limit = False
    wait_minutes = 0
    #: What a client may show to the user, where there is something.
    user_title = ""
    user_message = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.default)

    def as_graph_body(self, fbtrace_id: str) -> JSON:
        """Return the error envelope that every Graph call answers with when it is refused."""
        error: JSON = {"message": str(self), "type": self.type}
        if self.is_transient:
            error["is_transient"] = True
        error["code"] = self.code
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.user_title:
            error["error_user_title"] = self.user_title
            error["error_user_msg"] = self.user_message
        return {"error": {**error, "fbtrace_id": fbtrace_id}}


class InvalidParameterError(PlatformError):
    """A parameter is missing or breaks a documented limit."""


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


class PersonUnavailableError(PlatformError):
    """The person blocked the Page, or left Messenger. Logs show two codes for it."""

    code, subcode = 551, 1545041
    default = "(#551) This person isn't available right now."


class PersonUnavailableAsPermissionError(PersonUnavailableError):
    """The same under the other code that logs show."""

    code = 200


class FetchFailedError(PlatformError):
    """The address of an attachment is none that could be fetched."""

    subcode = 2018008
    default = "(#100) Failed to fetch the file from the url"


class WrongFileTypeError(PlatformError):
    """An uploaded file is not of the type that the call says."""

    subcode = 2018047
    default = "(#100) Upload attachment failure: the type of the file does not match"


class BadAttachmentIdError(PlatformError):
    """No attachment of the Page has this id, or one of another type has."""

    subcode = 2018074
    default = "(#100) Invalid attachment id, or the attachment is not owned by this Page"


class FileTooLargeError(PlatformError):
    """An uploaded file has more than 25 MB."""

    subcode = 2018109
    default = "(#100) Attachment size exceeds allowable limit"


class ProductIdError(PlatformError):
    """A product template names something that is no product's id."""

    subcode = 2018320
    default = "(#100) Invalid product id"


class NoProfileError(PlatformError):
    """The person has no profile that a Page may see: a phone number alone."""

    subcode = 2018218
    default = "(#100) No profile available for this user."


class ProfilePermissionError(PlatformError):
    """A field of the profile needs a permission that the app does not have."""

    subcode = 2018247
    default = "(#100) Insufficient permission to access user profile."


class MessageDeletedError(PlatformError):
    """A message older than the newest 20 answers as if it had been deleted."""

    code = 9000001
    default = "(#9000001) The message has been deleted"


class CallbackVerificationError(PlatformError):
    """A webhook did not answer its challenge while it was being subscribed."""

    code = 2200
    default = "(#2200) Callback verification failed"


class UnknownPathError(PlatformError):
    """The path asks for a version of the API that there is not."""

    code = 2500
    default = "Unknown path components"


class RateLimitError(PlatformError):
    """Too many calls for one Page.

    The text of Messenger's own code is not published; this is that of its sibling for Pages.
    """

    code = 80006
    is_limit = True
    wait_minutes = 1
    default = (
        "(#80006) There have been too many calls to this Messenger account. Wait a bit and try"
        " again. For more info, please refer to"
        " https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
    )


class ProofError(PlatformError):
    """The ``appsecret_proof`` is missing where it must be, or wrong.

    The two texts were seen; that the code is 100 is assumed.
    """

    type = "GraphMethodException"


class AccessTokenError(PlatformError):
    """The access token is unknown or for something else."""

    code = 190
    default = "Invalid OAuth access token - Cannot parse access token"


class NoTokenForMeError(PlatformError):
    """A call about ``me`` has no token that says who that is."""

    code = 2500
    default = "An active access token must be used to query information about the current user."


class NoTokenError(PlatformError):
    """A call about anything else has no token."""

    code = 104
    default = "An access token is required to request this resource."


class TooManyElementsError(PlatformError):
    """A list has more elements than its limit allows."""

    code = 105

    def __init__(self, name: str = "") -> None:
        super().__init__(f"(#105) param {name} has too many elements.")


class TooFewElementsError(PlatformError):
    """A list has fewer elements than it needs. That it is worded like the other is assumed."""

    code = 194

    def __init__(self, name: str = "") -> None:
        super().__init__(f"(#194) param {name} has too few elements.")


class UnsupportedRequestError(PlatformError):
    """The object does not exist, or does not support this edge."""

    subcode = 33
    type = "GraphMethodException"

    def __init__(self, method: str, object_id: str) -> None:
        super().__init__(
            f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist,"
            " cannot be loaded due to missing permissions, or does not support this operation"
        )


COVERS = (
    documented("requests", "refusals in one envelope, with the published numbers", "error-codes"),
    documented(
        "errors", "2018144, of Instant Games: a fault rule gives code and text", "error-codes"
    ),
    documented(
        "errors",
        "2018173 to 2018188, of media templates: a fault rule gives code and text",
        "send-messages/template/media",
    ),
    observed(
        "requests",
        "status 400 for every refusal, also of a token",
        "home-assistant/core#152416, hellostealth/stealth#199",
    ),
    observed(
        "requests",
        "no token is 2500 for me, 104 for everything else",
        "fbsamples/messenger-platform-samples#125, spring-guides/gs-consuming-rest#10",
    ),
    observed("requests", "too many elements are 105", "howdyai/botkit#1672, botman/botman#694"),
    observed("requests", "too few elements are 194", "fchat.co/faq/error"),
)
