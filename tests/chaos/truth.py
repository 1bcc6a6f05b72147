"""What happened, as Messenger and the bot know it. Nothing here asks the bridge."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from inbox_simulator.client import JSON
from messenger_app.conversation.policy import Words
from tests.chaos import marks
from tests.chaos.journal import Call, Delivery, Journal
from tests.chaos.record import Turn

#: What the bridge says of a handoff that came to nothing.
GIVEN_UP = Words().handoff_failed

#: What people say, and tap, to have the bot back.
CALLS_BACK = {"never mind", "never mind!", "cancel"}


@dataclass(frozen=True)
class Word:
    """What a person wrote or tapped, once."""

    mark: str
    text: str
    at: int
    #: Sent to our app as the thread's owner; otherwise a human had the thread.
    live: bool
    #: The earliest and the latest time at which the bridge can have stored it; None is never.
    arrived_from: int | None
    arrived_by: int | None


@dataclass(frozen=True)
class Utterance:
    """One part of something the bot said."""

    mark: str
    part: int


@dataclass(frozen=True)
class Stretch:
    """A time in which the same side had the thread without a break: the bot's, or humans'."""

    bots: bool
    since: int
    #: None where it lasts still.
    until: int | None

    def holds(self, at: int) -> bool:
        """Whether a moment lies within, its edges left out: there a millisecond decides."""
        return self.since < at and (self.until is None or at < self.until)


@dataclass
class ThreadTruth:
    """One person's thread with the Page."""

    shown: JSON
    inbox_app_id: str
    our_app_id: str
    turns: list[Turn] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The person's name."""
        return str(self.shown["name"])

    @cached_property
    def words(self) -> list[Word]:
        """Everything the person said, in order."""
        arrivals = defaultdict(list)
        for delivery in self.deliveries:
            arrivals[delivery.mid].append(delivery)
        return [
            self._word(message, arrivals[message["mid"]])
            for message in self.shown["messages"]
            if message["author"] == "person"
        ]

    @cached_property
    def said(self) -> list[Utterance]:
        """Everything of the bot's that Messenger took, in order."""
        return [
            Utterance(*found)
            for message in self.shown["messages"]
            if _by_app(message)
            for found in marks.found_in(message["text"] or "")
        ]

    @cached_property
    def said_at(self) -> dict[Utterance, int]:
        """When Messenger took each of them for the first time."""
        times: dict[Utterance, int] = {}
        for message in self.shown["messages"]:
            for found in marks.found_in(message["text"] or "") if _by_app(message) else ():
                times.setdefault(Utterance(*found), message["at"])
        return times

    @cached_property
    def expected(self) -> dict[str, list[Utterance]]:
        """What the bot's record says it answered, by the mark of the question."""
        answers: dict[str, list[Utterance]] = {}
        for turn in self.turns:
            found = [Utterance(*each) for reply in turn.replies for each in marks.in_reply(reply)]
            answers[marks.of_question(turn.message, turn.metadata)] = found
        return answers

    @cached_property
    def stretches(self) -> list[Stretch]:
        """Who had the thread when. Idle is the bot's: its app is the default one."""
        stretches: list[Stretch] = []
        for owned in self.shown["ownership"]:
            bots = owned["app_id"] != self.inbox_app_id
            if stretches and stretches[-1].bots is bots:
                stretches[-1] = Stretch(bots, stretches[-1].since, owned["to"])
            else:
                stretches.append(Stretch(bots, owned["from"], owned["to"]))
        return stretches

    def stretch_of(self, word: Word) -> Stretch:
        """Return the bot's stretch in which a live word fell."""
        return [each for each in self.stretches if each.bots and each.since <= word.at][-1]

    def answered_at(self, word: Word) -> int | None:
        """Return when Messenger had taken all that the bot answered to this word."""
        answer = self.expected.get(word.mark) or self._greeting_after(word)
        times = [self.said_at.get(each) or self._given_up_at(each, word) for each in answer]
        taken = [time for time in times if time is not None]
        return max(taken) if taken and len(taken) == len(times) else None

    def _given_up_at(self, missing: Utterance, word: Word) -> int | None:
        """Return when the person was told that a handoff came to nothing, which answers them too.

        Weather that refuses the announcement for a minute leaves nothing else to be said.
        """
        if missing.part != marks.HANDOFF_PART:
            return None
        told = (
            message["at"]
            for message in self.shown["messages"]
            if _by_app(message) and message["text"] == GIVEN_UP and message["at"] > word.at
        )
        return min(told, default=None)

    def _greeting_after(self, word: Word) -> list[Utterance]:
        """Return what the bot said to a person who called it back: that is their answer.

        Whether control had come back by itself just before, the bridge may not know yet.
        """
        if word.text.casefold() not in CALLS_BACK or word.arrived_from is None:
            return []
        for turn in self.turns:
            if turn.at >= word.arrived_from and '"outcome": "cancelled"' in turn.message:
                return self.expected[marks.of_question(turn.message, turn.metadata)]
        return []

    def _word(self, message: JSON, arrivals: list[Delivery]) -> Word:
        return Word(
            mark=marks.of_message(message["text"] or "", message["mid"]),
            text=message["text"] or "",
            at=message["at"],
            live=message["channels"].get(self.our_app_id) == "messaging",
            arrived_from=min((each.began for each in arrivals if each.arrived), default=None),
            arrived_by=min((each.ended for each in arrivals if each.status == 200), default=None),
        )


def _by_app(message: JSON) -> bool:
    return bool(message["author"] == "app")


def gather(
    shown: list[JSON], journal: Journal, turns: list[Turn], *, our_app_id: str, inbox_app_id: str
) -> list[ThreadTruth]:
    """Sort what was collected by thread."""
    threads = {each["psid"]: ThreadTruth(each, inbox_app_id, our_app_id) for each in shown}
    for turn in turns:
        threads[turn.sender].turns.append(turn)
    for call in journal.calls:
        if call.psid in threads:
            threads[call.psid].calls.append(call)
    for delivery in journal.deliveries:
        if delivery.psid in threads:
            threads[delivery.psid].deliveries.append(delivery)
    return list(threads.values())
