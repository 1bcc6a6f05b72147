"""Since when a bot has been away or silent, and how often it has failed over one question.

All are kept in memory alone: another worker counts anew, and the person is told a little later.
"""

import threading
from collections.abc import Hashable
from dataclasses import dataclass

#: An absence is over where no try has failed for so long, or for as long as a bot is waited for:
#: while somebody waits, a try is made every few seconds. Milliseconds.
LONGEST_GAP = 30_000
#: How often one asks a bot that has said nothing to anybody for too long. Milliseconds.
TRIED_EVERY = 2_000
#: Questions whose errors are counted. Of those that nobody wants any more, nobody says so.
MOST_QUESTIONS = 10_000


@dataclass(slots=True)
class _Absence:
    since: int
    last: int
    #: When somebody last tried whether it is over.
    tried: int = 0


class Absences:
    """Knows since when each bot, or each question, has had no answer. Safe for several threads."""

    def __init__(self, patience: int, longest_gap: int = LONGEST_GAP) -> None:
        """``patience`` is for how many milliseconds a bot is waited for at most."""
        self._patience = patience
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

    def is_known(self, what: Hashable, now: int) -> bool:
        """Say whether it has lasted for longer than anybody is to wait.

        Now and then it says no, for one to try whether it is over.
        """
        with self._lock:
            absence = self._away.get(what)
            if absence is None or not self._patience < now - absence.since:
                return False
            if now - absence.tried >= TRIED_EVERY or now - absence.last > self._gap:
                absence.tried = now
                return False
            return True

    def end(self, what: Hashable) -> None:
        """Note that there was an answer, whatever it said."""
        with self._lock:
            self._away.pop(what, None)


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
