"""A bot with a tracker that outlives it: it answers as it is told to, and notes what it heard."""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from messenger_app.conversation.events import HandoffAsked
from messenger_app.conversation.messages import BotMessage
from messenger_app.rasa.client import Answer, RasaClient
from messenger_app.rasa.errors import BotOutcomeUnknown, BotRejected, BotUnreachable
from tests.together.meta import Late, Meta


class BotFate(StrEnum):
    """What becomes of one question."""

    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    FAILS = "fails before it hears"
    ANSWER_LOST = "answer lost"
    NEVER_ARRIVED = "never arrived, nobody knows"
    SLOW = "hears it later, nobody waits"


class Reply(StrEnum):
    """What the bot has to say."""

    ONE = "one text"
    TWO = "two texts"
    HANDOFF = "a handoff"
    WORDS_AND_HANDOFF = "a text and a handoff"
    UNKNOWN_TARGET = "a handoff to nobody"
    NOTHING = "nothing"


@dataclass
class Turn:
    """One thing the bot heard."""

    key: str
    #: None for an intent of the bridge's own.
    mid: str | None
    said: str
    at: int


class PretendBot(RasaClient):
    """`RasaClient` with a bot in place of HTTP."""

    def __init__(self, meta: Meta, deadline: int) -> None:
        self._meta = meta
        self._deadline = deadline
        self.fate = BotFate.ANSWERED
        self.reply = Reply.ONE
        self.heard: list[Turn] = []
        self._tracker: dict[tuple[str, str], Answer] = {}

    def say(self, sender: str, text: str, metadata: dict[str, Any]) -> Answer:
        return self._question(sender, text, metadata)

    def tap(self, sender: str, payload: str, metadata: dict[str, Any]) -> Answer:
        return self._question(sender, payload, metadata)

    def trigger(
        self, sender: str, intent: str, entities: dict[str, Any], metadata: dict[str, Any]
    ) -> Answer:
        return self._question(sender, f"/{intent} {entities}", metadata)

    def find_answer(self, sender: str, request_key: str) -> Answer | None:
        return self._tracker.get((sender, request_key))

    def _question(self, sender: str, said: str, metadata: dict[str, Any]) -> Answer:
        fate, self.fate = self.fate, BotFate.ANSWERED
        reply, self.reply = self.reply, Reply.ONE
        key, mid = str(metadata["request"]), metadata.get("mid")
        match fate:
            case BotFate.UNREACHABLE:
                raise BotUnreachable("nobody is there")
            case BotFate.FAILS:
                raise BotRejected("500")
            case BotFate.NEVER_ARRIVED:
                raise BotOutcomeUnknown("no answer")
            case BotFate.SLOW:
                deadline = self._meta.clock.platform + self._deadline
                hear = partial(self._hear, sender, key, mid, said, reply)
                late = Late("the bot", hear, deadline)
                self._meta.late.append(late)
                raise BotOutcomeUnknown("no answer yet")
            case BotFate.ANSWER_LOST:
                self._hear(sender, key, mid, said, reply)
                raise BotOutcomeUnknown("the answer got lost")
            case BotFate.ANSWERED:
                return self._hear(sender, key, mid, said, reply)

    def _hear(self, sender: str, key: str, mid: str | None, said: str, reply: Reply) -> Answer:
        number = len(self.heard)
        self.heard.append(Turn(key, mid, said, self._meta.clock.platform))
        texts = {Reply.ONE: 1, Reply.TWO: 2, Reply.WORDS_AND_HANDOFF: 1}.get(reply, 0)
        messages = tuple(BotMessage(text=f"answer {number}.{part}") for part in range(texts))
        handoff = None
        if reply in {Reply.HANDOFF, Reply.WORDS_AND_HANDOFF}:
            handoff = HandoffAsked(reason="user_asked")
        elif reply is Reply.UNKNOWN_TARGET:
            handoff = HandoffAsked(target="nobody")
        self._tracker[sender, key] = Answer(messages, handoff)
        return self._tracker[sender, key]
