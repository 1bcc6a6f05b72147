"""Taps on buttons that stay, which go to the app that sent them, whoever has the thread."""

import pytest

from inbox_simulator.platform.switches import SWITCHES
from messenger_app.conversation.policy import BotWhileHuman
from messenger_app.conversation.state import Owner
from tests.together import rules
from tests.together.meta import INBOX
from tests.together.pages import BILLING, OUR_APP, Kind
from tests.together.world import World

HOUR = 3_600_000
TO_THE_BOT = 1
ROUTED = [Kind.OURS, Kind.OTHER, Kind.NO_TOGGLE, Kind.UNTOLD_TOGGLE]


def at_rest(world: World) -> World:
    """Let everything come to rest, and check the rules."""
    world.comes_to_rest()
    rules.hold_always(world)
    rules.hold_once_quiet(world)
    return world


def with_buttons(kind: Kind = Kind.OURS, **how: object) -> World:
    """The bot has said something with buttons below it."""
    world = World(kind=kind, **how)  # type: ignore[arg-type]
    world.bot_offers_buttons()
    at_rest(world).time_passes(2_000)
    assert world.offers(OUR_APP)
    return world


def asked(world: World) -> list[str]:
    """What the bots were asked of the person's words, not told."""
    return [turn.said for turn in world.heard if turn.mid]


@pytest.fixture(params=SWITCHES["taps_of_own"].options)
def heard_as(request):
    return {"taps_of_own": request.param}


@pytest.mark.parametrize("kind", [*ROUTED, Kind.PRIMARY, Kind.SECONDARY])
def test_a_tap_on_our_button_leaves_the_thread_with_the_agent(kind, heard_as):
    world = with_buttons(kind, switches=heard_as)
    world.agent_replies()
    at_rest(world).time_passes(2_000)
    heard = len(world.heard)
    world.person_taps_old_button()
    assert at_rest(world).conversation.owner is Owner.HUMAN
    assert world.thread.owner == INBOX
    assert len(world.heard) == heard


def test_a_tap_on_our_button_while_the_person_waits_leaves_them_waiting(heard_as):
    world = with_buttons(switches=heard_as)
    world.operator_runs("pass")
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button()
    assert at_rest(world).conversation.owner is Owner.WAITING
    assert "Buy" in [line.text for line in world.shell.transcript if line.author == "person"]


def test_a_tap_that_calls_for_the_bot_while_the_person_waits_brings_it_back(heard_as):
    world = with_buttons(switches=heard_as)
    world.operator_runs("pass")
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button(number=TO_THE_BOT)
    assert at_rest(world).conversation.owner is Owner.BOT
    assert world.thread.owner == OUR_APP
    assert "'outcome': 'cancelled'" in world.heard[-1].said


@pytest.mark.parametrize(
    ("chosen", "owner"), [(BotWhileHuman.ON, Owner.BOT), (BotWhileHuman.OFF, Owner.HUMAN)]
)
def test_a_tap_that_calls_for_the_bot_obeys_the_policy_as_words_do(chosen, owner, heard_as):
    world = with_buttons(switches=heard_as, bot_while_human=chosen)
    world.agent_replies()
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button(number=TO_THE_BOT)
    assert at_rest(world).conversation.owner is owner


@pytest.mark.parametrize("kind", [Kind.OURS, Kind.NO_TOGGLE, Kind.UNTOLD_TOGGLE])
def test_a_tap_after_control_came_back_unseen_brings_the_bot_back(kind, heard_as):
    world = with_buttons(kind, switches={**heard_as, "inbox_done": "release"})
    world.agent_replies()
    at_rest(world).time_passes(10_000)
    world.agent_marks_done()  # and nobody is told
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button()
    assert at_rest(world).conversation.owner is Owner.BOT
    assert asked(world) == ["books"]
    assert "'outcome': 'done', 'unanswered': True" in world.heard[-1].said


