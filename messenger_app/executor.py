"""Carry out commands, and turn what came of them back into events.

Nothing here decides who may speak; it finds out whether a thing was done.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Any, assert_never

import requests
import structlog

from messenger_app.clock import Clock
from messenger_app.conversation.commands import (
    OWN_BOT,
    AskBot,
    EntryPoint,
    NotifyAgents,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    SendMessage,
    StopTyping,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import (
    BotAnswered,
    ControlCall,
    ControlCallSettled,
    Event,
    MessageRefused,
    MessageSent,
    Refusal,
)
from messenger_app.conversation.policy import CLOCK_SKEW
from messenger_app.graph.client import GraphClient, SentMessage
from messenger_app.graph.errors import (
    AccessTokenInvalid,
    GraphError,
    GraphOutcomeUnknown,
    GraphRejected,
    GraphUnreachable,
    NotThreadOwner,
    OutsideMessagingWindow,
    PersonUnavailable,
    TemporarilyRefused,
)
from messenger_app.graph.messages import render
from messenger_app.presence import Presence
from messenger_app.rasa.client import Answer, RasaClient
from messenger_app.rasa.errors import (
    BotCutOff,
    BotError,
    BotOutcomeUnknown,
    BotRejected,
    BotUnreachable,
)
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.profiles import UNKNOWN, Profile
from messenger_app.user_profiles import UserProfiles
from messenger_app.webhook.parser import METADATA_PREFIX

log = structlog.get_logger(__name__)

#: By then a call that was begun has either reached the other side or never will. Milliseconds.
CALL_DEADLINE = 10_000
#: An echo that tells of a message comes within this.
ECHO_GRACE = 3_000
#: Tries of a message that can't be looked up before it is given up, rather than said over and over.
MOST_UNCERTAIN_SENDS = 3
#: How far before the last try a message is looked for: that try may have ended in the look, cut
#: off or put off, and so hide an earlier one that arrived. Milliseconds.
LOOK_BACK = 10 * 60_000
#: How long a Page whose token was refused is left alone. Milliseconds.
TOKEN_RETRY = 30_000
#: Seconds to connect to an address that is notified, and for it to answer.
NOTIFY_TIMEOUT = (2.0, 2.0)
#: Times the bot may answer with an error before the person is told.
MOST_BOT_ERRORS = 4
#: How long a person waits for a bot that they are handed to and can't be reached. Milliseconds.
SWITCH_PATIENCE = 5_000
#: Tries of such a handover that may end without an answer.
MOST_UNCERTAIN_SWITCHES = 2


@dataclass(frozen=True, slots=True)
class Job:
    """One command on one thread."""

    thread: str
    page_id: str
    psid: str
    open: OpenCommand
    #: False where an earlier try may still be under way: look into it, and don't try again.
    may_call: bool
    #: When an earlier try began that may have worked, by the machine's clock ...
    tried_at: int = 0
    #: ... and the mids of all that was sent on this thread before.
    known_mids: frozenset[str] = frozenset()
    #: What the platform says of the person.
    profile: Profile = UNKNOWN


@dataclass(frozen=True, slots=True)
class Settled:
    """The command is over; ``event`` is what it means for the thread."""

    event: Event | None = None
    mid: str | None = None
    #: Why it was refused for good.
    refused: str = ""
    #: What was learned of the person meanwhile.
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not yet. ``uncertain`` where it may have worked all the same.

    ``over`` where the other side said that nothing is under way any more.
    """

    after: int
    reason: str
    uncertain: bool = False
    over: bool = False
    profile: Profile | None = None


Result = Settled | TryAgain


