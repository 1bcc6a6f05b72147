"""Bridge and platform driven together, through any history: the rules hold, and both agree.

``TOGETHER_EXAMPLES=20000 TOGETHER_KINDS="OURS NOBODY"`` in the environment tries new histories, and
more of them. A history that breaks a rule is told line by line, as short as it gets.
"""

import os

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from inbox_simulator.platform.switches import SWITCHES
from messenger_app.conversation.policy import BotWhileHuman
from tests.together import rules
from tests.together.meta import Fate
from tests.together.pages import BILLING, OUR_APP, Kind
from tests.together.pretend_bot import BotFate, Reply
from tests.together.world import World

#: How many histories to try. Without it, always the same ones; with it, new ones each time.
EXAMPLES = os.environ.get("TOGETHER_EXAMPLES")
#: Which kinds of Page, by name; all of them where it says nothing.
KINDS = [Kind[name] for name in os.environ.get("TOGETHER_KINDS", "").split()] or list(Kind)
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
SPANS = (1, 300, SECOND, 3 * SECOND, 11 * SECOND, 2 * MINUTE, 16 * MINUTE, 5 * HOUR, 25 * HOUR)
WORDS = ("hello", "I want a person", "Never mind", "and when are you open?")
SWITCHED = (
    "inbox_done",
    "echo_and_take",
    "standby_postbacks",
    "take_events",
    "taps_of_own",
    "taps_of_others",
)

#: By mid it is told that no word is lost, and an empty tap in standby has none.
OPTIONS = {name: SWITCHES[name].options for name in SWITCHED} | {
    "standby_postbacks": ("without_payload", "with_payload"),
}

#: Most calls and questions are answered; else a history is all trouble and gets nowhere.
fates = st.one_of(st.just(Fate.ANSWERED), st.just(Fate.ANSWERED), st.sampled_from(Fate))
bot_fates = st.one_of(st.just(BotFate.ANSWERED), st.sampled_from(BotFate))
replies = st.one_of(st.sampled_from(Reply), st.just(Reply.HANDOFF))
words = st.sampled_from(WORDS)
somewhere = st.one_of(st.just(0), st.integers(0, 30))


