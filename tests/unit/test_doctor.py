"""What the doctor says of people's languages, from what the bridge has learned of them."""

import pytest

from messenger_app.bridge import Bridge
from messenger_app.doctor import ENOUGH_PEOPLE, examine
from messenger_app.store import profiles
from messenger_app.store.profiles import Profile
from tests.unit.payloads import NOW
from tests.unit.store.threads import thread, wake

GERMAN = Profile("de_DE", NOW, NOW + 1)
NOT_TOLD = Profile(ask_again_at=NOW + 1)


def said(bridge: Bridge, *told: Profile) -> list[tuple[str, str]]:
    people = {str(number): profile for number, profile in enumerate(told)}
    wake(bridge.database, "new", *people)
    with bridge.database.writing() as connection:
        profiles.save(connection, {thread(psid): it for psid, it in people.items()})
    found = examine(bridge)
    return [(each.verdict, each.says) for each in found if each.about == "languages"]


def test_languages_that_are_known_are_counted(bridge: Bridge) -> None:
    assert said(bridge, GERMAN, NOT_TOLD) == [("ok", "are known of 1 of 2 people.")]


def test_a_permission_that_is_missing_is_named_once_enough_people_wrote(bridge: Bridge) -> None:
    ((verdict, says),) = said(bridge, *[NOT_TOLD] * ENOUGH_PEOPLE)
    assert verdict == "warning"
    assert "pages_user_locale" in says


@pytest.mark.parametrize("told", [[], [NOT_TOLD] * (ENOUGH_PEOPLE - 1)])
def test_a_few_people_without_a_language_are_no_reason_to_worry(
    bridge: Bridge, told: list[Profile]
) -> None:
    assert said(bridge, *told) == []
