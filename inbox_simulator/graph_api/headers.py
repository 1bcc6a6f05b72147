"""The headers of an answer: version, limits, and the reason of a refusal.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

import json

from inbox_simulator.platform import usage
from inbox_simulator.platform.errors import PlatformError
from inbox_simulator.platform.world import Platform


def of(platform: Platform, version: str, error: PlatformError | None, now: int) -> dict[str, str]:
    """Return the headers that Graph puts on an answer."""
    found = {
        "Content-Type": "application/json; charset=UTF-8",
        "Cache-Control": "private, no-cache, no-store, must-revalidate",
        "Access-Control-Allow-Origin": "*",
    }
    if version:
        found["facebook-api-version"] = version
    if error is not None:
        kind = "invalid_token" if error.code == 190 else "invalid_request"
        words = str(error).encode("ascii", "replace").decode().replace('"', "'")
        words = " ".join(words.split())
        found["WWW-Authenticate"] = f'OAuth "Facebook Platform" "{kind}" "{words}"'
    wait = error.wait_minutes if error is not None else 0
    reached = error is not None and error.is_limit
    if reached or platform.switches["rate_limits"] == "as_documented":
        found |= _usage(platform.page.id, 100 if reached else usage.share(platform, now), wait)
    return found


def _usage(page_id: str, percent: int, wait: int) -> dict[str, str]:
    """Return the two headers of the limits; time is in percent, the wait in minutes."""
    numbers = {"call_count": percent, "total_cputime": percent // 4, "total_time": percent // 4}
    business = {"type": "messenger", **numbers, "estimated_time_to_regain_access": wait}
    return {
        "X-App-Usage": json.dumps(numbers),
        "X-Business-Use-Case-Usage": json.dumps({page_id: [business]}),
    }
