"""The messaging window: how long after a person's word the Page may write freely.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
"""

from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import InvalidParameterError, OutsideWindowError
from inbox_simulator.platform.thread import Thread

HOUR = 3_600_000
STANDARD_WINDOW = 24 * HOUR
HUMAN_AGENT_WINDOW = 7 * 24 * HOUR
AD_WINDOW = 7 * 24 * HOUR

#: Refused since 27 April 2026, according to the changelog.
RETIRED_TAGS = frozenset({"ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE"})


def closes_at(thread: Thread) -> int | None:
    """Return when the standard window shuts, in milliseconds, or none if it never opened."""
    if thread.last_person_at is None:
        return None
    return max(thread.last_person_at + STANDARD_WINDOW, thread.ad_window_until)


def open_by_ad(thread: Thread, at: int) -> None:
    """Open the longer window by a person's first message since they came by an ad."""
    if thread.came_by_ad:
        thread.ad_window_until = at + AD_WINDOW


def check(thread: Thread, tag: str | None, at: int) -> None:
    """Refuse a message that is too late for its tag."""
    if tag in RETIRED_TAGS:
        raise InvalidParameterError(f"(#100) The message tag {tag} is deprecated")
    if tag == "CUSTOMER_FEEDBACK":
        raise InvalidParameterError(f"(#100) The simulator has no message tag {tag}")
    if tag not in {None, "HUMAN_AGENT"}:
        raise InvalidParameterError(f"(#100) Param tag must be a known message tag, not {tag}")
    shuts = closes_at(thread)
    if shuts is None or thread.last_person_at is None:
        raise OutsideWindowError
    if tag == "HUMAN_AGENT":
        shuts = max(shuts, thread.last_person_at + HUMAN_AGENT_WINDOW)
    if at >= shuts:
        raise OutsideWindowError


COVERS = (
    documented("messaging window", "24 h after the person's act", "send-messages"),
    documented("messaging window", "7 days with HUMAN_AGENT", "send-messages"),
    documented(
        "messaging window", "a day after an ad, or the policy's 7", "policy", switch="ad_window"
    ),
    documented("messaging window", "7 days for CUSTOMER_FEEDBACK", "send-messages", done=False),
    documented("messaging window", "retired tags are refused", "changelog"),
)
