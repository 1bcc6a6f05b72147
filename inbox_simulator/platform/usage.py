"""How many calls a Page has made, and the published limits for them.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting

That a limit answers 80006 in each case is assumed: the page lists the limits without their codes.
"""

from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON, RateLimitError
from inbox_simulator.platform.limits import is_one_of
from inbox_simulator.platform.window import HOUR
from inbox_simulator.platform.world import Platform

SECOND, MINUTE = 1000, 60_000
DAY = 24 * HOUR
CALLS_FOR_EACH_PERSON = 200
#: What is counted: so many calls in so many milliseconds.
LIMITS = {
    "messages": (300, SECOND),
    "media": (10, SECOND),
    "conversations": (2, SECOND),
    "messenger_profile": (10, 10 * MINUTE),
}
HEAVY = frozenset({"audio", "video"})


def count(platform: Platform, edge: str, parameters: JSON, at: int) -> None:
    """Count a call; beyond a limit it is refused, where the switch asks for that."""
    if platform.switches["rate_limits"] != "as_documented":
        return
    name = "media" if edge == "messages" and _is_heavy(parameters) else edge
    if platform.usage.add("all", at, DAY) > _most_in_a_day(platform, at):
        raise RateLimitError
    if name in LIMITS:
        most, length = LIMITS[name]
        if platform.usage.add(name, at, length) > most:
            raise RateLimitError


def share(platform: Platform, at: int) -> int:
    """Return which part of the day's calls is used, in percent."""
    used = len(platform.usage.calls.get("all", ()))
    return min(100, used * 100 // _most_in_a_day(platform, at))


def _most_in_a_day(platform: Platform, at: int) -> int:
    """Two hundred calls for each person who wrote within a day."""
    last = (thread.last_person_at or 0 for thread in platform.threads.values())
    return CALLS_FOR_EACH_PERSON * max(1, sum(at - each < DAY for each in last))


def _is_heavy(parameters: JSON) -> bool:
    message = parameters.get("message")
    attachment = message.get("attachment") if isinstance(message, dict) else None
    return isinstance(attachment, dict) and is_one_of(attachment.get("type"), HEAVY)


COVERS = (
    documented("limits", "200 calls a day for each person", "overview/rate-limiting"),
    documented("limits", "300 messages, 10 of audio or video a second", "overview/rate-limiting"),
    documented("limits", "2 conversations calls a second", "overview/rate-limiting"),
    documented("limits", "10 profile calls in 10 minutes", "reference/messenger-profile-api"),
    documented(
        "limits", "too many to one thread, private replies", "overview/rate-limiting", done=False
    ),
    assumed("limits", "whether they are enforced, and that it is 80006", switch="rate_limits"),
)
