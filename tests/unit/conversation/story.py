"""A thread driven through the core alone: events in, commands collected."""

from dataclasses import dataclass, field

from messenger_app.conversation.commands import AskBot, Command, SendMessage, TellBot
from messenger_app.conversation.events import (
    BotAnswered,
    ControlCall,
    ControlCallSettled,
    ControlPassed,
    ControlTaken,
    Event,
    HandoffAsked,
    MessageRefused,
    MessageSent,
    OtherAppEchoed,
    PersonMessaged,
    Refusal,
    TimerFired,
)
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID, Policy, Target
from messenger_app.conversation.state import Conversation, Owner
from messenger_app.conversation.transcript import Line
from messenger_app.conversation.transitions import transition

OUR_APP = "615243000000001"
BILLING_APP = "777000000000001"
START = 1_800_000_000_000

POLICY = Policy(
    app_id=OUR_APP,
    targets={
        "page_inbox": Target("page_inbox", "A person from our team", PAGE_INBOX_APP_ID),
        "billing": Target("billing", "Billing team", BILLING_APP),
    },
    default_target="page_inbox",
)


@dataclass
class Story:
    """One thread, told in the verbs of those who act on it."""

    policy: Policy = POLICY
    conversation: Conversation = field(
        default_factory=lambda: Conversation(page_id="104729000000001", psid="42")
    )
    now: int = START
    #: What the last event made the core ask for.
    commands: tuple[Command, ...] = ()
    transcript: list[Line] = field(default_factory=list)
    held: bool = False
    _mids: int = 0

    @property
    def owner(self) -> Owner:
        return self.conversation.owner

    @property
    def said(self) -> list[str]:
        """What the bridge was told to say by the last event."""
        return [c.message.text for c in self.commands if isinstance(c, SendMessage)]

    def happens(self, event: Event) -> "Story":
        done = transition(self.conversation, event, self.policy)
        self.conversation, self.commands, self.held = (
            done.conversation,
            done.commands,
            done.held,
        )
        self.transcript += done.transcript
        return self

    def later(self, milliseconds: int = 1_000) -> int:
        self.now += milliseconds
        return self.now

    def person_says(
        self, text: str, *, standby: bool = False, at: int | None = None, payload: str | None = None
    ) -> "Story":
        at = at or self.later()
        self._mids += 1
        return self.happens(
            PersonMessaged(
                at=at,
                received_at=self.now,
                mid=f"m_{self._mids}",
                text=text,
                standby=standby,
                payload=payload,
            )
        )

    def bot_answers(
        self, *texts: str, handoff: HandoffAsked | None = None, turn: int | None = None
    ) -> "Story":
        now = self.later()
        return self.happens(
            BotAnswered(
                at=now,
                received_at=now,
                turn=self.conversation.turn if turn is None else turn,
                messages=tuple(BotMessage(text=text) for text in texts),
                handoff=handoff,
            )
        )

    def message_is_sent(self, text: str = "…") -> "Story":
        now = self.later()
        turn = self.conversation.turn
        return self.happens(
            MessageSent(at=now, received_at=now, turn=turn, mid=f"m_{now}", text=text)
        )

    def message_is_refused(self, refusal: Refusal) -> "Story":
        now = self.later()
        turn = self.conversation.turn
        return self.happens(
            MessageRefused(at=now, received_at=now, turn=turn, refusal=refusal, text="…")
        )

    def call_settles(
        self, call: ControlCall, *, worked: bool = True, granted: bool = False
    ) -> "Story":
        began = self.later()
        turn = self.conversation.turn
        return self.happens(
            ControlCallSettled(
                at=began,
                received_at=self.later(100),
                turn=turn,
                call=call,
                worked=worked,
                granted=granted,
            )
        )

    def agent_replies(self, text: str = "Hi, Mia here.", at: int | None = None) -> "Story":
        return self.other_app_replies(PAGE_INBOX_APP_ID, text, at)

    def other_app_replies(
        self, app_id: str | None, text: str = "Hi.", at: int | None = None
    ) -> "Story":
        at = at or self.later()
        return self.happens(
            OtherAppEchoed(at=at, received_at=self.now, mid=f"m_{at}", text=text, app_id=app_id)
        )

    def agent_takes(self, at: int | None = None) -> "Story":
        at = at or self.later()
        return self.happens(
            ControlTaken(
                at=at,
                received_at=self.now,
                previous_app_id=OUR_APP,
                new_app_id=PAGE_INBOX_APP_ID,
            )
        )

    def control_comes_back(self, at: int | None = None) -> "Story":
        at = at or self.later()
        return self.happens(
            ControlPassed(
                at=at,
                received_at=self.now,
                previous_app_id=PAGE_INBOX_APP_ID,
                new_app_id=OUR_APP,
            )
        )

    def timer_fires(self) -> "Story":
        timer = self.conversation.timer
        assert timer is not None, "there is no timer to fire"
        self.now = max(self.now, timer.due)
        return self.happens(TimerFired(at=self.now, received_at=self.now, kind=timer.kind))

    def bot_hands_over(self, **asked: object) -> "Story":
        """Person asks, bot hands over, words are said, the pass works: now waiting."""
        handoff = HandoffAsked(**{"reason": "user_asked", **asked})  # type: ignore[arg-type]
        self.person_says("I want a person").bot_answers(handoff=handoff)
        return self.message_is_sent().call_settles(ControlCall.PASS)


def asked(story: Story) -> list[str]:
    """Return the words that the last event had put to the bot."""
    return [command.text for command in story.commands if isinstance(command, AskBot)]


def handback(story: Story) -> dict[str, object]:
    """Return what the last event had the bot told of the thread's return."""
    told = [command for command in story.commands if isinstance(command, TellBot)]
    assert [command.intent for command in told] == ["handback"]
    return told[0].entities
