"""Words that overtake what happened before them: a whole visit of somebody else's, told late."""

import pytest

from messenger_app.conversation.state import Owner
from tests.together.pages import Kind
from tests.together.test_found import RELEASE, at_rest
from tests.together.world import World

MINUTE = 60_000

visitors = pytest.mark.parametrize("visitor", ["an agent", "a silent agent", "billing"])
endings = pytest.mark.parametrize("ending", [RELEASE, {}], ids=["release", "pass"])


def after_a_visit(visitor: str, ending: dict[str, str], kind: Kind = Kind.OURS) -> World:
    """Return a world in which the person has written again, and nothing has arrived since."""
    world = World(ending, kind)
    world.person_writes("hello")
    at_rest(world)
    world.time_passes(MINUTE)
    world.somebody_visits(visitor)
    world.time_passes(700)
    world.person_writes("when are you open?")
    return world


def newest_word_arrives(world: World) -> list[bytes]:
    """Let the word arrive before everything else, which is returned."""
    late = world.wire[:-1]
    world.wire = world.wire[-1:]
    world.webhook_arrives()
    world.worker_turns()
    return late


def answers(world: World) -> list[str]:
    return [said.text for said in world.meta.said]


@visitors
@endings
@pytest.mark.parametrize("kind", [Kind.OURS, Kind.NO_TOGGLE])
def test_it_is_answered_though_the_visit_is_told_while_the_bot_thinks(visitor, ending, kind):
    world = after_a_visit(visitor, ending, kind)
    world.wire = newest_word_arrives(world)
    while world.wire:
        world.webhook_arrives()
        world.worker_turns()
    assert at_rest(world).conversation.owner is Owner.BOT
    assert answers(world) == ["answer 0.0", "answer 1.0"]


@visitors
@endings
def test_it_is_answered_though_the_visit_is_told_while_the_answer_is_on_its_way(visitor, ending):
    world = after_a_visit(visitor, ending)
    late = newest_word_arrives(world)
    world.call_happens()
    world.worker_turns()
    world.wire = late
    assert at_rest(world).conversation.owner is Owner.BOT
    assert answers(world) == ["answer 0.0", "answer 1.0"]


@visitors
@endings
def test_it_is_answered_once_though_the_visit_is_told_after_its_answer(visitor, ending):
    world = after_a_visit(visitor, ending)
    late = newest_word_arrives(world)
    world.comes_to_rest()
    world.wire = late
    assert at_rest(world).conversation.owner is Owner.BOT
    assert answers(world)[:2] == ["answer 0.0", "answer 1.0"]
    assert [turn.mid for turn in world.heard if turn.mid] == list(world.words)


@endings
def test_what_was_said_during_the_visit_stays_with_the_human(ending):
    world = World(ending)
    world.person_writes("hello")
    at_rest(world)
    world.time_passes(MINUTE)
    world.agent_replies()
    world.person_writes("where is the shop?")
    world.agent_marks_done()
    world.time_passes(700)
    world.person_writes("when are you open?")
    world.wire = newest_word_arrives(world)
    assert at_rest(world).conversation.owner is Owner.BOT
    said = {said.mid: said.text for said in world.meta.platform.thread(world.psid, 0).messages}
    assert [said[turn.mid] for turn in world.heard if turn.mid] == ["hello", "when are you open?"]


def test_a_second_visit_that_is_told_late_too_keeps_its_words():
    world = after_a_visit("a silent agent", RELEASE)
    late = newest_word_arrives(world)
    world.time_passes(MINUTE)
    world.somebody_visits("a silent agent")
    world.time_passes(700)
    world.person_writes("and where?")
    world.wire = late + newest_word_arrives(world)
    assert at_rest(world).conversation.owner is Owner.BOT
    assert [turn.mid for turn in world.heard if turn.mid][-1] == list(world.words)[-1]


def test_a_take_of_a_dead_workers_is_looked_into_though_others_came_and_went():
    world = World()
    world.person_writes("hello")
    at_rest(world).operator_runs("pass")
    at_rest(world)
    world.time_passes(MINUTE)
    world.agent_marks_done()
    world.time_passes(MINUTE)
    world.other_app_takes()
    world.time_passes(16 * MINUTE)
    world.worker_turns()
    world.call_happens()  # we have taken it back
    assert world.thread.owner == world.meta.app_id
    world.worker_is_swapped(call_goes_on=False)
    assert at_rest(world).conversation.owner is Owner.BOT
