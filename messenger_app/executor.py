"""Carry out commands, and turn what came of them back into events.

Nothing here decides who may speak; it finds out whether a thing was done. How each kind is done
stands in `jobs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

import structlog

from messenger_app.clock import Clock
from messenger_app.conversation.commands import (
    AskBot,
    FindOwner,
    NotifyAgents,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    SendMessage,
    StopTyping,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import ControlCall, Refusal
from messenger_app.graph.client import GraphClient
from messenger_app.graph.errors import (
    AccessTokenInvalid,
    GraphOutcomeUnknown,
    GraphUnreachable,
    TemporarilyRefused,
)
from messenger_app.jobs.asking import Asking
from messenger_app.jobs.control import ThreadControl
from messenger_app.jobs.job import Job, Result, Settled, TryAgain, backoff
from messenger_app.jobs.notifying import Notifying
from messenger_app.jobs.sending import Sending
from messenger_app.presence import Presence
from messenger_app.rasa.client import RasaClient
from messenger_app.rasa.errors import BotUnreachable
from messenger_app.user_profiles import UserProfiles

log = structlog.get_logger(__name__)

#: How long a Page whose token was refused is left alone. Milliseconds.
TOKEN_RETRY = 30_000


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
        self._clock = clock
        self._pages = {*graph, *rasa}
        self._refused_until: dict[str, int] = {}
        self._asking = Asking(rasa, dict(bots or {}), Presence(graph), clock, bot_patience)
        self._sending = Sending(graph, clock)
        self._control = ThreadControl(graph, app_id, clock)
        self._notifying = Notifying(notify_urls)
        self._profiles = UserProfiles(graph, clock)

    def run(self, job: Job) -> Result:
        """Carry out one command. Calls that may have worked before are looked into first.

        Whoever is about to be talked to is asked about first, where that is due.
        """
        if job.page_id not in self._pages:
            log.error("page.not_listed", thread=job.thread, kind=job.open.kind)
            return self.give_up(job, "the Page is not in the settings")
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

    def _may_send(self, job: Job) -> bool:
        return self._refused_until.get(job.page_id, 0) <= self._clock.machine()

    def give_up(self, job: Job, why: str) -> Settled:  # noqa: PLR0911 - one case for each command
        """Say what a command comes to that can't be carried out: it did not work."""
        now = self._clock.now()
        match job.open.command:
            case AskBot() | TellBot():
                return self._asking.failed(job)
            case SendMessage() as command:
                return self._sending.refused(
                    job, command.message.in_words, now, Refusal.INVALID, why
                )
            case StopTyping():
                return Settled(refused=why)
            case PassThreadControl():
                return self._control.settled(job, ControlCall.PASS, now, worked=False, why=why)
            case TakeThreadControl():
                return self._control.settled(job, ControlCall.TAKE, now, worked=False, why=why)
            case RequestThreadControl():
                return self._control.settled(job, ControlCall.REQUEST, now, worked=False, why=why)
            case ReleaseThreadControl():
                return self._control.settled(job, ControlCall.RELEASE, now, worked=False, why=why)
            case FindOwner() as command:
                return self._control.found(job, command, now, free=False, why=why)
            case NotifyAgents():
                return Settled(refused=why)
            case _:
                assert_never(job.open.command)

    def _run(self, job: Job) -> Result:  # noqa: PLR0911 - one case for each command
        match job.open.command:
            case AskBot() as command:
                return self._asking.ask(job, command, may_show=self._may_send(job))
            case TellBot() as command:
                return self._asking.ask(job, command, may_show=self._may_send(job))
            case SendMessage() as command:
                return self._sending.send(job, command)
            case StopTyping():
                return self._sending.stop_typing(job)
            case PassThreadControl() as command:
                return self._control.pass_(job, command)
            case TakeThreadControl() as command:
                return self._control.take(job, command)
            case RequestThreadControl() as command:
                return self._control.request(job, command)
            case ReleaseThreadControl() as command:
                return self._control.release(job, command)
            case FindOwner() as command:
                return self._control.find_owner(job, command)
            case NotifyAgents() as command:
                return self._notifying.notify(job, command)
            case _:
                assert_never(job.open.command)
