"""Send a message once, and say what became of it."""

from collections.abc import Mapping

import structlog

from messenger_app.clock import Clock
from messenger_app.conversation.commands import SendMessage
from messenger_app.conversation.events import MessageRefused, MessageSent, Refusal
from messenger_app.conversation.policy import CLOCK_SKEW
from messenger_app.graph.client import GraphClient, SentMessage
from messenger_app.graph.errors import (
    AccessTokenInvalid,
    GraphError,
    GraphRejected,
    NotThreadOwner,
    OutsideMessagingWindow,
    PersonUnavailable,
    TemporarilyRefused,
)
from messenger_app.graph.messages import render
from messenger_app.jobs.job import Job, Result, Settled
from messenger_app.webhook.parser import METADATA_PREFIX

log = structlog.get_logger(__name__)

#: Tries of a message that can't be looked up before it is given up, rather than said over and over.
MOST_UNCERTAIN_SENDS = 3
#: How far before the last try a message is looked for: that try may have ended in the look, cut
#: off or put off, and so hide an earlier one that arrived. Milliseconds.
LOOK_BACK = 10 * 60_000


class Sending:
    """Sends messages to people."""

    def __init__(self, graph: Mapping[str, GraphClient], clock: Clock) -> None:
        """``graph`` is by Page id."""
        self._graph = graph
        self._clock = clock

    def send(self, job: Job, command: SendMessage) -> Result:
        """Send once; after a try of unknown outcome, look for the message first."""
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
                return self.refused(job, text, began, Refusal.INVALID, "no answer, several times")
            log.warning("message.sent_again", thread=job.thread, attempts=job.open.attempts)
        try:
            mid = self._graph[job.page_id].send_message(job.psid, message)
        except NotThreadOwner as error:
            return self.refused(job, text, began, Refusal.OTHER_APP_IN_CONTROL, str(error))
        except OutsideMessagingWindow as error:
            return self.refused(job, text, began, Refusal.OUTSIDE_WINDOW, str(error))
        except PersonUnavailable as error:
            return self.refused(job, text, began, Refusal.PERSON_UNAVAILABLE, str(error))
        except (TemporarilyRefused, AccessTokenInvalid):
            raise
        except GraphRejected as error:
            return self.refused(job, text, began, Refusal.INVALID, str(error))
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

    def refused(self, job: Job, text: str, began: int, refusal: Refusal, why: str) -> Settled:
        """Say that Graph will not take this message, and write down why."""
        log.warning("message.refused", thread=job.thread, refusal=refusal.value, reason=why)
        event = MessageRefused(
            at=began,
            received_at=self._clock.now(),
            turn=job.open.turn,
            refusal=refusal,
            text=text,
        )
        return Settled(event, refused=why)

    def stop_typing(self, job: Job) -> Result:
        """Take the typing bubble away, if that is to be had."""
        try:
            self._graph[job.page_id].send_action(job.psid, "typing_off")
        except GraphError as error:  # a bubble is not worth holding a handoff back
            return Settled(refused=str(error))
        return Settled()
