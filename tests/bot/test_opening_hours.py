"""The action server's knowledge of time, without the server."""

from datetime import datetime

import pytest
import yaml

from rasa_bot.actions.opening_hours import SHOP_TIMEZONE, WEEK, at
from tests.support.rasa import ROOT


def said(response: str) -> str:
    """Return the words of a response."""
    domain = yaml.safe_load((ROOT / "rasa_bot" / "domain" / "shop.yml").read_text())
    (told,) = domain["responses"][response]
    return str(told["text"])


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20 08:59", "Right now (Friday 08:59) we are closed. We open today at 09:00."),
        ("2026-11-20 09:00", "Right now (Friday 09:00) we are open, until 18:00."),
        ("2026-11-20 18:00", "Right now (Friday 18:00) we are closed. We open tomorrow at 10:00."),
        (
            "2026-11-21 16:00",
            "Right now (Saturday 16:00) we are closed. We open on Monday at 09:00.",
        ),
        ("2026-11-22 12:00", "Right now (Sunday 12:00) we are closed. We open tomorrow at 09:00."),
    ],
)
def test_the_hours_of_the_day_decide_what_is_said(now: str, expected: str) -> None:
    response, told = at(datetime.fromisoformat(now).replace(tzinfo=SHOP_TIMEZONE))
    assert said(response).format(**told) == expected


def test_the_hours_that_the_bot_tells_are_those_it_counts_with() -> None:
    weekday, saturday, sunday = WEEK[0], WEEK[5], WEEK[6]
    assert weekday is not None
    assert set(WEEK[:5]) == {weekday}
    assert saturday is not None
    assert sunday is None
    assert said("utter_opening_hours") == (
        f"Harbour Books is open Monday to Friday {weekday[0]:%-H:%M} to {weekday[1]:%-H:%M} "
        f"and Saturday {saturday[0]:%-H:%M} to {saturday[1]:%-H:%M}. On Sunday we are closed."
    )
