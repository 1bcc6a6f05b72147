"""The buttons under a template, with their limits.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons
"""

from collections.abc import Collection
from typing import Any

from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import InvalidParameterError
from inbox_simulator.platform.limits import a_list, an_object, at_most, is_one_of, required

TYPES = frozenset({"web_url", "postback", "phone_number", "account_link", "account_unlink"})
#: What a tap needs beside the title.
TARGETS = {"web_url": "url", "postback": "payload", "phone_number": "payload"}


def check(buttons: Any, least: int = 0, types: Collection[str] = TYPES) -> None:
    """Refuse buttons that a template can't have; ``types`` are those that it can."""
    for button in a_list(buttons, "buttons", most=3, least=least):
        kind = an_object(button, "buttons").get("type")
        if not is_one_of(kind, types):
            raise InvalidParameterError(f"(#100) Unknown button type {kind}")
        wanted = TARGETS.get(kind)
        if wanted is not None:
            at_most(required(button, "title", "buttons"), 20, "buttons[title]")
            at_most(required(button, wanted, "buttons"), 1000, f"buttons[{wanted}]")
        elif kind == "account_link":
            required(button, "url", "buttons")


COVERS = (
    documented("buttons", "web_url, postback, phone_number", "send-messages/buttons"),
    documented("buttons", "account_link, account_unlink", "send-messages/buttons"),
    documented("buttons", "game_play, audio_call", "send-messages/buttons", done=False),
)
