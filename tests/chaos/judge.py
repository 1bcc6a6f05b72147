"""Finds what must never happen in what did happen. Each function's docstring is a rule."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.chaos import marks
from tests.chaos.journal import Call, Delivery
from tests.chaos.truth import Stretch, ThreadTruth, Word

#: Milliseconds in which news that was stored stops what is about to be sent. A worker that is
#: just being started again takes a moment longer to say nothing than one that runs.
TO_FALL_SILENT = 1_000


@dataclass(frozen=True)
class Offence:
    """A rule that was broken, on which thread, in words."""

    thread: ThreadTruth
    words: str


@dataclass
class Verdict:
    """The figures, and each offence by the name of its rule."""

    sent: int = 0
    answered: int = 0
    #: Said to a human, or to the bot just before a human had the thread.
    with_humans: int = 0
    offences: dict[str, list[Offence]] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether no rule was broken."""
        return not any(self.offences.values())


def judge(threads: list[ThreadTruth]) -> Verdict:
    """Look at every thread under every rule."""
    words = [(thread, word) for thread in threads for word in thread.words]
    offences = {
        name: [Offence(thread, found) for thread in threads for found in rule(thread)]
        for name, rule in RULES.items()
    }
    answered = sum(thread.answered_at(word) is not None for thread, word in words)
    with_humans = len(words) - answered - len(offences["lost"])
    return Verdict(len(words), answered, with_humans, offences)


def lost(thread: ThreadTruth) -> Iterator[str]:
    """A word that came to the bot's side is answered, unless a human has the thread after it.

    A human who comes excuses what was still open then, and not a word that the bridge had before
    another one which was answered by then.
    """
    for word in thread.words:
        if not word.live or thread.answered_at(word) is not None:
            continue
        stretch = thread.stretch_of(word)
        if stretch.until is None:
            yield f"{word.mark} was never answered"
        elif later := _answered_after(thread, word, stretch):
            yield f"{word.mark} was passed over: {later.mark} came after it and was answered"


def _answered_after(thread: ThreadTruth, word: Word, stretch: Stretch) -> Word | None:
    return next(
        (
            later
            for later in thread.words[thread.words.index(word) + 1 :]
            if later.live and _is_within(thread.answered_at(later), stretch)
            if thread.stretch_of(later) == stretch and came_in_order(word, later)
        ),
        None,
    )


def _is_within(at: int | None, stretch: Stretch) -> bool:
    return at is not None and (stretch.until is None or at <= stretch.until)


def came_in_order(word: Word, later: Word) -> bool:
    """Whether the bridge surely had the first before the second: webhooks overtake each other."""
    return (
        word.arrived_by is not None
        and later.arrived_from is not None
        and word.arrived_by <= later.arrived_from
    )


def answered_twice(thread: ThreadTruth) -> Iterator[str]:
    """Nothing that the bot said reaches the person twice."""
    for utterance, times in Counter(thread.said).items():
        if times > 1:
            yield f"part {utterance.part} of the answer to {utterance.mark} was said {times} times"


def asked_twice(thread: ThreadTruth) -> Iterator[str]:
    """The bot hears nothing twice."""
    asked = Counter(marks.of_question(turn.message, turn.metadata) for turn in thread.turns)
    for mark, times in asked.items():
        if times > 1:
            yield f"the bot heard {mark} {times} times"


def spoke_to_humans(thread: ThreadTruth) -> Iterator[str]:
    """The bot says nothing while a human has the thread, and asks for it no second time."""
    humans = [stretch for stretch in thread.stretches if not stretch.bots]
    for message in thread.shown["messages"]:
        if message["author"] == "app" and any(each.holds(message["at"]) for each in humans):
            yield f"{message['text']!r} was said while a human had the thread"
    sends = [call for call in thread.calls if call.is_message]
    for metadata, times in _sent_after_refusal(sends).items():
        yield f"{metadata} was sent {times} times more after the bridge was told of its refusal"
    for stretch in humans:
        told = _told_at(thread, stretch)
        for call in sends:
            if stretch.holds(call.began) and told and call.began > told + TO_FALL_SILENT:
                late = call.began - told
                yield f"{call.text!r} was sent {late} ms after the bridge was told of the human"


