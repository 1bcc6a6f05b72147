"""Since when a bot has been away or silent, and how often it has failed over one question.

All are kept in memory alone: another worker counts anew, and the person is told a little later.
"""

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field

#: An absence is over where no try has failed for so long, or for as long as a bot is waited for:
#: while somebody waits, a try is made every few seconds. Milliseconds.
LONGEST_GAP = 30_000
#: So many people's questions show that a bot hangs over everybody's.
EVERYBODY = 3
#: How often a bot that hangs is asked all the same, one call after the other. Milliseconds.
TRIED_EVERY = 10_000
#: Questions whose errors are counted. Of those that nobody wants any more, nobody says so.
MOST_QUESTIONS = 10_000


@dataclass(slots=True)
class _Absence:
    since: int
    last: int


class Absences:
    """Knows since when each bot, or each question, has had no answer. Safe for several threads."""

    def __init__(self, patience: int, longest_gap: int = LONGEST_GAP) -> None:
        """``patience`` is for how many milliseconds a bot is waited for at most."""
        self._gap = max(patience, longest_gap)
        self._away: dict[Hashable, _Absence] = {}
        self._lock = threading.Lock()

    def lasted(self, what: Hashable, now: int) -> int:
        """Note that there was no answer, and return for how many milliseconds already."""
        with self._lock:
            absence = self._away.pop(what, None)
            if absence is None or now - absence.last > self._gap:
                absence = _Absence(now, now)
            absence.last = now
            self._away[what] = absence
            if len(self._away) > MOST_QUESTIONS:
                del self._away[next(iter(self._away))]  # that was tried least lately
            return now - absence.since

    def end(self, what: Hashable) -> None:
        """Note that there was an answer, whatever it said."""
        with self._lock:
            self._away.pop(what, None)


@dataclass(slots=True)
class _Hang:
    since: int
    last: int
    people: set[Hashable] = field(default_factory=set)
    #: When it was last asked all the same.
    tried: int | None = None


class Hangs:
    """Knows which bots have answered nobody for longer than anybody is to wait.

    Safe to use from several threads.
    """

    def __init__(self, patience: int) -> None:
        """``patience`` is for how many milliseconds a bot is waited for at most."""
        self._patience = patience
        self._gap = max(patience, LONGEST_GAP)
        self._hangs: dict[Hashable, _Hang] = {}
        self._lock = threading.Lock()

    def note(self, bot: Hashable, person: Hashable, now: int) -> bool:
        """Note that this person had no answer in time, and say whether the bot hangs."""
        with self._lock:
            hang = self._hangs.get(bot)
            if hang is None or now - hang.last > self._gap:
                hang = self._hangs[bot] = _Hang(now, now)
            hang.last = now
            if len(hang.people) < EVERYBODY:
                hang.people.add(person)
            return self._is_one(hang, now)

    def spares(self, bot: Hashable, now: int) -> bool:
        """Say whether to ask this bot is in vain. Now and then it is not, for one to find out."""
        with self._lock:
            hang = self._hangs.get(bot)
            if hang is None or now - hang.last > self._gap or not self._is_one(hang, now):
                return False
            if hang.tried is None or now - hang.tried >= TRIED_EVERY:
                hang.tried = now
                return False
            return True

    def end(self, bot: Hashable) -> None:
        """Note that the bot has said something, whatever it was."""
        with self._lock:
            self._hangs.pop(bot, None)

    def _is_one(self, hang: _Hang, now: int) -> bool:
        return len(hang.people) >= EVERYBODY and now - hang.since > self._patience


class BotErrors:
    """Counts the errors of a bot's over each question. Safe to use from several threads."""

    def __init__(self) -> None:
        self._errors: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, question: str) -> int:
        """Count one more, and return how many there are now."""
        with self._lock:
            errors = self._errors.pop(question, 0) + 1
            self._errors[question] = errors
            if len(self._errors) > MOST_QUESTIONS:
                del self._errors[next(iter(self._errors))]  # that failed least lately
            return errors

    def forget(self, question: str) -> None:
        """Note that a question is settled."""
        with self._lock:
            self._errors.pop(question, None)
