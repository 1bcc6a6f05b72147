"""When the platform is asked for a person's language, and what its refusals mean."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from messenger_app.clock import Clock
from messenger_app.graph.client import GraphClient
from messenger_app.graph.errors import GraphError, GraphOutcomeUnknown, GraphUnreachable, rejected
from messenger_app.store.profiles import UNKNOWN, Profile
from messenger_app.user_profiles import KNOWN_FOR, REFUSED_FOR, UNANSWERED_FOR, UserProfiles
from tests.unit.payloads import NOW

GERMAN = Profile("de_DE", told_at=NOW, ask_again_at=NOW + KNOWN_FOR)


class Still(Clock):
    """A clock that is set by hand."""

    at = NOW

    def now(self) -> int:
        return self.at


class Platform(GraphClient):
    """Tells one language, or fails."""

    def __init__(self, answer: str | GraphError) -> None:
        self.answer = answer
        self.asked = 0

    def locale(self, *_: Any, within: float) -> str:
        assert within <= 1
        self.asked += 1
        if isinstance(self.answer, GraphError):
            raise self.answer
        return self.answer


@dataclass
class Asking:
    """One person on one Page, asked about again and again."""

    platform: Platform
    clock: Still = field(default_factory=Still)
    profile: Profile = UNKNOWN

    def after(self, milliseconds: int = 0) -> Profile:
        self.clock.at += milliseconds
        profiles = UserProfiles({"1": self.platform}, self.clock)
        self.profile = profiles.fresh("1", "42", self.profile)
        return self.profile


def test_a_language_is_asked_for_once_a_month():
    asking = Asking(Platform("de_DE"))
    assert asking.after() == GERMAN
    assert asking.after(KNOWN_FOR - 1) == GERMAN
    assert asking.platform.asked == 1
    asking.platform.answer = "fr_FR"
    assert asking.after(1).locale == "fr_FR"


@pytest.mark.parametrize("odd", ["", "german", "de", "de_DE; DROP"])
def test_what_is_no_locale_is_none_and_asked_for_again_the_next_day(odd: str):
    assert Asking(Platform(odd)).after() == Profile(ask_again_at=NOW + REFUSED_FOR)


def test_a_permission_that_is_missing_is_not_asked_for_with_every_word():
    refusal = rejected({"code": 100, "error_subcode": 2018247, "message": "no permission"})
    asking = Asking(Platform(refusal))
    assert asking.after(1_000).locale is None
    asking.after(REFUSED_FOR - 1)
    assert asking.platform.asked == 1
    asking.after(1)
    assert asking.platform.asked == 2


@pytest.mark.parametrize(
    "failure",
    [
        GraphUnreachable(),
        GraphOutcomeUnknown(),
        rejected({"code": 613, "message": "too fast"}),
        rejected({"code": 190, "message": "the token"}),
    ],
)
def test_what_may_work_soon_is_tried_again_soon(failure: GraphError):
    assert Asking(Platform(failure)).after() == Profile(ask_again_at=NOW + UNANSWERED_FOR)


def test_a_language_stays_known_while_it_cant_be_asked_for_again():
    asking = Asking(Platform("de_DE"))
    asking.after()
    asking.platform.answer = GraphUnreachable()
    again = NOW + KNOWN_FOR + UNANSWERED_FOR
    assert asking.after(KNOWN_FOR) == Profile("de_DE", NOW, ask_again_at=again)


def test_a_page_without_a_client_is_asked_nothing():
    assert UserProfiles({}, Still()).fresh("1", "42", UNKNOWN) is UNKNOWN
