"""What the bridge knows of one thread."""

from dataclasses import dataclass, field
from enum import StrEnum

from messenger_app.conversation.commands import OWN_BOT, AskBot
from messenger_app.conversation.messages import Referral
from messenger_app.conversation.routing import Routing


class Owner(StrEnum):
    """Who has thread control, as far as the bridge knows."""

    #: Nobody: no word in 24 h, or control was released. The default app may answer.
    IDLE = "idle"
    #: Our app, and so the bot.
    BOT = "bot"
    #: Still our app, but asked to pass; the bot is silent until the outcome is known.
    HANDING_OFF = "handing_off"
    #: Whom we passed it to, the Page Inbox or another app, and nobody there has spoken yet.
    WAITING = "waiting"
    #: The Page Inbox, and a human speaks there.
    HUMAN = "human"
    #: Another app that speaks or came by itself, or somebody whose name Graph did not tell us.
    OTHER_APP = "other_app"


class TimerKind(StrEnum):
    """What a thread's one timer is set for."""

    #: The pass must have settled by then.
    HANDOFF_DEADLINE = "handoff_deadline"
    #: Nobody whom the person waits for has answered by then.
    WAITING_TIMEOUT = "waiting_timeout"
    #: The human has been quiet for so long that the bot takes over again.
    HUMAN_IDLE_TIMEOUT = "human_idle_timeout"
    #: The same on a Page without a default app, where nothing but echoes tells of a human.
    ECHO_PAUSE = "echo_pause"
    #: Whoever was asked for control must have passed it by then.
    REQUEST_DEADLINE = "request_deadline"


class Outcome(StrEnum):
    """How the time with a human ended, as the bot is told in ``/handback``."""

    DONE = "done"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Timer:
    """A thread's one timer. Replacing it cancels what was there before."""

    kind: TimerKind
    #: Milliseconds since 1970, on the bridge's own clock.
    due: int


@dataclass(frozen=True, slots=True)
class Handoff:
    """Where a thread was handed, and why."""

    target: str
    app_id: str
    reason: str
    summary: str = ""
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LastWord:
    """The last thing the person wrote or tapped."""

    mid: str
    #: Milliseconds since 1970, by the platform's clock.
    at: int
    #: True once the bot or a human has spoken after it.
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap on a button, which may come on two channels."""

    mid: str
    #: Milliseconds since 1970, by the platform's clock.
    at: int


@dataclass(frozen=True)  # without slots it is cheap to replace
class Conversation:
    """Everything that decides who may speak on the thread ``(page_id, psid)``."""

    page_id: str
    psid: str
    owner: Owner = Owner.IDLE
    #: The app that has control, where it is not ours and its id is known.
    owner_app_id: str | None = None
    #: The app that had control before, to tell its late echoes from news.
    previous_app_id: str | None = None
    #: Since when the owner has control, in the platform's milliseconds. A call of our own has no
    #: time of the platform's: then this is when it was begun, the earliest it can have worked ...
    owner_since: int = 0
    #: ... and this is when its answer came, the latest. A webhook sets both to the same.
    owner_settled: int = 0
    #: Since when somebody else had control, the last time that was so.
    left_at: int = 0
    #: When a human or another app last wrote: what the person had written before is answered.
    others_spoke_at: int = 0
    #: Live words from so soon after our pass that clocks can't tell whether a human was to have
    #: them. They are the bot's if control has come back without a human's word.
    doubtful: tuple[AskBot, ...] = ()
    #: When the platform last took a message of ours: the thread was ours then.
    spoke_at: int = 0
    #: When the person wrote the newest live word that proves it too: only the owner hears it live.
    heard_live_at: int = 0
    #: Grows each time the bot loses the word. A command decided in an earlier turn is dropped.
    turn: int = 0
    handoff: Handoff | None = None
    timer: Timer | None = None
    last_word: LastWord | None = None
    #: The person's last taps, the newest first, to know each when it comes on its other channel.
    taps: tuple[Tap, ...] = ()
    #: Why control is being taken back, while that call is under way.
    taking: Outcome | None = None
    #: Why somebody was asked for control, until it is passed to us or time has run out.
    asking: Outcome | None = None
    #: The app that gets the thread once we have taken it, because it asked us for it.
    promised: str | None = None
    #: True where an echo alone tells of the owner, who speaks without having control: so it is
    #: where no default app routes. A live word then proves nothing.
    only_echoed: bool = False
    #: How a thread ended that came back in silence; said when the person writes again.
    unannounced: Outcome | None = None
    #: True while the bot is told that nobody came, so that its words get a way to wait on.
    offers_to_wait: bool = False
    #: The target that had the thread when it last came back; empty where it was handed to none.
    came_from: str = ""
    #: Turns in a row to which the bot had no answer.
    bot_failures: int = 0
    #: The bot that has the person: a target's name, or `OWN_BOT`.
    bot: str = OWN_BOT
    #: When the platform took its first message since it was switched to, None before that: a quick
    #: reply that was tapped earlier is an answer to the bot before it.
    bot_since: int | None = 0
    #: The link or advertisement that the person followed into this thread and has not written
    #: after: the bot is told of it with their next word.
    referral: Referral | None = None
    #: The bots that the person was handed to since their last word, each once: bots that pass at
    #: each other would go on for ever.
    handed_to: tuple[str, ...] = ()
    #: Our app's role on an older Page, as it was last told. It is the Page's and no thread's, so
    #: the conversation that has it is the Page's own: its ``psid`` is the Page's id.
    role: Routing | None = None
