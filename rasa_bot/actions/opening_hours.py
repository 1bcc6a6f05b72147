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


def describe(now: datetime) -> str:
    """Say whether the shop is open at ``now`` and until or from when.

    ``now`` is the shop's local time: a time zone's change of hour is the caller's matter.
    """
    hours = WEEK[now.weekday()]
    if hours and hours[0] <= now.time() < hours[1]:
        return f"Right now ({now:%A %H:%M}) we are open, until {hours[1]:%H:%M}."
    return f"Right now ({now:%A %H:%M}) we are closed. We open {_next_opening(now)}."


def _next_opening(now: datetime) -> str:
    today = WEEK[now.weekday()]
    if today and now.time() < today[0]:
        return f"today at {today[0]:%H:%M}"
    for days in range(1, len(WEEK) + 1):
        day = now + timedelta(days=days)
        if hours := WEEK[day.weekday()]:
            return f"{'tomorrow' if days == 1 else f'on {day:%A}'} at {hours[0]:%H:%M}"
    raise ValueError("WEEK has no day on which the shop opens")