def _sent_after_refusal(sends: list[Call]) -> Counter[str]:
    """Count, by message, the tries after a refusal. One whose answer was lost tells nothing."""
    refused: dict[str, int] = {}
    for call in sends:
        if call.refused_for_owner and call.status is not None:
            refused[call.metadata] = min(call.ended, refused.get(call.metadata, call.ended))
    return Counter(
        call.metadata for call in sends if call.began > refused.get(call.metadata, call.began)
    )


def _told_at(thread: ThreadTruth, stretch: Stretch) -> int | None:
    """Return when the bridge was first told that this stretch had begun."""
    told = [
        each.ended
        for each in thread.deliveries
        if each.status == 200 and _tells(each, stretch, thread.inbox_app_id)
    ]
    told += [each.ended for each in thread.calls if _is_its_pass(each, stretch)]
    return min(told, default=None)


def _tells(delivery: Delivery, stretch: Stretch, inbox_app_id: str) -> bool:
    event = delivery.event
    if event.get("timestamp", 0) < stretch.since:
        return False
    message = event.get("message") or {}
    taken = event.get("take_thread_control") or {}
    by_human = message.get("is_echo") and str(message.get("app_id")) == inbox_app_id
    return bool(by_human) or taken.get("new_owner_app_id") == inbox_app_id


def _is_its_pass(call: Call, stretch: Stretch) -> bool:
    return (
        call.edge == "pass_thread_control"
        and call.status == 200
        and call.began <= stretch.since <= call.ended
    )


def stranded(thread: ThreadTruth) -> Iterator[str]:
    """Once every timer has run out the bot has the thread, and the person the Page's last word."""
    messages = thread.shown["messages"]
    if thread.stretches and not thread.stretches[-1].bots:
        yield "the thread never came back"
    if messages and messages[-1]["author"] == "person":
        yield f"nothing came after {messages[-1]['text']!r}"
    for word in thread.words:
        if word.live and thread.stretch_of(word).until is None and _was_told_to_wait(thread, word):
            yield f"after {word.mark} a human was announced, and none was asked"


def _was_told_to_wait(thread: ThreadTruth, word: Word) -> bool:
    turns = [t for t in thread.turns if marks.of_question(t.message, t.metadata) == word.mark]
    asked = any("handoff" in (reply.get("custom") or {}) for t in turns for reply in t.replies)
    messages = thread.shown["messages"]
    announced = [
        number
        for number, message in enumerate(messages)
        if message["author"] == "app"
        and any(mark == word.mark for mark, _ in marks.found_in(message["text"] or ""))
    ]
    if not asked or not announced:
        return False
    after = messages[announced[-1] + 1 :]
    return not any(m["author"] == "app" and not marks.found_in(m["text"] or "") for m in after)


def order_broken(thread: ThreadTruth) -> Iterator[str]:
    """Answers come in the order of the words, as far as the words came in order."""
    places: dict[str, list[int]] = {}
    for place, utterance in enumerate(thread.said):
        places.setdefault(utterance.mark, []).append(place)
    answered = [word for word in thread.words if word.live and word.mark in places]
    for number, word in enumerate(answered):
        parts = [thread.said[place].part for place in places[word.mark]]
        if parts != sorted(parts):
            yield f"the answer to {word.mark} came in the order {parts}"
        for later in answered[number + 1 :]:
            if came_in_order(word, later) and places[later.mark][0] < places[word.mark][-1]:
                yield f"{later.mark} was answered before {word.mark}"


def overheard(thread: ThreadTruth) -> Iterator[str]:
    """The bot never hears what was said to a human."""
    for word in thread.words:
        if not word.live and word.mark in thread.expected:
            yield f"the bot heard {word.mark}, which was said to a human"


RULES: dict[str, Callable[[ThreadTruth], Iterator[str]]] = {
    "lost": lost,
    "answered twice": answered_twice,
    "asked twice": asked_twice,
    "spoke to humans": spoke_to_humans,
    "stranded": stranded,
    "order broken": order_broken,
    "overheard": overheard,
}