@pytest.mark.parametrize("kind", ROUTED)
def test_a_tap_after_ownership_lapsed_brings_the_bot_back_where_that_is_ours_to_do(kind, heard_as):
    world = with_buttons(kind, switches=heard_as)
    world.operator_runs("pass", "billing")
    at_rest(world).time_passes(2_000)
    world.other_app_replies()  # so that nobody waits any more, and no timer is set
    at_rest(world).time_passes(25 * HOUR)
    world.person_taps_old_button()
    ours = kind is not Kind.OTHER  # there the tap gives it to the other app
    assert at_rest(world).conversation.owner is (Owner.BOT if ours else Owner.OTHER_APP)
    assert asked(world) == ["books"]
    assert not ours or "'outcome': 'expired', 'unanswered': True" in world.heard[-1].said


def test_a_tap_that_an_agent_answered_before_the_platform_could_be_asked_stays_theirs():
    world = with_buttons(switches={"inbox_done": "release"})
    world.agent_replies()
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button()
    while world.wire:
        world.webhook_arrives()
    while world.shell.running is None:
        world.worker_turns()
    world.time_passes(2_000)
    world.agent_replies()
    while world.wire:
        world.webhook_arrives()
    world.worker_turns()
    world.time_passes(10_000)
    world.agent_marks_done()
    at_rest(world)
    assert asked(world) == ["books"]


@pytest.mark.parametrize("comes_again", ["agent_moves_to_main", "agent_replies"])
def test_a_human_who_comes_again_before_the_platforms_answer_does_keeps_the_thread(comes_again):
    world = with_buttons(switches={"inbox_done": "release"})
    world.agent_replies()
    at_rest(world).time_passes(10_000)
    world.agent_marks_done()  # and nobody is told
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button()
    while world.wire:
        world.webhook_arrives()
    world.worker_turns()
    world.call_happens(slowly=True)
    getattr(world, comes_again)()
    while world.wire:
        world.webhook_arrives()
    world.worker_turns()
    world.answer_arrives()
    at_rest(world)
    assert (world.conversation.owner, world.thread.owner) == (Owner.HUMAN, INBOX)
    assert not [turn for turn in world.heard if "handback" in turn.said]
    assert not world.meta.refused_to_another


def test_a_tap_on_another_apps_button_says_nothing_about_the_owner(heard_as):
    world = with_buttons(switches=heard_as)
    world.operator_runs("pass", "billing")
    at_rest(world).time_passes(2_000)
    world.other_app_replies()
    world.other_app_passes_to_us()
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button(BILLING)
    assert at_rest(world).conversation.owner is Owner.BOT
    assert asked(world) == ["books"]


@pytest.mark.parametrize("owner", [Owner.BOT, Owner.IDLE])
def test_a_tap_on_our_button_that_the_bot_may_answer_is_its_intent(owner, heard_as):
    world = with_buttons(switches=heard_as)
    if owner is Owner.IDLE:
        world.operator_runs("release")
        at_rest(world).time_passes(2_000)
    assert world.conversation.owner is owner
    world.person_taps_old_button()
    at_rest(world)
    assert asked(world) == ["books", "/buy"]


def test_the_menu_still_shows_that_control_has_come_back(heard_as):
    world = with_buttons(switches={**heard_as, "inbox_done": "release"})
    world.agent_replies()
    at_rest(world).time_passes(10_000)
    world.agent_marks_done()
    at_rest(world).time_passes(2_000)
    world.person_taps_button("Opening hours", "/opening_hours")
    assert at_rest(world).conversation.owner is Owner.BOT
    assert asked(world) == ["books", "/opening_hours"]


def test_without_a_default_app_a_tap_after_the_agents_word_is_the_agents(heard_as):
    world = with_buttons(Kind.NOBODY, switches=heard_as)
    world.agent_replies()
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button()
    world.worker_turns()
    assert at_rest(world).conversation.owner is Owner.HUMAN
    assert asked(world) == ["books"]


def test_a_tap_while_a_bot_has_the_person_stands_for_its_words():
    world = with_buttons()
    world.operator_runs("pass", "moodbot")
    at_rest(world).time_passes(2_000)
    world.person_taps_old_button()
    at_rest(world)
    assert asked(world) == ["books", "Buy"]
