"""What is ended during a soak, and when: a plan that the seed alone decides, and who follows it."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Seconds between two harms; the last one has as long before the end.
EVERY = 25.0
#: Seconds at most for which whatever was ended stays away before it is started again.
AWAY = 1.5

#: A harm that is done in every so many rounds alone. Words that a Rasa server was about to answer
#: wait 10 seconds for the other one, about 25 of them at 5 a second, and loading a model takes half
#: a minute of both processors: in every round that alone would be more than one word in a hundred.
#: Five programs that start one after the other take the processors too, where there are two.
SELDOM = {"kill -9 of a Rasa server": 6, "rolling restart of the whole bridge": 3}

#: For each kind of harm its victims: what ends each, and what starts it again.
Victims = dict[str, Sequence[tuple[Callable[[], object], Callable[[], object]]]]


@dataclass(frozen=True)
class Harm:
    """One of a kind, due so many seconds after the beginning, to the nth victim of that kind."""

    due: float
    kind: str
    turn: int
    away: float


def plan(seed: int, kinds: list[str], seconds: float, every: float = EVERY) -> list[Harm]:
    """Return the harms that fit into this time: round after round, each kind once in a round.

    Those that are `SELDOM` are left out of most rounds.
    """
    dice = random.Random(f"{seed} harms")
    found: list[Harm] = []
    times = range(1, int(seconds / every))
    number = 0
    while len(found) < len(times):
        these = [kind for kind in sorted(kinds) if number % SELDOM.get(kind, 1) == 0]
        for kind in dice.sample(these, len(these))[: len(times) - len(found)]:
            found.append(Harm(times[len(found)] * every, kind, number, dice.uniform(0, AWAY)))
        number += 1
    return found


class Harms(threading.Thread):
    """Does what was planned. Where one takes long, the next comes right after it."""

    def __init__(self, planned: list[Harm], victims: Victims) -> None:
        super().__init__(name="harms", daemon=True)
        self._planned, self._victims = planned, victims
        self._stopping = threading.Event()
        self.done: Counter[str] = Counter()
        #: When each began, in the machine's milliseconds, and its kind; in order.
        self.began: list[tuple[int, str]] = []
        self.error: Exception | None = None

    def run(self) -> None:
        """Harm until the plan is over, or until told to stop."""
        began = time.monotonic()
        try:
            for harm in self._planned:
                if self._stopping.wait(max(0.0, began + harm.due - time.monotonic())):
                    return
                self._do(harm)
        except Exception as error:  # noqa: BLE001 - whatever it is, the soak tells of it
            self.error = error

    def stop(self) -> None:
        """Harm nobody from now on."""
        self._stopping.set()
        self.join()

    def _do(self, harm: Harm) -> None:
        victims = self._victims[harm.kind]
        end, start = victims[harm.turn % len(victims)]
        self.began.append((time.time_ns() // 1_000_000, harm.kind))
        end()
        self._stopping.wait(harm.away)
        start()
        self.done[harm.kind] += 1
