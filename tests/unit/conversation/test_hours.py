from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger_app.conversation.hours import Hours, parse_hours

SHOP = parse_hours("Europe/London", "Mon-Fri 09:00-18:00, Sat 10:00-16:00")


def at(text: str, zone: str = "Europe/London") -> int:
    """Return milliseconds for a local time such as ``2026-11-23 09:00`` (that is a Monday)."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("time", "is_open"),
    [
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-27 17:59:59", True),
        ("2026-11-27 18:00", False),
        ("2026-11-28 09:59", False),
        ("2026-11-28 10:00", True),
        ("2026-11-28 16:00", False),
        ("2026-11-29 12:00", False),
    ],
)
def test_open_from_the_first_minute_until_before_the_last(time: str, is_open: bool) -> None:
    assert SHOP.is_open(at(time)) is is_open


@pytest.mark.parametrize("day", ["2026-03-30", "2026-10-26"])  # the Mondays after a change
def test_the_clock_on_the_wall_decides_in_summer_and_in_winter(day: str) -> None:
    assert not SHOP.is_open(at(f"{day} 08:59"))
    assert SHOP.is_open(at(f"{day} 09:00"))


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    night = parse_hours("Europe/London", "Sun 01:00-02:00")
    first = at("2026-10-25 01:30")
    assert night.is_open(first)
    assert night.is_open(first + 3_600_000)
    assert not night.is_open(first + 2 * 3_600_000)


def test_another_zone_is_open_at_another_moment() -> None:
    tokyo = parse_hours("Asia/Tokyo", "Mon-Fri 09:00-18:00")
    assert tokyo.is_open(at("2026-11-23 09:00", "Asia/Tokyo"))
    assert not tokyo.is_open(at("2026-11-23 09:00"))


def test_a_lunch_break_is_two_stretches() -> None:
    office = parse_hours("UTC", "Mon 09:00-12:00, Mon 13:00-18:00")
    noon = at("2026-11-23 12:00", "UTC")
    assert not office.is_open(noon)
    assert office.is_open(noon - 1)
    assert office.is_open(noon + 3_600_000)


def test_stretches_may_touch() -> None:
    office = parse_hours("UTC", "Mon 09:00-12:00, Mon 12:00-18:00")
    assert office.is_open(at("2026-11-23 12:00", "UTC"))


def test_days_may_go_round_the_end_of_the_week() -> None:
    weekend = parse_hours("UTC", "Sat-Mon 10:00-11:00")
    assert [weekend.is_open(at(f"2026-11-{day} 10:30", "UTC")) for day in range(23, 30)] == [
        True,
        False,
        False,
        False,
        False,
        True,
        True,
    ]


def test_a_night_ends_at_24_and_goes_on_at_0() -> None:
    bar = parse_hours("UTC", "Fri 22:00-24:00, Sat 00:00-02:00")
    midnight = at("2026-11-28 00:00", "UTC")
    assert bar.is_open(midnight - 1)
    assert bar.is_open(midnight)
    assert not bar.is_open(midnight + 2 * 3_600_000)


@pytest.mark.parametrize(
    "weekly", ["mon-fri 9:00-18:00", "Mon - Fri 09:00 - 18:00", " MON-FRI  09:00-18:00 "]
)
def test_case_spaces_and_a_missing_zero_do_not_matter(weekly: str) -> None:
    assert parse_hours("UTC", weekly) == parse_hours("UTC", "Mon-Fri 09:00-18:00")


@pytest.mark.parametrize(
    ("weekly", "complaint"),
    [
        ("", '"" is no stretch of a week'),
        ("always", '"always" is no stretch'),
        ("Mon-Fri", '"Mon-Fri" is no stretch'),
        ("Mo-Fr 09:00-18:00", '"Mo-Fr 09:00-18:00" is no stretch'),
        ("Mon-Fri 09:00-18:00,", '"" is no stretch'),
        ("Mon-Fri 9-18", '"Mon-Fri 9-18" is no stretch'),
        ("Mon 09:00-18:00 Tue 09:00-18:00", "is no stretch"),
        ("Mon 09:60-18:00", '"09:60" is no time of day'),
        ("Mon 09:00-24:01", '"24:01" is no time of day'),
        ("Mon 09:00-99:00", '"99:00" is no time of day'),
        ("Mon 18:00-09:00", "closes before it opens"),
        ("Mon 09:00-09:00", "closes before it opens"),
        ("Mon-Wed 09:00-18:00, Tue 17:00-19:00", "two stretches of Tue overlap"),
        ("Mon 09:00-18:00, Mon 09:00-18:00", "two stretches of Mon overlap"),
        ("Mon \u0660\u0669:00-18:00", "is no stretch"),
    ],
)
def test_what_can_not_be_read_is_named(weekly: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_hours("UTC", weekly)


@pytest.mark.parametrize("zone", ["Europe/Berlln", "", "Europe", "../Berlin", "/etc/passwd"])
def test_a_time_zone_that_there_is_not_is_named(zone: str) -> None:
    with pytest.raises(ValueError, match=f'no time zone is called "{zone}"'):
        parse_hours(zone, "Mon 09:00-18:00")


@given(st.integers(0, 4_102_444_800_000), st.sampled_from(["UTC", "Asia/Kathmandu"]))
def test_round_the_clock_is_always_open(moment: int, zone: str) -> None:
    assert parse_hours(zone, "Mon-Sun 00:00-24:00").is_open(moment)


@given(
    st.integers(0, 6), st.integers(0, 1438), st.integers(1, 1440), st.integers(0, 4_102_444_800_000)
)
def test_one_stretch_is_open_exactly_when_the_wall_says_so(
    weekday: int, opens: int, length: int, moment: int
) -> None:
    closes = min(opens + length, 1440)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[weekday]
    times = f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
    hours: Hours = parse_hours("America/St_Johns", f"{day} {times}")
    there = datetime.fromtimestamp(moment / 1000, ZoneInfo("America/St_Johns"))
    minute = there.hour * 60 + there.minute
    assert hours.is_open(moment) is (there.weekday() == weekday and opens <= minute < closes)
