"""The main job holds for the whole matrix of switches, the harder values first.

A person asks for a human through the bot, the thread passes to the Page Inbox, the agent answers
and marks it done, the bot is back and goes on where it left off; then the agent steps in once more,
unasked. Every combination of the switches
that the journey depends on is played, in each place that our app may have on a Page. Which switches
those are is not believed but watched: one that the simulator looks up on the way has to be among
them. The others change along with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from inbox_simulator.platform.switches import SWITCHES, Switches
from tests.matrix import combinations
from tests.matrix.combinations import Values
from tests.matrix.journey import Journey, pages_file
from tests.matrix.places import PLACES, Place
from tests.support.stand_in_bot import StandInBot
from tests.support.whole_system import WholeSystem, running

#: What the journey depends on; `PLACES` has the values of ``routing``.
DEPENDS_ON = {
    "inbox_done",
    "echo_and_take",
    "standby_postbacks",
    "rate_limits",
    "unicode_escapes",
}
#: What is looked up with every delivery; they come up in every pair, and change no decision.
WITH_EACH_DELIVERY = {"batching", "order_after_failure"}
#: What it comes to depend on where person and agent do more than write.
ON_DETOURS = {
    "stickers",
    "locations",
    "unreactions",
    "ad_window",
    "template_echoes",
    "taps_of_own",
    "taps_of_others",
}
#: Where an agent's reply takes control.
BY_AN_AGENT_S_TAKE = {"take_events"}
#: And on detours, where the bridge takes a thread back since an agent fell quiet.
BY_OUR_TAKE = {"take_answer"}
#: Why it never depends on the others.
DOES_NOT_MATTER = {
    "persona_echoes": "neither the bridge nor the Page Inbox speaks as a persona",
    "human_agent_send": "the bridge never sends with the tag",
    "messaging_type": "the bridge always names it",
    "person_unavailable": "nobody blocks the Page",
    "appsecret_proof": "the bridge always sends it",
    "success_flag": "the Page is subscribed already",
}


@dataclass(frozen=True)
class OnPages:
    """Everything running, with our app in one place, on Pages that are still to be added."""

    place: Place
    system: WholeSystem
    bot: StandInBot
    #: For the Pages with every combination, and for those with every pair.
    every: dict[str, Values]
    pairs: dict[str, Values]

    @property
    def depends_on(self) -> set[str]:
        return depends_on(self.place)


def depends_on(place: Place) -> set[str]:
    """Return what the journey depends on there, beside ``routing``."""
    if place.has_roles:
        return DEPENDS_ON - {"inbox_done"}
    return DEPENDS_ON | (BY_AN_AGENT_S_TAKE if place.is_routed else set())


def on_detours(place: Place) -> set[str]:
    """Return what it comes to depend on there."""
    return ON_DETOURS | (BY_OUR_TAKE if place.takes_back else set())


@pytest.fixture(scope="module", params=PLACES, ids=lambda place: place.name)
def running_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OnPages]:
    place: Place = request.param
    folder = tmp_path_factory.mktemp("matrix")
    every = _on_pages(105_000_000_000_001, combinations.every(depends_on(place)))
    options = {name: switch.options for name, switch in SWITCHES.items() if name != "routing"}
    pairs = _on_pages(106_000_000_000_001, combinations.pairwise(options))
    with StandInBot() as bot:
        (folder / "pages.yml").write_text(pages_file([*every, *pairs], bot.url))
        settings = {**place.settings, "PAGES_FILE": str(folder / "pages.yml")}
        with running(folder, bot.url, **settings) as system:
            yield OnPages(place, system, bot, every, pairs)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The switches that the simulator has asked for."""
    asked: set[str] = set()
    answer = Switches.__getitem__

    def note(self: Switches, name: str) -> str:
        asked.add(name)
        return answer(self, name)

    monkeypatch.setattr(Switches, "__getitem__", note)
    return asked


def test_each_switch_is_in_the_matrix() -> None:
    matters = (
        {"routing"}
        | DEPENDS_ON
        | ON_DETOURS
        | BY_AN_AGENT_S_TAKE
        | BY_OUR_TAKE
        | WITH_EACH_DELIVERY
    )
    assert matters | set(DOES_NOT_MATTER) == set(SWITCHES)
    assert {place.routing for place in PLACES} == set(SWITCHES["routing"].options)


def test_the_journey_holds_for_every_combination(running_on: OnPages, looked_up: set[str]) -> None:
    wrong = _travel(running_on, running_on.every, detours=False)
    assert not wrong, _told(wrong, running_on.every)
    assert looked_up == {"routing"} | WITH_EACH_DELIVERY | running_on.depends_on


def test_the_journey_with_detours_holds_for_every_pair(
    running_on: OnPages, looked_up: set[str]
) -> None:
    wrong = _travel(running_on, running_on.pairs, detours=True)
    assert not wrong, _told(wrong, running_on.pairs)
    always = {"routing"} | WITH_EACH_DELIVERY
    assert looked_up == always | running_on.depends_on | on_detours(running_on.place)


def _travel(on: OnPages, pages: dict[str, Values], *, detours: bool) -> list[str]:
    """Let those travel together who need the same time to pass, in the order of the options."""
    wrong: list[str] = []
    for done in SWITCHES["inbox_done"].options:
        group = {page: values for page, values in pages.items() if values["inbox_done"] == done}
        if group:
            wrong += Journey(on.system, on.bot, on.place, group).travel(detours=detours)
    return wrong


def _told(wrong: list[str], pages: dict[str, Values]) -> str:
    return "\n".join([f"{len(wrong)} of {len(pages)} combinations fail, among them", *wrong[:5]])


def _on_pages(first_id: int, combined: list[Values]) -> dict[str, Values]:
    return {str(first_id + number): values for number, values in enumerate(combined)}
