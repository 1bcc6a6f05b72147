"""What goes wrong on purpose: the simulator's faults, now mild, now a storm, and kill -9."""

import random
import threading
from collections import Counter
from collections.abc import Callable

from inbox_simulator.client import JSON, Client

#: What always goes wrong a little: kind of traffic, fault, how often, and its details.
DRIZZLE: tuple[tuple[str, str, float, JSON], ...] = (
    ("webhook", "duplicate", 0.05, {}),
    ("webhook", "reorder", 0.04, {"seconds": 1.0}),
    ("webhook", "delay", 0.03, {"seconds": 1.5}),
    ("webhook", "drop_response", 0.04, {}),
    ("webhook", "error", 0.03, {"error": {"status": 500}}),
    ("graph", "error", 0.03, {"error": {"status": 500, "code": 2}}),
    ("graph", "error", 0.02, {"error": {"status": 400, "code": 613}}),
    ("graph", "drop_response", 0.03, {}),
    ("graph", "delay", 0.02, {"seconds": 1.0}),
)

#: What goes wrong all at once for a while, in place of the drizzle.
STORMS: dict[str, tuple[tuple[str, str, float, JSON], ...]] = {
    "Graph is down": (("graph", "error", 0.9, {"error": {"status": 503, "code": 1}}),),
    "Graph's answers are lost": (("graph", "drop_response", 0.3, {}),),
    "the Page is over its limit": (("graph", "error", 0.8, {"error": {"status": 400, "code": 4}}),),
    "Graph is slow": (("graph", "delay", 0.5, {"seconds": 3.0}),),
    "Graph hangs": (("graph", "delay", 0.1, {"seconds": 9.0}),),
    "acknowledgements are lost": (("webhook", "drop_response", 0.7, {}),),
    "webhooks come in a muddle": (
        ("webhook", "reorder", 0.4, {"seconds": 1.0}),
        ("webhook", "duplicate", 0.3, {}),
    ),
}


class Weather(threading.Thread):
    """Drizzle, and every now and then a storm of some seconds."""

    def __init__(self, url: str, seed: int) -> None:
        super().__init__(name="weather", daemon=True)
        self._client = Client(url)
        self._seed = seed
        self._dice = random.Random(f"{seed} weather")
        self._stopping = threading.Event()
        self.storms: Counter[str] = Counter()

    def run(self) -> None:
        """Blow until told to stop; then it is calm."""
        while not self._stopping.is_set():
            self._set(DRIZZLE)
            self._stopping.wait(self._dice.uniform(3, 7))
            storm = self._dice.choice(sorted(STORMS))
            if not self._stopping.is_set():
                self.storms[storm] += 1
                self._set(STORMS[storm])
                self._stopping.wait(self._dice.uniform(1, 3))
        self._set(())
        self._client.close()

    def stop(self) -> None:
        """Let it be calm."""
        self._stopping.set()
        self.join()

    def _set(self, faults: tuple[tuple[str, str, float, JSON], ...]) -> None:
        rules = [
            {"on": on, "do": do, "probability": probability, **details}
            for on, do, probability, details in faults
        ]
        self._client.put("faults", {"seed": self._dice.randrange(2**31), "rules": rules})


class Killer(threading.Thread):
    """Ends processes as a power cut would, one after another, and starts them again."""

    def __init__(
        self,
        seed: int,
        victims: dict[str, tuple[Callable[[], None], ...]],
        every: tuple[float, float] = (0.5, 4),
        name: str = "killer",
    ) -> None:
        """``victims`` gives for each name what ends it and what starts it again.

        ``every`` says how many seconds there are between two, at least and at most; ``name`` gives
        this one dice of its own.
        """
        super().__init__(name=name, daemon=True)
        self._dice = random.Random(f"{seed} {name}")
        self._victims, self._every = victims, every
        self._stopping = threading.Event()
        self.killed: Counter[str] = Counter()
        self.error: Exception | None = None

    def run(self) -> None:
        """Kill until told to stop. Whatever was killed is started again."""
        try:
            while not self._stopping.wait(self._dice.uniform(*self._every)):
                name = self._dice.choice(sorted(self._victims))
                kill, start = self._victims[name]
                kill()
                self.killed[name] += 1
                self._stopping.wait(self._dice.uniform(0, 1.5))
                start()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run tells of it
            self.error = error

    def stop(self) -> None:
        """Kill nobody from now on."""
        self._stopping.set()
        self.join()
