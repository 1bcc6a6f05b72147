"""Histories that once broke a rule, each as short as it gets."""

from messenger_app.conversation.state import Owner
from tests.together import rules
from tests.together.meta import INBOX, Fate
from tests.together.pages import OUR_APP, Kind
from tests.together.pretend_bot import Reply
from tests.together.world import World

MINUTE = 60_000
RELEASE = {"inbox_done": "release"}


def at_rest(world: World) -> World:
    """Let everything come to rest, and check the rules."""
    world.comes_to_rest()
    rules.hold_always(world)
    rules.hold_once_quiet(world)
    return world


def test_a_standby_word_tells_of_a_take_that_was_told_to_nobody():
    world = World()
    world.time_passes(MINUTE)
    world.agent_moves_to_main()
    world.person_writes("hello")
    assert at_rest(world).conversation.owner is Owner.OTHER_APP
    assert world.conversation.timer is not None


def test_a_return_from_somebody_unnoticed_asks_again_for_the_word_nobody_answered():
    world = World()
    world.time_passes(MINUTE)
    world.agent_moves_to_main()
    world.person_writes("hello")
    at_rest(world).agent_marks_done()
    at_rest(world)
    assert [turn.said for turn in world.heard] == [
        "/handback {'from': 'page_inbox', 'outcome': 'done', 'unanswered': True}"
    ]


def test_a_person_with_somebody_unknown_gets_the_bot_back_when_nobody_speaks():
    world = World(RELEASE)
    world.time_passes(MINUTE)
    world.agent_moves_to_main()
    world.person_writes("hello")
    world.agent_marks_done()  # and nobody is told
    at_rest(world).waits_for_every_timer()
    assert at_rest(world).conversation.owner is Owner.BOT
    assert len(world.meta.said) == 1


def test_an_echo_from_just_before_our_take_is_late():
    world = World()
    world.operator_runs("pass", "billing")
    at_rest(world)
    world.person_writes("hello")
    world.agent_replies()
    world.operator_runs("take")
    while world.conversation.owner is not Owner.BOT:  # the echo is still on its way
        world.worker_turns()
        if world.shell.running is not None:
            world.call_happens()
    assert at_rest(world).conversation.owner is Owner.BOT


def test_a_word_from_before_an_agent_of_whom_we_hear_late_is_not_the_bots():
    world = World()
    world.person_writes("hello")
    world.time_passes(1)
    world.person_writes("are you there?")
    world.time_passes(1)
    world.agent_replies()
    world.time_passes(MINUTE)
    world.agent_marks_done()
    world.operator_runs("release")
    world.webhook_arrives()
    while world.thread.owner is not None:  # the second word is still on its way
        world.worker_turns()
        if world.shell.running is not None:
            world.call_happens()
    at_rest(world)
    first = next(iter(world.words))
    assert [turn.mid for turn in world.heard if turn.mid] == [first]


def test_a_word_from_before_the_agents_newest_reply_is_the_agents():
    world = World(RELEASE)
    world.person_writes("hello")
    world.agent_replies()
    at_rest(world)
    world.agent_marks_done()
    world.time_passes(MINUTE)
    world.person_writes("one more thing")
    world.time_passes(25 * 60 * MINUTE)  # what is on its way takes a day
    world.agent_replies()
    assert at_rest(world).conversation.owner is Owner.HUMAN


def test_a_take_from_before_a_message_that_the_platform_took_is_over():
    world = World(RELEASE)
    world.person_writes("hello")
    at_rest(world)
    world.agent_moves_to_main()
    take = world.wire.pop()
    world.agent_marks_done()
    world.time_passes(MINUTE)
    world.person_writes("hello again")
    world.comes_to_rest()
    assert world.conversation.owner is Owner.BOT
    world.wire.append(take)
    assert at_rest(world).conversation.owner is Owner.BOT


def test_a_word_written_right_before_the_pass_is_not_taken_for_a_return():
    world = World(skew=-400)
    world.person_writes("I want a person")
    world.webhook_arrives()
    world.worker_turns()
    world.call_happens(reply=Reply.HANDOFF)
    world.time_passes(MINUTE)
    world.person_writes("my order is lost")  # in the moment before the pass, by a clock behind
    assert at_rest(world).conversation.owner is Owner.WAITING


def test_a_thread_that_we_take_for_lapsed_still_comes_back_by_late_news():
    world = World()
    world.person_writes("hello")
    world.time_passes(25 * 60 * MINUTE)
    world.agent_replies()
    at_rest(world)
    world.person_writes("are you there?")
    world.agent_marks_done()
    world.time_passes(24 * 60 * MINUTE)  # and nothing arrives
    world.worker_turns()
    assert world.conversation.owner is Owner.IDLE
    at_rest(world)


