"""One thread with the platform on one side and the bridge on the other, and all that is between."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from inbox_simulator.platform import handovers, page_inbox, people, roles, sending
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.errors import PlatformError
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import envelope
from messenger_app.conversation.commands import (
    FindOwner,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from messenger_app.conversation.policy import (
    CLOCK_SKEW,
    LATE_ECHO,
    BotWhileHuman,
)
from messenger_app.conversation.state import Conversation
from messenger_app.executor import Executor
from messenger_app.jobs.job import CALL_DEADLINE
from tests.together.meta import START, Fate, Late, Meta, PlatformGraph, TwoClocks
from tests.together.pages import BILLING, MOODBOT, OUR_APP, OWN, Kind, page, policy, told
from tests.together.pretend_bot import Asked, BotFate, PretendBot, Reply, Turn
from tests.together.shell import Shell

#: Steps in which everything must have come to rest; more are a loop.
MOST_STEPS = 400
#: Timers that may run out one after another before the thread is at rest.
MOST_TIMERS = 16

#: Calls of ours and what others do can't be told apart by two clocks when they are closer.
APART = 2 * CLOCK_SKEW
#: An agent has a thread at least for so long.
LOOK = LATE_ECHO + APART
CONTROL_CALLS = (
    PassThreadControl,
    TakeThreadControl,
    RequestThreadControl,
    ReleaseThreadControl,
    FindOwner,
)
#: What the other app says.
BILL = {
    "template_type": "button",
    "text": "Billing here",
    "buttons": [{"type": "postback", "title": title, "payload": title} for title in ("Pay", "Bot")],
}
HANDOVERS = {"pass_thread_control", "take_thread_control"}


@dataclass
class World:
    """Everything, with the verbs of those who act. What happened is told to ``tell``."""

    switches: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = Kind.OURS
    bot_while_human: BotWhileHuman = BotWhileHuman.OFF
    skew: int = 0
    tell: Callable[[str], object] = lambda _: None
    clock: TwoClocks = field(init=False)
    meta: Meta = field(init=False)
    graph: PlatformGraph = field(init=False)
    asked: Asked = field(init=False)
    shell: Shell = field(init=False)
    psid: str = field(init=False)
    #: Webhooks on their way to us, and all that there ever were.
    wire: list[bytes] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    #: When the platform last sent our app something about who speaks, in its milliseconds. A tap in
    #: standby says nothing.
    told_at: int = 0
    #: The same of what says who it is: an echo or a handover. A standby word doesn't.
    named_at: int = 0
    #: The app whose button each tap was on, and who had control then, by the mid of the tap.
    taps: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    #: The mids of taps in the menu.
    menu: set[str] = field(default_factory=set)
    #: When our last control call was made, and when an agent last did anything.
    called_at: int = 0
    agent_at: int = 0

    def __post_init__(self) -> None:
        self.clock = TwoClocks(self.skew)
        platform = page(self.kind, self.switches)
        self.psid = platform.add_person("Ana", "en_US").psid
        self.meta = Meta(platform, self.clock, OUR_APP)
        self.graph = PlatformGraph(self.meta, CALL_DEADLINE)
        self.asked = Asked()
        own = PretendBot(self.meta, CALL_DEADLINE, OWN, self.asked)
        moodbot = PretendBot(self.meta, CALL_DEADLINE, MOODBOT, self.asked)
        page_id = platform.page.id
        executor = Executor(
            {page_id: self.graph},
            {page_id: own},
            OUR_APP,
            self.clock,
            bots={"moodbot": moodbot},
        )
        chosen = policy(self.kind, self.bot_while_human, page_id)
        self.shell = Shell(chosen, executor, self.clock, page_id, self.psid)

    # What the rules look at

    @property
    def conversation(self) -> Conversation:
        return self.shell.conversation

    @property
    def thread(self) -> Thread:
        return self.meta.platform.thread(self.psid, self.clock.platform)

    @property
    def changed_at(self) -> int:
        """When control last moved or lapsed."""
        return self.thread.ownership[-1].since if self.thread.ownership else 0

    @property
    def heard(self) -> list[Turn]:
        """What the bots heard, in order."""
        return self.asked.heard

    @property
    def words(self) -> dict[str, Message]:
        """What the person said, by mid."""
        return {said.mid: said for said in self.thread.messages if said.author == "person"}

    def offers(self, app_id: str) -> list[Message]:
        """What an app said with buttons that stay."""
        return [said for said in self.thread.messages if said.buttons and said.app_id == app_id]

    # Person and agents

    def person_writes(self, text: str) -> None:
        self._keep_apart(self.called_at)
        self._act(f"the person writes {text!r}", lambda at: self._write(text, None, at))

    def person_taps_quick_reply(self) -> None:
        """Tap the last choice that the newest message of ours offers, if there is one."""
        self._keep_apart(self.called_at)
        ours = [said for said in self.thread.messages if said.author != "person"]
        if ours and ours[-1].quick_replies:
            choice = ours[-1].quick_replies[-1]
            text = choice["title"]
            self._act(f"the person taps {text!r}", lambda at: self._write(text, choice, at))

    def person_taps_button(self, title: str, payload: str) -> None:
        self._keep_apart(self.called_at)

        def tap(at: int) -> None:
            tapped = people.tap_button(self.meta.platform, self.psid, title, payload, at, "")
            self.menu.add(tapped.mid)

        self._act(f"the person taps the button {title!r}", tap)

    def person_taps_old_button(self, app_id: str = OUR_APP, number: int = 0) -> None:
        """Tap a button of the newest message of an app's that has any, if there is one."""
        self._keep_apart(self.called_at)
        offers = self.offers(app_id)
        if not offers:
            return
        title, payload = (str(part) for part in list(offers[-1].button_choices())[number])
        platform, mid = self.meta.platform, offers[-1].mid

        def tap(at: int) -> None:
            tapped = people.tap_button(platform, self.psid, title, payload, at, mid)
            self.taps[tapped.mid] = (app_id, self.thread.owner)

        self._act(f"the person taps {title!r} of {platform.app_name(app_id)}", tap)

    def _write(self, text: str, choice: dict[str, Any] | None, at: int) -> None:
        people.write(self.meta.platform, self.psid, text, at, choice)

    def agent_replies(self) -> None:
        self._agent(
            "replies",
            lambda at: page_inbox.reply(self.meta.platform, self.psid, "Mia here", "Mia", at),
        )

    def agent_moves_to_main(self) -> None:
        self._agent(
            "moves the thread to Main",
            lambda at: page_inbox.move_to_main(self.meta.platform, self.psid, at),
        )

    def agent_marks_done(self) -> None:
        """Mark as done, after a look at the thread."""
        self._keep_apart(self.agent_at, LOOK)
        self._agent(
            "marks the thread done",
            lambda at: page_inbox.mark_done(self.meta.platform, self.psid, at),
        )

    def somebody_visits(self, visitor: str) -> None:
        """Let an agent, who may be silent, or the billing app have the thread for a while."""
        if visitor == "billing":
            self.other_app_takes()
            self.time_passes(LOOK)
            self.other_app_passes_to_us()
        elif visitor == "a silent agent":
            self.agent_moves_to_main()
            self.agent_marks_done()
        else:
            self.agent_replies()
            self.agent_marks_done()

    def other_app_replies(self) -> None:
        request = sending.Send(self.psid, {"attachment": {"type": "template", "payload": BILL}})
        self._other("replies", lambda app, at: sending.send(self.meta.platform, app, request, at))

    def other_app_passes_to_us(self) -> None:
        def act(call: handovers.ControlCall) -> None:
            handovers.pass_control(self.meta.platform, call, OUR_APP)

        self._other_calls("passes the thread to us", act)

    def other_app_takes(self) -> None:
        self._other_calls("takes the thread", partial(handovers.take_control, self.meta.platform))

    def other_app_requests(self) -> None:
        act = partial(handovers.request_control, self.meta.platform)
        self._other_calls("asks for the thread", act)

    def other_app_grants(self) -> None:
        """Let the primary receiver fetch the thread and pass it to us, as it does when asked."""
        if self.thread.owner not in {BILLING, None}:
            self.other_app_takes()
            self.time_passes(1)
        self.other_app_passes_to_us()

    def _other_calls(self, what: str, act: Callable[[handovers.ControlCall], None]) -> None:
        self._other(what, lambda app, at: act(handovers.ControlCall(app, self.psid, at)))

    def _other(self, what: str, act: Callable[[App, int], object]) -> None:
        self._keep_apart(self.called_at)
        self.agent_at = self.clock.platform
        billing = self.meta.platform.apps[BILLING]
        self._act(f"the billing app {what}", lambda at: act(billing, at))

    def roles_change(self) -> None:
        """Let an admin make the other app the primary receiver, or ours again."""
        self._keep_apart(self.called_at)
        platform = self.meta.platform
        before = roles.assigned(platform)
        platform.default_app_id = BILLING if platform.default_app_id == OUR_APP else OUR_APP
        roles.tell_changes(platform, before, self.clock.platform)
        name = platform.app_name(platform.default_app_id)
        self.tell(f"{self._when()} {name} becomes the primary receiver")
        self._drain()

    def operator_runs(self, action: str, target: str | None = None) -> None:
        self.tell(f"{self._when()} the operator runs {action} {target or ''}")
        self.shell.operator(action, target)

    def _agent(self, what: str, act: Callable[[int], object]) -> None:
        self._keep_apart(self.called_at)
        self.agent_at = self.clock.platform
        self._act(f"the agent {what}", act)

    def _keep_apart(self, at: int, least: int = APART) -> None:
        if self.clock.platform - at < least:
            self.time_passes(least)

    def _act(self, what: str, act: Callable[[int], object]) -> None:
        try:
            act(self.clock.platform)
        except PlatformError as error:
            what += f", refused: {error}"
        self.tell(f"{self._when()} {what}; {self._who()}")
        self._drain()

    # Time and the network

    def time_passes(self, milliseconds: int) -> None:
        self.tell(f"{self._when()} {milliseconds / 1000:g} s pass")
        self.clock.platform += milliseconds
        self.meta.platform.expire_all(self.clock.platform)
        now = self.clock.platform
        if self.shell.answer is not None and self.shell.tried_at + CALL_DEADLINE <= now:
            self.answer_arrives()  # nobody waits for longer
        self.meta.late = [late for late in self.meta.late if late.deadline > now]

    def webhook_arrives(self, index: int = 0, *, comes_again: bool = False) -> None:
        body = self.wire[index] if comes_again else self.wire.pop(index)
        self.tell(f"{self._when()} arrives: {told(body)}")
        self.shell.receive(body)

    def late_call_arrives(self, index: int = 0) -> None:
        late = self.meta.late.pop(index)
        self._keep_apart(self.agent_at)
        late.act()
        self.called_at = self.clock.platform
        self.tell(f"{self._when()} the late call arrives: {late.what}; {self._who()}")
        self._drain()

    def late_call_vanishes(self, index: int = 0) -> None:
        self.meta.late.pop(index)

    def _drain(self) -> None:
        outbox = self.meta.platform.outbox
        for delivery in outbox:
            if delivery.app_id == OUR_APP:
                body = orjson.dumps(envelope([delivery], self.clock.platform))
                self.wire.append(body)
                self.sent.append(body)
                what = set(delivery.event) - {"sender", "recipient", "timestamp"}
                in_vain = delivery.channel == "standby" and "postback" in what
                if not in_vain and not what <= {"delivery", "read", "app_roles"}:
                    self.told_at = self.clock.platform
                if "is_echo" in delivery.event.get("message", {}) or what & HANDOVERS:
                    self.named_at = self.clock.platform
        outbox.clear()

    # The bridge

    def worker_turns(self) -> bool:
        was = (self.conversation.owner, len(self.shell.began))
        anything = self.shell.turn()
        now = (self.conversation.owner, len(self.shell.began))
        if anything:
            running = self.shell.running
            begins = f", begins {running.open.command}" if running and was[1] != now[1] else ""
            self.tell(f"{self._when()} the worker turns: {was[0]} -> {now[0]}{begins}")
        return anything

    def call_happens(
        self,
        fate: Fate = Fate.ANSWERED,
        bot_fate: BotFate = BotFate.ANSWERED,
        reply: Reply = Reply.ONE,
        *,
        slowly: bool = False,
    ) -> None:
        """Let the call under way happen; ``slowly`` keeps its answer until `answer_arrives`."""
        assert self.shell.running is not None
        if isinstance(self.shell.running.open.command, CONTROL_CALLS):
            self._keep_apart(self.agent_at)
            self.called_at = self.clock.platform
        self.graph.fate, self.asked.fate, self.asked.reply = fate, bot_fate, reply
        refused = len(self.meta.refused_to_another)
        self.shell.carry_out(slowly=slowly)
        self.graph.fate, self.asked.fate = Fate.ANSWERED, BotFate.ANSWERED
        if len(self.meta.refused_to_another) > refused:
            self.called_at = self.clock.platform
        came = self.shell.answer or self.shell.result
        self.tell(f"{self._when()} the call{', slowly' if slowly else ''}: {came}; {self._who()}")
        self._drain()

    def answer_arrives(self) -> None:
        """Let the slow answer of a call come."""
        self.shell.answer_arrives()
        self.tell(f"{self._when()} the slow answer arrives")

    def worker_is_swapped(self, *, call_goes_on: bool) -> None:
        """Kill the worker; the call it had under way may still reach the other side."""
        job = self.shell.die()
        self.tell(f"{self._when()} the worker is swapped, its call goes on: {call_goes_on}")
        if job is not None and call_goes_on:
            started = (job.open.started_at or 0) - self.skew
            executor = self.shell.executor
            late = Late(job.open.kind, lambda: executor.run(job), started + CALL_DEADLINE)
            if late.deadline > self.clock.platform:
                self.meta.late.append(late)

    # Quiet

    def comes_to_rest(self) -> None:
        """Deliver everything and let every call be answered; little time passes."""
        for _ in range(MOST_STEPS):
            if self.wire:
                self.webhook_arrives()
            elif self.shell.is_calling:
                self.call_happens()
            elif self.shell.answer is not None:
                self.answer_arrives()
            elif self.shell.result is not None or self.worker_turns():
                self.worker_turns()
            elif self.shell.open_commands():
                until = self.shell.wait_until or 0
                self.time_passes(max(until - self.clock.machine(), 1))
            else:
                self.meta.late.clear()
                return
        raise AssertionError("It goes on and on.")

    def waits_for_every_timer(self) -> None:
        """Let the time of each timer come, one after another."""
        for _ in range(MOST_TIMERS):
            timer = self.conversation.timer
            if timer is None:
                return
            self.time_passes(max(timer.due - self.clock.now(), 0))
            self.comes_to_rest()
        raise AssertionError("One timer follows another, and the thread never rests.")

    def bot_offers_buttons(self) -> None:
        """Let the person ask our bot for something, which it answers with buttons that stay."""
        if self.meta.platform.routed_app_id == BILLING:
            self.other_app_passes_to_us()
            self.comes_to_rest()
        self.person_writes("books")
        for _ in range(MOST_STEPS):
            if self.wire:
                self.webhook_arrives()
            elif self.shell.is_calling:
                self.call_happens(reply=Reply.BUTTONS)
            elif not self.worker_turns():
                return

    # Words for the history

    def _when(self) -> str:
        return f"+{(self.clock.platform - START) / 1000:9.3f}"

    def _who(self) -> str:
        owner = self.thread.owner
        name = self.meta.platform.app_name(owner) if owner else "nobody"
        return f"{name} has control"
