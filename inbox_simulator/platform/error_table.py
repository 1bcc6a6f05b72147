"""The published errors by code and subcode, for faults that name one and for the coverage list.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
https://developers.facebook.com/docs/graph-api/guides/error-handling

Most are published as a meaning rather than as the text that comes with them. What a rule asks for
by its numbers alone is told in the words below.
"""

from inbox_simulator.platform.errors import JSON, PlatformError

#: Codes whose answers were seen to say ``is_transient``.
TRANSIENT = frozenset({2, 4, 17, 32})
LIMITS = frozenset({4, 17, 32, 341, 613, 80001, 80002, 80006})

#: (code, subcode): meaning.
PUBLISHED: dict[tuple[int, int | None], str] = {
    (1, None): "An unknown error occurred",
    (1, 99): "An unknown error occurred: permissions are missing",
    (1, 1357046): "Invalid JSON in the reply, though messages may have gone out",
    (1, 2018382): 'The given "FORM_ID" field is incorrect, or the form is not inthread eligible.',
    (2, None): "Service temporarily unavailable",
    (2, 2018344): "The contact terms were not accepted",
    (4, None): "Application request limit reached",
    (4, 2018022): "Too many sends to phone numbers",
    (4, 2018354): "Marketing messages are delayed",
    (9, 2018352): "User is performing too many actions",
    (10, None): "Application does not have permission for this action",
    (10, 1893063): "The Page is temporarily restricted from sending messages",
    (10, 2018065): (
        "This message is sent outside of allowed window. You need News Messaging to be able to do"
        " it"
    ),
    (10, 2018108): "This person cannot receive your messages right now",
    (10, 2018278): (
        "This message is sent outside of allowed window. Learn more about the new policy here:"
        " https://developers.facebook.com/docs/messenger-platform/policy-overview"
    ),
    (10, 2018300): "Message failed to send because another app is controlling this thread now.",
    (10, 2018336): "The person's own menu affects the thread",
    (10, 2534022): "This message is sent outside of allowed window.",
    (17, None): "User request limit reached",
    (17, 2446079): "User request limit reached",
    (32, None): "Page request limit reached",
    (100, None): "Invalid parameter",
    (100, 33): "The object does not exist, or does not support this operation",
    (100, 2018001): "No matching user found",
    (100, 2018008): "Failed to fetch the file from the url",
    (100, 2018014): "A message and a sender action can't be sent in one request",
    (100, 2018032): "Invalid data",
    (100, 2018034): "Message cannot be empty, must provide valid attachment or text",
    (100, 2018047): "Upload attachment failure: the type of the file does not match",
    (100, 2018074): "Invalid attachment id, or the attachment is not owned by this Page",
    (100, 2018109): "Attachment size exceeds allowable limit",
    (100, 2018164): "Incorrect App ID.",
    (100, 2018171): "Only Primary/Secondary Receivers can do this",
    (100, 2018218): "No profile available for this user.",
    (100, 2018234): "Secondary receivers are not allowed to see other secondary receivers",
    (100, 2018247): "Insufficient permission to access user profile.",
    (100, 2018294): "The video could not be fetched in time, or is corrupt",
    (100, 2018320): "Invalid product id",
    (100, 2018321): "An automated flow of questions controls this thread",
    (100, 2018328): "Product template is not supported below version 8",
    (100, 2534037): "The action is invalid since it's not the thread owner.",
    (104, None): "An access token is required to request this resource.",
    (105, None): "A param has too many elements.",
    (190, None): "Invalid OAuth access token.",
    (190, 458): "Error validating access token: the app is not installed.",
    (190, 459): "Error validating access token: the user has to log in.",
    (190, 460): "Error validating access token: the password was changed.",
    (190, 463): "Error validating access token: the session has expired.",
    (190, 467): "Error validating access token: the session is invalid.",
    (194, None): "A param has too few elements.",
    (200, None): "Permissions error",
    (200, 1545041): "This person isn't available right now.",
    (200, 2018021): "The phone number matches nobody",
    (200, 2018027): "Phone matching is not allowed for this Page",
    (200, 2018028): "The app is not live: only its own people can be messaged",
    (230, None): "Permissions disallow message to user",
    (341, None): "Application limit reached",
    (368, None): "The action is deemed abusive or is otherwise disallowed",
    (506, None): "Duplicate status message",
    (551, None): "This person isn't available right now.",
    (551, 1545041): "This person isn't available right now.",
    (613, None): "Calls to this api have exceeded the rate limit.",
    (613, 1893016): "The same opt-in was asked for too often",
    (613, 2018338): "The use of message tags was found abusive",
    (613, 2534040): "Calls to this api have exceeded the rate limit.",
    (1200, None): "Temporary send message failure. Please try again later.",
    (2022, None): "Commerce messages are disabled",
    (2200, None): "Callback verification failed",
    (2500, None): "Unknown path components",
    (10303, None): "Invalid account linking token",
    (80001, None): (
        "There have been too many calls to this Page account. Wait a bit and try again. For more"
        " info, please refer to"
        " https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
    ),
    (80002, None): "There have been too many calls to this Instagram account.",
    (80006, None): (
        "There have been too many calls to this Messenger account. Wait a bit and try again. For"
        " more info, please refer to"
        " https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
    ),
    (9000001, None): "The message has been deleted",
}

#: What no page of Meta's lists: developers published it.
SEEN = frozenset({
    (17, 2446079), (100, 2018032), (100, 2018034), (190, 463), (190, 467), (551, 1545041),
    (104, None), (105, None), (194, None), (1200, None), (2200, None), (2500, None),
})  # fmt: skip


class InjectedError(PlatformError):
    """An error that a fault rule asked for; without a text of the rule's own in Meta's words."""

    def __init__(self, asked: JSON) -> None:
        self.status = asked.get("status") or 400
        self.code = code = asked.get("code") or 2
        self.subcode = asked.get("subcode")
        self.user_title = str(asked.get("user_title") or "")
        self.user_message = str(asked.get("user_msg") or "")
        self.is_transient = code in TRANSIENT
        self.is_limit = code in LIMITS
        self.wait_minutes = asked.get("minutes") or 0
        known = PUBLISHED.get((code, self.subcode)) or PUBLISHED.get((code, None))
        words = known or "An injected fault refused this call"
        told = words if code == 190 else f"(#{code}) {words}"
        super().__init__(str(asked.get("message") or told))
