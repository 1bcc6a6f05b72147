"""Bots with trackers that outlive them: they answer as told, and note what they heard."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from messenger_app.conversation.events import HandoffAsked
from messenger_app.conversation.messages import BotMessage, TemplateButton
from messenger_app.rasa.client import Answer, RasaClient
from messenger_app.rasa.errors import BotOutcomeUnknown, BotRejected, BotUnreachable
from tests.together.meta import Late, Meta
from tests.together.pages import OWN

#: What stays below a bot's words: something to ask, and a way back from a human.
BUTTONS = (
    TemplateButton(title="Buy", payload="/buy"),
    TemplateButton(title="Talk to the bot", payload="/greet"),
)


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
    TO_MOODBOT = "a handoff to MoodBot"
    WORDS_AND_HOME = "a text and a handoff to the Page's own bot"
    BUTTONS = "a text with buttons that stay"
    NOTHING = "nothing"


@dataclass
class Turn:
    """One thing the bot heard."""

    key: str
    #: None for an intent of the bridge's own.
    mid: str | None
    said: str
    at: int
    #: The address of the bot.
    url: str
    reply: Reply


@dataclass
class Asked:
    """What becomes of the next question, whichever bot gets it, and what all bots heard."""

    fate: BotFate = BotFate.ANSWERED
    reply: Reply = Reply.ONE
    heard: list[Turn] = field(default_factory=list)


class PretendBot(RasaClient):
    """`RasaClient` with a bot in place of HTTP."""

    def __init__(self, meta: Meta, deadline: int, url: str, asked: Asked) -> None:
        self.url = url
        self._meta = meta
        self._deadline = deadline
        self._asked = asked
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
        fate, self._asked.fate = self._asked.fate, BotFate.ANSWERED
        reply, self._asked.reply = self._asked.reply, Reply.ONE
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
        number = len(self._asked.heard)
        now = self._meta.clock.platform
        self._asked.heard.append(Turn(key, mid, said, now, self.url, reply))
        one = (Reply.ONE, Reply.WORDS_AND_HANDOFF, Reply.WORDS_AND_HOME, Reply.BUTTONS)
        texts = 2 if reply is Reply.TWO else int(reply in one)
        below = BUTTONS if reply is Reply.BUTTONS else ()
        messages = tuple(
            BotMessage(text=f"answer {number}.{part}", template=below) for part in range(texts)
        )
        handoff = None
        if reply in {Reply.HANDOFF, Reply.WORDS_AND_HANDOFF}:
            handoff = HandoffAsked(reason="user_asked")
        elif reply is Reply.UNKNOWN_TARGET:
            handoff = HandoffAsked(target="nobody")
        elif reply is Reply.TO_MOODBOT:
            handoff = HandoffAsked(target="moodbot")
        elif reply is Reply.WORDS_AND_HOME:
            handoff = HandoffAsked(host=OWN)
        self._tracker[sender, key] = Answer(messages, handoff)
        return self._tracker[sender, key]