class Together(RuleBasedStateMachine):
    """People, agents, operators, the network, time and a bridge that may be swapped."""

    world: World

    @initialize(
        switches=st.fixed_dictionaries({name: st.sampled_from(OPTIONS[name]) for name in SWITCHED}),
        kind=st.sampled_from(KINDS),
        bot_while_human=st.sampled_from(BotWhileHuman),
        skew=st.sampled_from([0, 400, -400]),
        offers=st.booleans(),
    )
    def begin(
        self,
        switches: dict[str, str],
        kind: Kind,
        bot_while_human: BotWhileHuman,
        skew: int,
        *,
        offers: bool,
    ) -> None:
        self.world = World(switches, kind, bot_while_human, skew, tell=note)
        note(f"{kind}, {switches}, bot while human {bot_while_human}, clock {skew} ms ahead")
        if offers:
            self.world.bot_offers_buttons()

    # People

    @rule(text=words, later=st.sampled_from([1, 700]))
    def person_writes(self, text: str, later: int) -> None:
        self.world.time_passes(later)
        self.world.person_writes(text)

    @rule()
    def person_taps_quick_reply(self) -> None:
        self.world.time_passes(1)
        self.world.person_taps_quick_reply()

    @rule()
    def person_taps_menu(self) -> None:
        self.world.time_passes(1)
        self.world.person_taps_button("Opening hours", "/opening_hours")

    @precondition(lambda self: self.world.offers(OUR_APP))
    @rule(number=st.integers(0, 1))
    def person_taps_our_button(self, number: int) -> None:
        self.world.time_passes(1)
        self.world.person_taps_old_button(OUR_APP, number)

    @precondition(lambda self: self.world.offers(BILLING))
    @rule(number=st.integers(0, 1))
    def person_taps_button_of_other_app(self, number: int) -> None:
        self.world.time_passes(1)
        self.world.person_taps_old_button(BILLING, number)

    @rule(later=st.sampled_from([1, 900]))
    def agent_replies(self, later: int) -> None:
        self.world.time_passes(later)
        self.world.agent_replies()

    @rule()
    def agent_moves_to_main(self) -> None:
        self.world.time_passes(1)
        self.world.agent_moves_to_main()

    @rule()
    def agent_marks_done(self) -> None:
        self.world.time_passes(1)
        self.world.agent_marks_done()

    @rule()
    def other_app_replies(self) -> None:
        self.world.time_passes(1)
        self.world.other_app_replies()

    @rule()
    def other_app_passes_to_us(self) -> None:
        self.world.time_passes(1)
        self.world.other_app_passes_to_us()

    @rule()
    def other_app_takes(self) -> None:
        self.world.time_passes(1)
        self.world.other_app_takes()

    @rule()
    def other_app_requests(self) -> None:
        self.world.time_passes(1)
        self.world.other_app_requests()

    @rule()
    def other_app_grants(self) -> None:
        self.world.time_passes(1)
        self.world.other_app_grants()

    @precondition(lambda self: self.world.kind is Kind.CHANGING)
    @rule()
    def roles_change(self) -> None:
        self.world.time_passes(1)
        self.world.roles_change()

    @rule(action=st.sampled_from(["take", "release", "pass", "pass billing", "pass moodbot"]))
    def operator_runs(self, action: str) -> None:
        self.world.operator_runs(*action.split())

    @rule(milliseconds=st.sampled_from(SPANS))
    def time_passes(self, milliseconds: int) -> None:
        self.world.time_passes(milliseconds)

    # The network

    @precondition(lambda self: self.world.wire)
    @rule(index=somewhere, comes_again=st.booleans())
    def webhook_arrives(self, index: int, comes_again: bool) -> None:
        self.world.webhook_arrives(index % len(self.world.wire), comes_again=comes_again)

    @precondition(lambda self: self.world.wire)
    @rule()
    def all_webhooks_arrive(self) -> None:
        while self.world.wire:
            self.world.webhook_arrives()

    @rule(visitor=st.sampled_from(["an agent", "a silent agent", "billing"]), text=words)
    def words_overtake_a_whole_visit(self, visitor: str, text: str) -> None:
        """Let somebody come and go; what is written after it arrives first."""
        self.world.time_passes(MINUTE)
        self.world.somebody_visits(visitor)
        self.world.time_passes(700)
        self.world.person_writes(text)
        self.world.webhook_arrives(len(self.world.wire) - 1)
        self.world.worker_turns()

    @precondition(lambda self: self.world.meta.late)
    @rule(index=st.integers(0, 5))
    def late_call_arrives(self, index: int) -> None:
        self.world.late_call_arrives(index % len(self.world.meta.late))

    # The bridge

    @rule()
    def worker_turns(self) -> None:
        self.world.worker_turns()

    @precondition(lambda self: self.world.shell.is_calling)
    @rule(fate=fates, bot_fate=bot_fates, reply=replies, slowly=st.booleans())
    def call_happens(self, fate: Fate, bot_fate: BotFate, reply: Reply, slowly: bool) -> None:
        self.world.call_happens(fate, bot_fate, reply, slowly=slowly)

    @precondition(lambda self: self.world.shell.answer)
    @rule()
    def answer_arrives(self) -> None:
        self.world.answer_arrives()

    @rule(reply=replies, steps=st.integers(1, 6))
    def worker_works(self, reply: Reply, steps: int) -> None:
        for _ in range(steps):
            self.world.worker_turns()
            if self.world.shell.is_calling:
                self.world.call_happens(reply=reply)
                rules.hold_always(self.world)

    @rule(call_goes_on=st.booleans())
    def worker_is_swapped(self, call_goes_on: bool) -> None:
        self.world.worker_is_swapped(call_goes_on=call_goes_on)

    # Quiet

    @rule()
    def all_comes_to_rest(self) -> None:
        self.world.comes_to_rest()
        rules.hold_once_quiet(self.world)

    @invariant()
    def the_rules_hold(self) -> None:
        rules.hold_always(self.world)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            note("-- now everything is delivered")
            self.world.comes_to_rest()
            rules.hold_once_quiet(self.world)
            note("-- now every timer's time comes")
            self.world.waits_for_every_timer()
            rules.hold_once_quiet(self.world)
            rules.hold_always(self.world)


TestTogether = Together.TestCase
TestTogether.settings = settings(
    max_examples=int(EXAMPLES or 800),
    derandomize=EXAMPLES is None,
    database=None,
    stateful_step_count=40,
    deadline=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=(Phase.generate, Phase.shrink),
)
