"""When Harbour Books is open. Pure: the caller says what time it is."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

SHOP_TIMEZONE = ZoneInfo("Europe/London")

#: Opening and closing time by weekday, Monday first; None is closed all day. The same hours in
#: words are the domain's ``utter_opening_hours``.
WEEK: tuple[tuple[time, time] | None, ...] = (
    (time(9), time(18)),
    (time(9), time(18)),
    (time(9), time(18)),
    (time(9), time(18)),
    (time(9), time(18)),
    (time(10), time(16)),
    None,
)


def at(now: datetime) -> tuple[str, dict[str, str]]:
    """Return the response that says whether the shop is open at ``now``, and what to fill in.

    ``now`` is the shop's local time: a time zone's change of hour is the caller's matter. Days are
    told in English; `languages/` has other words for them.
    """
    told = {"weekday": f"{now:%A}", "time": f"{now:%H:%M}"}
    hours = WEEK[now.weekday()]
    if hours and hours[0] <= now.time() < hours[1]:
        return "utter_open_now", {**told, "closes": f"{hours[1]:%H:%M}"}
    day, opens = _next_opening(now)
    return "utter_closed_now", {**told, "day": day, "opens": f"{opens:%H:%M}"}


def _next_opening(now: datetime) -> tuple[str, time]:
    today = WEEK[now.weekday()]
    if today and now.time() < today[0]:
        return "today", today[0]
    for days in range(1, len(WEEK) + 1):
        day = now + timedelta(days=days)
        if hours := WEEK[day.weekday()]:
            return ("tomorrow" if days == 1 else f"on {day:%A}"), hours[0]
    raise ValueError("WEEK has no day on which the shop opens")