class Executor:
    """Carries out commands against Graph and the bot."""

    def __init__(
        self,
        graph: Mapping[str, GraphClient],
        rasa: Mapping[str, RasaClient],
        app_id: str,
        clock: Clock,
        *,
        bots: Mapping[str, RasaClient] | None = None,
        notify_urls: Sequence[str] = (),
        bot_patience: int = 120_000,
    ) -> None:
        """``graph`` and ``rasa`` are by Page id; ``notify_urls`` hear when agents are wanted.

        ``bots`` are those beside the Pages' own, by the name of their target. ``bot_patience`` is
        for how many milliseconds a bot may be away before people are told.
        """
        self._graph = graph
        self._rasa = rasa
        self._bots = dict(bots or {})
        self._app_id = app_id
        self._clock = clock
        self._notify_urls = tuple(notify_urls)
        self._notifier = requests.Session()
        self._refused_until: dict[str, int] = {}
        self._away_since: dict[tuple[str, str], int] = {}
        #: Errors of the bot's by the question's key. A bot that is away, or whose answer is lost,
        #: makes none. Another worker counts anew: then the person is told a little later.
        self._bot_errors: dict[str, int] = {}
        self._bot_patience = bot_patience
        self._presence = Presence(graph)
        self._profiles = UserProfiles(graph, clock)

    def run(self, job: Job) -> Result:
        """Carry out one command. Calls that may have worked before are looked into first.

        Whoever is about to be talked to is asked about first, where that is due.
        """
        if not isinstance(job.open.command, AskBot | TellBot):
            return self._try(job)
        profile = self._profiles.fresh(job.page_id, job.psid, job.profile)
        result = self._try(replace(job, profile=profile))
        return result if profile is job.profile else replace(result, profile=profile)

    def _try(self, job: Job) -> Result:
        if (closed_for := self._token_refused_for(job)) > 0:
            return TryAgain(closed_for, "190: the Page's token is refused")
        try:
            return self._run(job)
        except (GraphUnreachable, BotUnreachable) as error:
            return TryAgain(backoff(job.open.attempts, most=2_000), f"unreachable: {error}")
        except GraphOutcomeUnknown as error:
            return TryAgain(500, f"no answer: {error}", uncertain=True)
        except TemporarilyRefused as error:
            wait = backoff(job.open.attempts, least=1_000, most=60_000)
            return TryAgain(max(wait, error.retry_after), str(error))
        except AccessTokenInvalid as error:
            log.error("graph.token_refused", page_id=job.page_id, subcode=error.subcode)
            self._refused_until[job.page_id] = self._clock.machine() + TOKEN_RETRY
            return TryAgain(TOKEN_RETRY, str(error))

    def _token_refused_for(self, job: Job) -> int:
        """Return for how long nothing is to be sent for this Page, in milliseconds.

        One try after each such time finds out whether the token is good again.
        """
        if isinstance(job.open.command, AskBot | TellBot | NotifyAgents):
            return 0
        return self._refused_until.get(job.page_id, 0) - self._clock.machine()

    def give_up(self, job: Job, why: str) -> Settled:
        """Say what a command comes to that a fault of ours ended: it did not work."""
        now = self._clock.now()
        match job.open.command:
            case AskBot() | TellBot():
                return self._failed(job)
            case SendMessage() as command:
                return self._refused(job, command.message.in_words, now, Refusal.INVALID, why)
            case StopTyping():
                return Settled(refused=why)
            case PassThreadControl():
                return self._control(job, ControlCall.PASS, now, worked=False, why=why)
            case TakeThreadControl():
                return self._control(job, ControlCall.TAKE, now, worked=False, why=why)
            case RequestThreadControl():
                return self._control(job, ControlCall.REQUEST, now, worked=False, why=why)
            case ReleaseThreadControl():
                return self._control(job, ControlCall.RELEASE, now, worked=False, why=why)
            case NotifyAgents():
                return Settled(refused=why)
            case _:
                assert_never(job.open.command)

    def _run(self, job: Job) -> Result:  # noqa: PLR0911 - one case for each command
        match job.open.command:
            case AskBot() as command:
                return self._ask(job, command)
            case TellBot() as command:
                return self._ask(job, command)
            case SendMessage() as command:
                return self._send(job, command)
            case StopTyping():
                return self._stop_typing(job)
            case PassThreadControl() as command:
                return self._pass(job, command)
            case TakeThreadControl() as command:
                return self._take(job, command)
            case RequestThreadControl() as command:
                return self._request(job, command)
            case ReleaseThreadControl() as command:
                return self._release(job, command)
            case NotifyAgents() as command:
                return self._notify(job, command)
            case _:
                assert_never(job.open.command)

    # The bot

    def _ask(self, job: Job, command: AskBot | TellBot) -> Result:
        rasa, asked = self._bot_of(job), False
        if rasa is None:
            return self._answered(job, Answer((), None), away=True)
        try:
            answer = rasa.find_answer(job.psid, job.open.key) if job.open.uncertain else None
            if answer is None and not job.may_call:
                return TryAgain(500, "the bot may still be thinking", uncertain=True)
            if answer is None:
                asked = True
                with self._shown_as_read(job):
                    answer = self._put_question(rasa, job, command)
        except BotUnreachable:
            if self._bot_is_away_too_long(job):
                return self._answered(job, Answer((), None), away=True)
            raise
        except BotOutcomeUnknown as error:
            if _is_switch(job) and job.open.attempts >= MOST_UNCERTAIN_SWITCHES:
                return self._failed(job)
            return TryAgain(500, f"no answer from the bot: {error}", uncertain=True)
        except BotError as error:
            errors = self._bot_errors.get(job.open.key, 0) + 1
            if errors < MOST_BOT_ERRORS:
                self._bot_errors[job.open.key] = errors
                # An answer ends the question; a look into the tracker ends none before it.
                over = asked and isinstance(error, BotRejected) and not isinstance(error, BotCutOff)
                return TryAgain(backoff(errors), str(error), uncertain=True, over=over)
            # What the bot heard before it fell over stands in its tracker.
            answer = self._heard_all_the_same(rasa, job) or Answer((), None)
            if not (answer.messages or answer.handoff):
                log.error("bot.failed", thread=job.thread, reason=str(error))
                self._bot_errors.pop(job.open.key, None)
                return self._failed(job)
        self._away_since.pop(self._bot_key(job), None)
        self._bot_errors.pop(job.open.key, None)
        return self._answered(job, answer)

    def _bot_of(self, job: Job) -> RasaClient | None:
        """Return the bot that a command is for; None for one that is no longer in the config."""
        name = job.open.command.bot if isinstance(job.open.command, AskBot | TellBot) else OWN_BOT
        return self._rasa[job.page_id] if name == OWN_BOT else self._bots.get(name)

    def _shown_as_read(self, job: Job) -> AbstractContextManager[None]:
        """Show, while the bot thinks about a person's words, that they were read."""
        words = isinstance(job.open.command, AskBot) and job.open.attempts <= 1
        if not words or self._refused_until.get(job.page_id, 0) > self._clock.machine():
            return nullcontext()
        return self._presence.shown(job.page_id, job.psid)

    @staticmethod
    def _heard_all_the_same(rasa: RasaClient, job: Job) -> Answer | None:
        try:
            return rasa.find_answer(job.psid, job.open.key)
        except BotError:
            return None

    def _bot_is_away_too_long(self, job: Job) -> bool:
        """Say whether people should rather be told than wait for the bot to come back."""
        now = self._clock.machine()
        patience = min(SWITCH_PATIENCE, self._bot_patience)
        patience = patience if _is_switch(job) else self._bot_patience
        return now - self._away_since.setdefault(self._bot_key(job), now) > patience

    @staticmethod
    def _bot_key(job: Job) -> tuple[str, str]:
        """Name the bot that was asked: those beside the Pages' own are the same on every Page."""
        command = job.open.command
        name = command.bot if isinstance(command, AskBot | TellBot) else OWN_BOT
        return ("", name) if name else (job.page_id, name)

    def _failed(self, job: Job) -> Settled:
        """Say that the bot has no answer; one that the person was to be handed to isn't there."""
        return self._answered(job, Answer((), None), away=_is_switch(job))

    def _answered(self, job: Job, answer: Answer, *, away: bool = False) -> Settled:
        now, command = self._clock.now(), job.open.command
        return Settled(
            BotAnswered(
                at=now,
                received_at=now,
                turn=job.open.turn,
                messages=answer.messages,
                handoff=answer.handoff,
                intent=command.intent if isinstance(command, TellBot) else None,
                bot=command.bot if isinstance(command, AskBot | TellBot) else OWN_BOT,
                is_switch=_is_switch(job),
                away=away,
            )
        )

    @staticmethod
    def _put_question(rasa: RasaClient, job: Job, command: AskBot | TellBot) -> Answer:
        metadata = _metadata(job, command)
        if isinstance(command, TellBot):
            return rasa.trigger(job.psid, command.intent, command.entities, metadata)
        if command.payload is not None and command.payload.startswith("/"):
            return rasa.tap(job.psid, command.payload, metadata)
        return rasa.say(job.psid, command.text, metadata)

    # The person

    def _send(self, job: Job, command: SendMessage) -> Result:
        text = command.message.in_words
        began = self._clock.now()
        message = render(
            command.message, METADATA_PREFIX + job.open.key, key=job.open.key, turn=job.open.turn
        )
        if job.open.uncertain:
            found, is_sure = self._find_sent(job, command)
            if found is not None:
                return self._sent(job, text, found.created_at * 1000, found.mid)
            if not is_sure and job.open.attempts > MOST_UNCERTAIN_SENDS:
                return self._refused(job, text, began, Refusal.INVALID, "no answer, several times")
            log.warning("message.sent_again", thread=job.thread, attempts=job.open.attempts)
        try:
            mid = self._graph[job.page_id].send_message(job.psid, message)
        except NotThreadOwner as error:
            return self._refused(job, text, began, Refusal.OTHER_APP_IN_CONTROL, str(error))
        except OutsideMessagingWindow as error:
            return self._refused(job, text, began, Refusal.OUTSIDE_WINDOW, str(error))
        except PersonUnavailable as error:
            return self._refused(job, text, began, Refusal.PERSON_UNAVAILABLE, str(error))
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            return self._refused(job, text, began, Refusal.INVALID, str(error))
        return self._sent(job, text, began, mid)

    def _sent(self, job: Job, text: str, began: int, mid: str) -> Settled:
        now, turn = self._clock.now(), job.open.turn
        return Settled(MessageSent(at=began, received_at=now, turn=turn, mid=mid, text=text), mid)

    def _find_sent(self, job: Job, command: SendMessage) -> tuple[SentMessage | None, bool]:
        """Look for a message whose answer and echo never came.

        Returns it, or None and whether it is sure that it never arrived. Equal words that belong
        to no message we know are this one.
        """
        ahead = self._clock.now() - self._clock.machine()
        since = (job.tried_at + ahead - CLOCK_SKEW - LOOK_BACK) // 1000
        words = command.message.text
        try:
            newest = self._graph[job.page_id].newest_messages(job.psid)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise  # it can be looked for later
        except GraphRejected as error:  # not ours to read: the message is sent again
            log.info("message.lookup_refused", thread=job.thread, reason=str(error))
            return None, False
        equal = (m for m in newest if words and m.text == words and m.created_at >= since)
        return next((m for m in equal if m.mid not in job.known_mids), None), bool(words)

    def _refused(self, job: Job, text: str, began: int, refusal: Refusal, why: str) -> Settled:
        log.warning("message.refused", thread=job.thread, refusal=refusal.value, reason=why)
        event = MessageRefused(
            at=began,
            received_at=self._clock.now(),
            turn=job.open.turn,
            refusal=refusal,
            text=text,
        )
        return Settled(event, refused=why)

    def _stop_typing(self, job: Job) -> Result:
        try:
            self._graph[job.page_id].send_action(job.psid, "typing_off")
        except GraphError as error:  # a bubble is not worth holding a handoff back
            return Settled(refused=str(error))
        return Settled()

    # Thread control

    def _pass(self, job: Job, command: PassThreadControl) -> Result:
        graph, began = self._graph[job.page_id], self._clock.now()
        if job.open.uncertain:
            owner = graph.thread_owner(job.psid)
            if not owner.is_idle and owner.app_id != self._app_id:
                return self._control(job, ControlCall.PASS, self._tried(job), worked=True)
            if not job.may_call:
                return TryAgain(500, "the pass may still be under way", uncertain=True)
        try:
            graph.pass_thread_control(job.psid, command.app_id, command.metadata)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            return self._control(job, ControlCall.PASS, began, worked=False, why=str(error))
        return self._control(job, ControlCall.PASS, began, worked=True)

    def _take(self, job: Job, command: TakeThreadControl) -> Result:
        graph, began = self._graph[job.page_id], self._clock.now()
        if job.open.uncertain:
            if self._is_ours(job):
                return self._control(job, ControlCall.TAKE, self._tried(job), worked=True)
            if not job.may_call:
                return TryAgain(500, "the take may still be under way", uncertain=True)
        try:
            graph.take_thread_control(job.psid, command.metadata)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            ours = self._is_ours(job)  # perhaps it had come back by itself
            began = self._tried(job) if ours else began
            return self._control(job, ControlCall.TAKE, began, worked=ours, why=str(error))
        return self._control(job, ControlCall.TAKE, began, worked=True)

    def _request(self, job: Job, command: RequestThreadControl) -> Result:
        """Ask for control. A pass is the answer; asking once more moves nothing by itself."""
        graph, began = self._graph[job.page_id], self._clock.now()
        if job.open.uncertain:
            if self._is_ours(job):
                began = self._tried(job)
                return self._control(job, ControlCall.REQUEST, began, worked=True, granted=True)
            if not job.may_call:
                return TryAgain(500, "the request may still be under way", uncertain=True)
        try:
            graph.request_thread_control(job.psid, command.metadata)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            ours, why = self._is_ours(job), str(error)
            return self._control(
                job, ControlCall.REQUEST, began, worked=ours, granted=ours, why=why
            )
        return self._control(job, ControlCall.REQUEST, began, worked=True)

    def _tried(self, job: Job) -> int:
        """Return when the try began that turns out to have worked; now where it was no try."""
        now = self._clock.now()
        return job.tried_at + now - self._clock.machine() if job.open.uncertain else now

    def _is_ours(self, job: Job) -> bool:
        try:
            return self._graph[job.page_id].thread_owner(job.psid).app_id == self._app_id
        except GraphRejected:
            return False

    def _release(self, job: Job, command: ReleaseThreadControl) -> Result:
        graph, began = self._graph[job.page_id], self._clock.now()
        if job.open.uncertain:
            if not self._is_ours(job):
                return self._control(job, ControlCall.RELEASE, self._tried(job), worked=True)
            if not job.may_call:
                return TryAgain(500, "the release may still be under way", uncertain=True)
        try:
            graph.release_thread_control(job.psid, command.metadata)
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            return self._control(job, ControlCall.RELEASE, began, worked=False, why=str(error))
        return self._control(job, ControlCall.RELEASE, began, worked=True)

    def _notify(self, job: Job, command: NotifyAgents) -> Result:
        """Tell each address once; whoever does not listen is written to the log."""
        body = {
            "about": command.about,
            "text": command.text,
            "page_id": job.page_id,
            "psid": job.psid,
        }
        failed = 0
        for url in self._notify_urls:
            try:
                self._notifier.post(url, json=body, timeout=NOTIFY_TIMEOUT).raise_for_status()
            except requests.RequestException as error:  # the address may hold a secret
                failed += 1
                log.warning("agents.not_notified", thread=job.thread, error=type(error).__name__)
        return Settled(refused=f"{failed} of {len(self._notify_urls)} failed" if failed else "")

    def _control(
        self,
        job: Job,
        call: ControlCall,
        began: int,
        *,
        worked: bool,
        granted: bool = False,
        why: str = "",
    ) -> Settled:
        log.info(
            "thread_control.settled", thread=job.thread, call=call.value, worked=worked, reason=why
        )
        event = ControlCallSettled(
            at=began - CLOCK_SKEW,
            received_at=self._clock.now(),
            turn=job.open.turn,
            call=call,
            worked=worked,
            granted=granted,
        )
        return Settled(event, refused="" if worked else why)


def _metadata(job: Job, command: AskBot | TellBot) -> dict[str, Any]:
    """Return what the bot is told beside the words; what is not known is left out."""
    told: dict[str, Any] = {"request": job.open.key, "page": job.page_id, "psid": job.psid}
    if job.profile.locale:
        told["locale"] = job.profile.locale
    if isinstance(command, TellBot):
        return {**told, "entry_point": EntryPoint.BRIDGE.value}
    referral = asdict(command.referral) if command.referral else {}
    if came_by := {name: value for name, value in referral.items() if value}:
        told["referral"] = came_by
    return {**told, "mid": command.mid, "entry_point": command.entry_point.value}


def _is_switch(job: Job) -> bool:
    return isinstance(job.open.command, TellBot) and job.open.command.is_switch


def backoff(attempts: int, *, least: int = 250, most: int = 5_000) -> int:
    """Return how long to wait after so many tries, in milliseconds."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(most, least << doublings)
