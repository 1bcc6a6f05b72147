"""What the operator decides and the core obeys: times, targets and the bridge's own words."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from messenger_app.conversation.commands import OWN_BOT
from messenger_app.conversation.content import Handling
from messenger_app.conversation.hours import Hours
from messenger_app.conversation.routing import Routing

#: The Page Inbox on Messenger, as the conversation routing page prints it, and as the echo
#: reference does (one digit short). Who wrote an echo is told by "not ours", never by these alone.
#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
PAGE_INBOX_APP_ID = "263902037430900"
PAGE_INBOX_APP_IDS = frozenset({PAGE_INBOX_APP_ID, "26390203743090"})

#: A person may be answered freely for 24 hours after their last word; ownership lapses with it.
MESSAGING_WINDOW = 24 * 60 * 60 * 1000

#: An echo by the app that has just lost control may come late; up to here it is no news.
LATE_ECHO = 2_000

#: How far Graph's clock and ours may differ before order is mistaken. Milliseconds.
CLOCK_SKEW = 500


#: Stands for the language that everybody is spoken to in who has no other.
USUAL_LANGUAGE = "default"


class BotWhileHuman(StrEnum):
    """What happens when a person asks for the bot while a human has the thread."""

    #: Nothing: the human reads it too.
    OFF = "off"
    #: The agents are told; they give the thread back by Done.
    ASK = "ask"
    #: The bot takes the thread back.
    ON = "on"


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody a thread can be handed to."""

    name: str
    title: str
    #: The app that gets control; empty for a bot, which speaks through our own app.
    app_id: str
    kind: Literal["page_inbox", "app", "bot"] = "page_inbox"
    #: When its people are there; None is always.
    hours: Hours | None = None
    #: Where a bot listens.
    url: str | None = None
    #: Its title in other languages; see `Policy.in_language`.
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """What the bridge says itself. ``{title}`` is the target's title."""

    connecting: str = (
        "One moment, I'm connecting you. {title} can read our conversation "
        "and will answer you right here."
    )
    recap_reason: str = "Why: {reason}"
    recap_summary: str = "In short: {summary}"
    #: By the reason that the bot names; one that is not here is said as it is named.
    reasons: dict[str, str] = field(
        default_factory=lambda: {
            "user_asked": "you asked for a person",
            "menu": "you chose it from the menu",
            "out_of_scope": "it is about something that I can't help with",
            "topic_needs_person": "it is something for a person",
            "bot_failed": "I didn't understand you",
            "frustrated": "I wasn't much help",
            "operator": "our team wants to talk to you",
        },
    )
    #: What stands before each answer that the bot has collected, by the name that the bot gives it.
    answers: dict[str, str] = field(default_factory=dict)
    never_mind: str = "Never mind"
    cancel_phrases: tuple[str, ...] = (
        "never mind",
        "nevermind",
        "cancel",
        "forget it",
        "no thanks",
    )
    bot_phrases: tuple[str, ...] = ("bot", "back to the bot", "i want the bot", "talk to the bot")
    keep_waiting: str = "Keep waiting"
    handoff_failed: str = (
        "I'm sorry, I couldn't reach anybody just now. I'm still here: ask me, or try again."
    )
    closed: str = "I'm sorry, nobody is there just now. I'm still here: ask me, or try again later."
    unknown_target: str = "I'm sorry, I don't know whom to connect you with."
    bot_failed: str = "I'm sorry, I can't answer that right now. Please try again in a moment."
    cannot_read: str = (
        "I'm a bot and can't make anything of that. Please tell me in words, or talk to a person."
    )
    bot_away: str = (
        "I'm sorry, I can't answer just now. "
        "Would you like to talk to a person, or try again later?"
    )
    offer_human: str = "I still can't answer. Would you like to talk to a person?"
    offer_human_title: str = "Chat with a person"
    handback: str = "You're talking to the bot again. How can I help?"
    own_bot: str = "our bot"
    switched: str = "You're talking to {title} now. How can I help?"
    switch_failed: str = (
        "I'm sorry, {title} can't be reached just now. I'm still here: ask me, or try again later."
    )
    bot_gone: str = "I'm sorry, {title} can't be reached any more. I'm taking you back."
    bots_in_circles: str = (
        "I'm sorry, our bots are sending you to and fro. Would you like to talk to a person?"
    )


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's choices. Times are milliseconds."""

    app_id: str
    targets: dict[str, Target]
    default_target: str
    #: Where each Page's own bot listens, by the Page's id.
    own_bots: Mapping[str, str] = field(default_factory=dict)
    handoff_deadline: int = 60_000
    #: For how long a request for control may go unanswered.
    request_deadline: int = 60_000
    waiting_timeout: int = 15 * 60_000
    human_idle_timeout: int = 4 * 60 * 60_000
    agent_echo_pause: int = 15 * 60_000
    routing: Routing = Routing.DEFAULT_APP
    #: Whether the Page lets our app take control; without it `take` is refused.
    may_take: bool = True
    bot_while_human: BotWhileHuman = BotWhileHuman.OFF
    handback_intent: str = "handback"
    handoff_intent: str = "handoff"
    failures_before_offer: int = 3
    words: Words = field(default_factory=Words)
    #: The same in other languages, by language (``de``) or by locale (``pt_BR``).
    words_by_language: Mapping[str, Words] = field(default_factory=dict)
    #: What is done with each kind of content that is no words; see `content.USUAL`.
    content: Mapping[str, Handling] = field(default_factory=dict)

    def in_role(self, role: "Routing | None") -> "Policy":
        """Return this policy for a Page that last told our app this role, if it has roles."""
        if role is None or not self.routing.has_roles:
            return self
        return replace(self, routing=role)

    def target(self, name: str | None) -> Target | None:
        """Return the target of that name, the default one for None, None for an unknown name."""
        return self.targets.get(name or self.default_target)

    def bot_at(self, url: str, page_id: str) -> Target | None:
        """Return the bot that listens there: the Page's own or a target; None for neither."""
        if address(url) == address(self.own_bots.get(page_id, "")):
            return self.own_bot(page_id)
        bots = (target for target in self.targets.values() if target.kind == "bot")
        return next((bot for bot in bots if address(bot.url or "") == address(url)), None)

    def own_bot(self, page_id: str) -> Target:
        """Return the Page's own bot. Whatever a target with its address says, it has no hours."""
        url = self.own_bots.get(page_id, "")
        return Target(OWN_BOT, self.words.own_bot, app_id="", kind="bot", url=url)

    def bot(self, name: str, page_id: str) -> Target:
        """Return a bot by its name; the Page's own for one that the config no longer lists."""
        target = self.targets.get(name)
        bot = self.bot_at(target.url or "", page_id) if target and target.kind == "bot" else None
        return bot or self.own_bot(page_id)

    def asks_to_cancel(self, text: str) -> bool:
        """Say whether these words, typed while waiting for a human, call the bot back."""
        calls = (words.never_mind for words in self._every_language())
        phrases = (phrase for words in self._every_language() for phrase in words.cancel_phrases)
        return _is_one_of(text, (*calls, *phrases)) or self.asks_for_bot(text)

    def asks_for_bot(self, text: str) -> bool:
        """Say whether these words, typed to a human, call for the bot."""
        phrases = (phrase for words in self._every_language() for phrase in words.bot_phrases)
        return _is_one_of(text, phrases)

    def in_language(self, locale: str | None) -> "Policy":
        """Return the policy that speaks to a person in their language, as far as it has the words.

        What a person says is understood in every language all the same.
        """
        language = _best(locale, self.words_by_language)
        words = self.words_by_language.get(language, self.words)
        targets = {name: _titled(target, locale) for name, target in self.targets.items()}
        if words is self.words and targets == self.targets:
            return self
        others = {USUAL_LANGUAGE: self.words, **self.words_by_language}
        return replace(self, words=words, words_by_language=others, targets=targets)

    @property
    def usual_words(self) -> Words:
        """The words in the operator's own language, whatever the person's is."""
        return self.words_by_language.get(USUAL_LANGUAGE, self.words)

    def _every_language(self) -> Iterator[Words]:
        yield self.words
        yield from self.words_by_language.values()


def _best(locale: str | None, choices: Mapping[str, object]) -> str:
    """Return the choice that fits a locale best: ``pt_BR`` before ``pt``, else the usual one."""
    language = (locale or "").partition("_")[0]
    return next((name for name in (locale, language) if name and name in choices), USUAL_LANGUAGE)


def _titled(target: Target, locale: str | None) -> Target:
    title = target.titles.get(_best(locale, target.titles))
    return replace(target, title=title) if title else target


def address(url: str) -> str:
    """Return an address in one form: a slash at its end and capitals make no difference."""
    return url.strip().rstrip("/").casefold()


def _is_one_of(text: str, phrases: Iterable[str]) -> bool:
    """Say whether the person said one of these. A picture has no words, and says none."""
    said = _plain(text)
    return bool(said) and said in map(_plain, phrases)


def _plain(text: str) -> str:
    """Lower case, without punctuation or doubled spaces, so that "Never mind!" is understood.

    What is signs alone stays as it is: an operator may choose them too.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = folded.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    words = "".join(c if c.isalnum() or c == "'" else " " for c in folded)
    return " ".join(words.split()) or folded.strip()
