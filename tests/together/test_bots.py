"""From one bot to another, with calls that get lost and workers that die."""

import pytest

from inbox_simulator.platform.thread import Message
from messenger_app.conversation.policy import Words
from messenger_app.conversation.state import Owner
from messenger_app.jobs.asking import SWITCH_PATIENCE
from messenger_app.jobs.job import CALL_DEADLINE
from tests.together import rules
from tests.together.pages import MOODBOT, OUR_APP, OWN
from tests.together.pretend_bot import BotFate, Reply
from tests.together.world import World

WORDS = Words()


def at_rest(world: World) -> World:
    """Let everything come to rest, and check the rules."""
    world.comes_to_rest()
    rules.hold_always(world)
    rules.hold_once_quiet(world)
    return world


def next_call(world: World, reply: Reply = Reply.ONE, fate: BotFate = BotFate.ANSWERED) -> None:
    """Let everything arrive and the worker go on until it calls somebody; let that happen."""
    while world.wire:
        world.webhook_arrives()
    while world.shell.running is None or world.shell.result is not None:
        if not world.worker_turns():
            assert world.shell.open_commands(), "nobody is called"
            world.time_passes(max((world.shell.wait_until or 0) - world.clock.machine(), 1))
    world.call_happens(bot_fate=fate, reply=reply)


def asking_for_moodbot() -> World:
    """A person whose bot has just handed them to MoodBot."""
    world = World()
    world.person_writes("cheer me up")
    next_call(world, Reply.TO_MOODBOT)
    return world


def with_moodbot() -> World:
    """A person whom MoodBot has greeted."""
    world = at_rest(asking_for_moodbot())
    assert world.conversation.bot == "moodbot"
    return world


def heard_by(world: World, url: str) -> list[str]:
    """Return the words and intents that a bot heard."""
    return [turn.said for turn in world.heard if turn.url == url]


def last_said(world: World) -> Message:
    """Return the newest message of ours."""
    return [said for said in world.thread.messages if said.author != "person"][-1]


def test_no_control_moves_and_each_bot_keeps_to_its_own_conversation():
    world = with_moodbot()
    world.person_writes("I feel low")
    at_rest(world)
    world.person_writes("that's all")
    next_call(world, Reply.WORDS_AND_HOME)
    at_rest(world).person_writes("and when are you open?")
    at_rest(world)
    assert world.meta.moved == []
    assert heard_by(world, OWN) == [
        "cheer me up",
        f"/handoff {{'from_host': '{MOODBOT}'}}",
        "and when are you open?",
    ]
    assert heard_by(world, MOODBOT) == [
        f"/handoff {{'from_host': '{OWN}'}}",
        "I feel low",
        "that's all",
    ]


def test_after_a_lost_answer_the_bot_that_was_asked_is_looked_into_and_asked_no_more():
    world = asking_for_moodbot()
    next_call(world, fate=BotFate.ANSWER_LOST)
    at_rest(world)
    assert len(heard_by(world, MOODBOT)) == 1
    assert world.conversation.bot == "moodbot"
    assert last_said(world).text == "answer 1.0"


def test_a_worker_that_dies_while_bots_switch_loses_nobody():
    world = asking_for_moodbot()
    world.worker_turns()
    world.worker_is_swapped(call_goes_on=True)
    world.late_call_arrives()
    at_rest(world)
    assert len(heard_by(world, MOODBOT)) == 1
    assert last_said(world).text == "answer 1.0"


def moodbot_fails(world: World, fate: BotFate) -> int:
    """Let MoodBot fail until the person is told; return for how long they waited."""
    began = world.clock.now()
    while not any(said.author != "person" for said in world.thread.messages):
        next_call(world, fate=fate)
        world.worker_turns()
    return world.clock.now() - began


@pytest.mark.parametrize(
    "fate", [BotFate.UNREACHABLE, BotFate.NEVER_ARRIVED, BotFate.FAILS], ids=str
)
def test_with_a_bot_that_fails_the_person_waits_seconds_and_stays(fate: BotFate):
    world = asking_for_moodbot()
    waited = moodbot_fails(world, fate)
    assert last_said(world).text == WORDS.switch_failed.format(title="MoodBot")
    assert waited < 2 * CALL_DEADLINE + SWITCH_PATIENCE
    at_rest(world).person_writes("and when are you open?")
    at_rest(world)
    assert heard_by(world, MOODBOT) == []
    assert heard_by(world, OWN) == ["cheer me up", "and when are you open?"]


def test_bots_that_pass_at_each_other_end_with_the_offer_of_a_human():
    world = asking_for_moodbot()
    for reply in (Reply.WORDS_AND_HOME, Reply.TO_MOODBOT):
        while world.heard[-1].reply is not reply:
            next_call(world, reply)
    at_rest(world)
    assert last_said(world).text == WORDS.bots_in_circles
    assert len(world.heard) == 3
    world.person_taps_quick_reply()
    assert at_rest(world).conversation.owner is Owner.WAITING


def test_a_human_from_another_bot_and_back_to_it():
    world = with_moodbot()
    world.person_writes("a person please")
    next_call(world, Reply.HANDOFF)
    at_rest(world).agent_replies()
    world.time_passes(1)
    world.person_writes("my cat ate my book")
    at_rest(world).agent_marks_done()
    at_rest(world)
    assert world.thread.owner == OUR_APP
    assert heard_by(world, OWN) == ["cheer me up"]
    assert [said.split()[0] for said in heard_by(world, MOODBOT)] == ["/handoff", "a", "/handback"]
