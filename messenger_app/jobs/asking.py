"""Ask a bot once, and say what it answered."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Any

import structlog

from messenger_app.clock import Clock
from messenger_app.conversation.commands import OWN_BOT, AskBot, EntryPoint, TellBot
from messenger_app.conversation.events import BotAnswered
from messenger_app.jobs.bot_trouble import Absences, BotErrors, Hangs
from messenger_app.jobs.job import Job, Result, Settled, TryAgain, backoff
from messenger_app.presence import Presence
from messenger_app.rasa.client import Answer, RasaClient
from messenger_app.rasa.errors import (
    BotCutOff,
    BotError,
    BotOutcomeUnknown,
    BotRejected,
    BotUnreachable,
)

log = structlog.get_logger(__name__)

#: Times the bot may answer with an error before the person is told.
MOST_BOT_ERRORS = 4
#: How long a person waits for a bot that they are handed to and can't be reached. Milliseconds.
SWITCH_PATIENCE = 5_000
#: Tries of such a handover that may end without an answer.
MOST_UNCERTAIN_SWITCHES = 2
#: A question is put again as its turn comes: tries that are far apart are about the same silence.
NEVER_OVER = 2**62


class Asking:
    """Puts questions and intents to the Pages' own bots and to those beside them."""

    def __init__(
        self,
        rasa: Mapping[str, RasaClient],
        bots: Mapping[str, RasaClient],
        presence: Presence,
        clock: Clock,
        bot_patience: int,
    ) -> None:
        """``rasa`` is by Page id, ``bots`` by the name of the target; patience is milliseconds."""
        self._rasa = rasa
        self._bots = bots
        self._presence = presence
        self._clock = clock
        self._bot_patience = bot_patience
        self._absences = Absences(bot_patience)
        #: By question: a bot may hang over one person's words alone.
        self._silences = Absences(bot_patience, longest_gap=NEVER_OVER)
        self._hangs = Hangs(bot_patience)
        #: A bot that is away, or whose answer is lost, makes no errors.
        self._bot_errors = BotErrors()

    def ask(self, job: Job, command: AskBot | TellBot, *, may_show: bool) -> Result:
        """Ask once; after a try of unknown outcome, look into the bot's tracker first.

        ``may_show`` is False where the person can't be shown that their words were read.
        """
        rasa, asked = self._bot_of(job), False
        if rasa is None or self._hangs.spares(rasa.url, self._clock.steady()):
            return self._answered(job, Answer((), None), away=True)
        try:
            answer = rasa.find_answer(job.psid, job.open.key) if job.open.uncertain else None
            if answer is None and not job.may_call:
                return TryAgain(500, "the bot may still be thinking", uncertain=True)
            if answer is None:
                asked = True
                with self._shown_as_read(job, may_show=may_show):
                    answer = self._put_question(rasa, job, command)
        except BotUnreachable:
            if self._bot_is_away_too_long(rasa, job):
                return self._answered(job, Answer((), None), away=True)
            raise
        except BotOutcomeUnknown as error:
            self._absences.end(rasa.url)
            return self._without_answer(rasa, job, error)
        except BotError as error:
            if not isinstance(error, BotCutOff):
                self._is_there(rasa)
            errors = self._bot_errors.add(job.open.key)
            if errors < MOST_BOT_ERRORS:
                # An answer ends the question; a look into the tracker ends none before it.
                over = asked and isinstance(error, BotRejected) and not isinstance(error, BotCutOff)
                return TryAgain(backoff(errors), str(error), uncertain=True, over=over)
            # What the bot heard before it fell over stands in its tracker.
            answer = self._heard_all_the_same(rasa, job) or Answer((), None)
            if not (answer.messages or answer.handoff):
                log.error("bot.failed", thread=job.thread, reason=str(error))
                self._bot_errors.forget(job.open.key)
                return self.failed(job)
        self._is_there(rasa)
        self._bot_errors.forget(job.open.key)
        return self._answered(job, answer)

    def _is_there(self, rasa: RasaClient) -> None:
        """Note that the bot said something."""
        self._absences.end(rasa.url)
        self._hangs.end(rasa.url)

    def _bot_of(self, job: Job) -> RasaClient | None:
        """Return the bot that a command is for; None for one that is no longer in the config."""
        name = job.open.command.bot if isinstance(job.open.command, AskBot | TellBot) else OWN_BOT
        return self._rasa[job.page_id] if name == OWN_BOT else self._bots.get(name)

    def _shown_as_read(self, job: Job, *, may_show: bool) -> AbstractContextManager[None]:
        """Show, while the bot thinks about a person's words, that they were read."""
        words = isinstance(job.open.command, AskBot) and job.open.attempts <= 1
        if not words or not may_show:
            return nullcontext()
        return self._presence.shown(job.page_id, job.psid)

    @staticmethod
    def _heard_all_the_same(rasa: RasaClient, job: Job) -> Answer | None:
        try:
            return rasa.find_answer(job.psid, job.open.key)
        except BotError:
            return None

    def _without_answer(self, rasa: RasaClient, job: Job, error: BotOutcomeUnknown) -> Result:
        """Look into the tracker next and then ask again, unless the person has waited enough."""
        now = self._clock.steady()
        silent = self._silences.lasted(job.open.key, now)
        hangs = self._hangs.note(rasa.url, job.thread, now)
        if job.is_switch and job.open.attempts >= MOST_UNCERTAIN_SWITCHES:
            return self.failed(job)
        if hangs or silent > self._bot_patience:
            log.error("bot.silent", thread=job.thread, milliseconds=silent)
            return self._answered(job, Answer((), None), away=True)
        reason = f"no answer from the bot: {error}"
        return TryAgain(500, reason, uncertain=True, unanswered=True)

    def _bot_is_away_too_long(self, rasa: RasaClient, job: Job) -> bool:
        """Say whether people should rather be told than wait for the bot to come back."""
        patience = min(SWITCH_PATIENCE, self._bot_patience)
        patience = patience if job.is_switch else self._bot_patience
        return self._absences.lasted(rasa.url, self._clock.steady()) > patience

    def failed(self, job: Job) -> Settled:
        """Say that the bot has no answer; one that the person was to be handed to isn't there."""
        return self._answered(job, Answer((), None), away=job.is_switch)

    def _answered(self, job: Job, answer: Answer, *, away: bool = False) -> Settled:
        self._silences.end(job.open.key)
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
                is_switch=job.is_switch,
                away=away,
            ),
            answered=not away,
        )

    @staticmethod
    def _put_question(rasa: RasaClient, job: Job, command: AskBot | TellBot) -> Answer:
        metadata = _metadata(job, command)
        if isinstance(command, TellBot):
            return rasa.trigger(job.psid, command.intent, command.entities, metadata)
        if command.payload is not None and command.payload.startswith("/"):
            return rasa.tap(job.psid, command.payload, metadata)
        return rasa.say(job.psid, command.text, metadata)


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
    if command.crossed:
        told["crossed"] = True
    return {**told, "mid": command.mid, "entry_point": command.entry_point.value}