def test_a_take_from_before_a_release_that_did_nothing_counts():
    world = World()
    world.person_writes("hello")
    at_rest(world)
    world.operator_runs("release")
    world.worker_turns()
    world.agent_moves_to_main()
    world.worker_is_swapped(call_goes_on=False)
    take = world.wire.pop()
    world.comes_to_rest()
    world.wire.append(take)
    assert at_rest(world).conversation.owner is Owner.HUMAN


def test_where_control_cannot_be_taken_somebody_looks_again_until_it_lapses():
    for kind in (Kind.NO_TOGGLE, Kind.UNTOLD_TOGGLE):
        world = World(kind=kind)
        world.person_writes("hello")
        at_rest(world)
        world.agent_replies()
        world.person_writes("and my order?")
        at_rest(world).waits_for_every_timer()
        assert at_rest(world).conversation.owner is Owner.IDLE


def test_a_message_that_is_found_later_was_sent_when_it_was_tried():
    world = World()
    world.person_writes("hello")
    world.webhook_arrives()
    world.worker_turns()
    world.call_happens()
    world.worker_turns()
    world.call_happens(Fate.ANSWER_LOST)
    world.agent_replies()  # and takes the thread, of which nobody tells us yet
    late, world.wire = world.wire, []
    world.comes_to_rest()
    assert len(world.meta.said) == 1
    world.wire = late
    assert at_rest(world).conversation.owner is Owner.HUMAN


def test_a_word_whose_answer_overtook_it_is_answered():
    world = World()
    world.person_writes("I want a person")
    world.webhook_arrives()
    world.worker_turns()
    world.call_happens(reply=Reply.HANDOFF)
    at_rest(world).agent_replies()
    world.time_passes(1)
    world.person_writes("thank you")
    world.time_passes(1)
    world.agent_replies()
    at_rest(world).agent_marks_done()
    at_rest(world)
    assert "'unanswered': False" in world.heard[-1].said


def nobody_routes(**how: object) -> World:
    """A Page without a default app."""
    return World(kind=Kind.NOBODY, **how)  # type: ignore[arg-type]


def test_without_a_default_app_an_agent_who_goes_on_right_after_a_return_is_no_late_news():
    world = nobody_routes()
    world.person_writes("hello")
    at_rest(world).agent_replies()
    at_rest(world).other_app_passes_to_us()
    world.time_passes(900)
    world.agent_replies()  # takes no control, and nothing else tells of it
    assert at_rest(world).conversation.owner is Owner.HUMAN


def test_without_a_default_app_a_refusal_is_followed_by_a_long_pause_and_no_loop():
    world = nobody_routes()
    world.other_app_requests()
    world.person_writes("hello")
    world.agent_replies()
    world.time_passes(1)
    world.person_writes("are you there?")
    at_rest(world).waits_for_every_timer()
    assert len(world.meta.refused_to_another) < 8


def test_without_a_default_app_a_thread_comes_back_from_another_app_that_lost_it():
    world = nobody_routes()
    world.operator_runs("pass", "billing")
    at_rest(world).time_passes(25 * 60 * MINUTE)
    world.person_writes("hello")
    at_rest(world).waits_for_every_timer()
    assert at_rest(world).conversation.owner is Owner.BOT
    assert len(world.meta.said) == 1


def test_without_a_default_app_a_pause_that_ends_leaves_the_agents_words_to_the_agent():
    world = nobody_routes()
    world.operator_runs("take")
    world.time_passes(1)
    world.person_writes("hello")
    world.time_passes(1)
    world.agent_replies()
    at_rest(world).waits_for_every_timer()
    at_rest(world)
    assert not [turn.mid for turn in world.heard if turn.mid]


def test_without_a_default_app_a_word_before_the_agents_is_the_agents_whenever_we_take():
    world = nobody_routes()
    world.person_writes("hello")
    world.time_passes(1)
    world.agent_replies()
    world.time_passes(1)
    world.person_taps_button("Opening hours", "/opening_hours")
    world.operator_runs("take")
    world.time_passes(1)
    world.agent_replies()
    at_rest(world)
    assert not [turn.mid for turn in world.heard if turn.mid]


def older_page(kind: Kind, **how: object) -> World:
    """A Page with receiver roles."""
    return World(kind=kind, **how)  # type: ignore[arg-type]


def test_a_word_that_was_left_to_the_agent_opens_the_messaging_window_all_the_same():
    world = older_page(Kind.PRIMARY)
    world.time_passes(1)
    world.agent_moves_to_main()
    world.time_passes(1)
    world.person_writes("hello")
    while world.wire:
        world.webhook_arrives()
    world.worker_turns()
    world.operator_runs("pass")
    world.call_happens()
    world.agent_marks_done()
    at_rest(world).waits_for_every_timer()
    assert at_rest(world).conversation.unannounced is None  # the bot said that nobody came


def test_an_agent_who_answers_and_asks_in_one_breath_keeps_the_thread():
    world = older_page(Kind.PRIMARY)
    world.person_taps_button("Opening hours", "/opening_hours")
    world.time_passes(1)
    world.agent_replies()
    world.time_passes(1)
    world.agent_moves_to_main()
    assert at_rest(world).conversation.owner is Owner.HUMAN
    assert world.thread.owner == INBOX


def test_a_secondary_receiver_asks_for_no_thread_in_which_an_agent_answers_the_primarys_person():
    world = older_page(Kind.SECONDARY)
    world.time_passes(1)
    world.person_writes("hello")
    world.time_passes(1)
    world.agent_replies()
    at_rest(world).waits_for_every_timer()
    assert not world.meta.moved


def test_an_agent_whose_answer_overtakes_the_pass_before_it_is_given_the_thread():
    world = older_page(Kind.SECONDARY)
    world.person_writes("hello")
    world.time_passes(1)
    world.other_app_passes_to_us()
    before = list(world.wire)
    world.wire.clear()
    world.time_passes(1)
    world.agent_replies()
    while world.wire:
        world.webhook_arrives()
    world.worker_turns()
    assert world.conversation.owner is Owner.HUMAN
    world.wire += before
    assert at_rest(world).conversation.owner is Owner.HUMAN
    assert world.thread.owner == INBOX
    assert not world.heard


def test_a_word_that_overtakes_a_take_in_silence_is_asked_for():
    world = older_page(Kind.PRIMARY)
    world.time_passes(1)
    world.agent_moves_to_main()
    at_rest(world).time_passes(16 * MINUTE)
    world.worker_turns()  # nobody has written yet, so the thread is taken back without a word
    world.person_writes("hello")
    world.webhook_arrives()
    assert at_rest(world).conversation.owner is Owner.BOT
    assert "'unanswered': True" in world.heard[-1].said


def test_a_request_in_vain_is_made_again_until_the_window_is_shut_and_the_next_word_begins_anew():
    world = older_page(Kind.SECONDARY)
    world.other_app_grants()
    world.operator_runs("pass")
    at_rest(world).time_passes(MINUTE)
    world.person_writes("hello")
    at_rest(world).waits_for_every_timer()
    requests = [verb for verb, _ in world.meta.moved if verb == "request"]
    assert 1 < len(requests) < 8
    assert world.conversation.owner is Owner.WAITING
    world.person_writes("still there?")
    assert at_rest(world).conversation.timer is not None


def test_an_app_that_never_answers_gives_the_person_back():
    world = World()
    world.person_writes("hello")
    at_rest(world)
    world.operator_runs("pass", "billing")
    at_rest(world).time_passes(2_000)
    world.person_writes("is anybody there?")
    at_rest(world).waits_for_every_timer()
    assert at_rest(world).conversation.owner is Owner.BOT
    assert world.thread.owner == OUR_APP
    assert "'outcome': 'timeout', 'unanswered': True" in world.heard[-1].said


def nobody_came() -> World:
    """A thread that the Page Inbox has had for too long; the worker begins to take it back."""
    world = World()
    world.operator_runs("pass")
    world.person_writes("hello")
    at_rest(world).time_passes(16 * MINUTE)
    world.worker_turns()
    return world


def test_an_agent_who_answers_while_a_take_waits_for_its_time_keeps_the_thread():
    world = nobody_came()
    world.call_happens(Fate.LIMITED_FOR_LONG)
    world.worker_turns()
    world.agent_replies()
    at_rest(world)
    assert world.thread.owner == INBOX
    assert world.conversation.owner is Owner.HUMAN


def test_a_take_without_an_answer_that_nobody_wants_any_more_is_looked_into_and_not_repeated():
    world = nobody_came()
    world.agent_replies()  # and is on its way
    world.call_happens(Fate.NEVER_ARRIVED)
    at_rest(world)
    assert world.thread.owner == INBOX
    assert world.conversation.owner is Owner.HUMAN


def test_a_take_that_worked_unseen_is_known_though_a_human_had_answered_before_it():
    world = nobody_came()
    world.agent_replies()  # and is on its way
    world.call_happens(Fate.ANSWER_LOST)
    at_rest(world)
    assert world.thread.owner == OUR_APP
    assert world.conversation.owner is Owner.BOT


def test_a_pass_waits_for_its_announcement_and_the_handoff_ends_where_that_cannot_be_said():
    world = World()
    world.person_writes("hello")
    at_rest(world)
    world.operator_runs("pass")
    world.worker_turns()
    world.call_happens(Fate.LIMITED_FOR_LONG)
    world.worker_turns()
    world.time_passes(MINUTE)
    at_rest(world)
    assert world.thread.owner == OUR_APP
    assert world.conversation.owner is Owner.BOT
    assert world.meta.said[-1].text == world.shell.policy.words.handoff_failed
