"""Plays one story at a time in the simulator's own process, at a reader's pace.

The story acts over HTTP like everybody else. It can be paused, played step by step, ended, or left
where it is, for somebody to go on by hand.
"""

import threading
from collections.abc import Callable
from typing import Any

from inbox_simulator.actors import Stage
from inbox_simulator.client import ControlError
from inbox_simulator.patience import Patience, StoppedError
from inbox_simulator.scenarios.cast import Cast, StepError
from inbox_simulator.scenarios.runner import Settings
from inbox_simulator.scenarios.steps import Step
from inbox_simulator.scenarios.story import Scenario

JSON = dict[str, Any]
#: Seconds that an expectation may take. A bot may still be loading.
PATIENCE = 30.0
#: Seconds before a step, so that its caption is seen first; and after it, for each word to read.
BEFORE, FOR_EACH_WORD, AT_LEAST = 0.5, 0.2, 0.9
#: Pace 1 is for a reader. 0 doesn't wait for one.
PACES = (0.0, 0.5, 1.0, 2.0, 4.0)


class NoStoryError(ValueError):
    """There is no story to pause, to go on with or to end."""


class Performance:
    """One story being played, and how far it is."""

    def __init__(self, story: Scenario, url: str, changed: Callable[[], None]) -> None:
        self.story = story
        self.pace = 1.0
        self.status = "playing"
        self.problem = ""
        self.steps: list[JSON] = []
        self._changed = changed
        self._stopped = threading.Event()
        self._turn = threading.Condition()
        self._one_more = False
        self._keeps_settings = False
        self._stage = Stage(url, Patience(PATIENCE, self._stopped))
        self._cast = Cast(self._stage, story.person)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def set_status(self, status: str, *, one_more: bool = False) -> None:
        """Pause or go on; ``one_more`` plays the next step of a paused story."""
        with self._turn:
            if self.status in {"playing", "paused"}:
                self.status, self._one_more = status, one_more
            self._turn.notify_all()
        self._changed()

    def end(self, *, keeps_settings: bool) -> None:
        """End now. Switches and faults that the story set are put back, unless told otherwise."""
        self._keeps_settings = keeps_settings
        self._stopped.set()
        with self._turn:
            self._turn.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(PATIENCE)

    def as_json(self) -> JSON:
        """Return the story with all its steps, and how each of them went."""
        return {
            "key": self.story.key,
            "name": self.story.name,
            "needs": self.story.needs,
            "start": self.story.start,
            "status": self.status,
            "problem": self.problem,
            "pace": self.pace,
            "steps": [dict(step) for step in self.steps],
        }

    def _run(self) -> None:
        try:
            settings = Settings(self._stage)
            try:
                self._play(self.story.script(settings.switches))
            finally:
                if not self._keeps_settings:
                    settings.put_back()
        except StoppedError:
            self.status = "ended"
        except (AssertionError, ControlError, StepError) as error:
            self.status, self.problem = "failed", str(error)
            self._mark("failed")
        self._stage.close()
        self._changed()

    def _play(self, script: list[Step]) -> None:
        self.steps = [_step_json(step, self.story.person) for step in script]
        for number, step in enumerate(script):
            self._wait_for_turn()
            who = step.who(self.story.person)
            self.steps[number] |= {
                "status": "now",
                "at": self._stage.client.get("clock")["now"],
                "psid": self._cast.person(who).psid,
            }
            self._changed()
            self._rest(BEFORE)
            step.play(self._cast)
            self._mark("done")
            self._changed()
            words = f"{self.steps[number]['words']} {step.why or ''}".split()
            self._rest(max(AT_LEAST, FOR_EACH_WORD * len(words)))
        self.status = "done"

    def _mark(self, status: str) -> None:
        for step in self.steps:
            if step["status"] == "now":
                step["status"] = status

    def _wait_for_turn(self) -> None:
        with self._turn:
            self._turn.wait_for(
                lambda: self._stopped.is_set() or self._one_more or self.status == "playing"
            )
            self._one_more = False
        if self._stopped.is_set():
            raise StoppedError

    def _rest(self, seconds: float) -> None:
        """Give the reader time; a story that is played step by step doesn't need any."""
        if self.pace and self.status == "playing":
            with self._turn:
                self._turn.wait_for(
                    lambda: self._stopped.is_set() or self.status != "playing", seconds / self.pace
                )
        if self._stopped.is_set():
            raise StoppedError


class Player:
    """The story that is played, if any."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._lock = threading.RLock()
        self._now: Performance | None = None

    def start(self, story: Scenario, url: str, *, pace: float, paused: bool) -> None:
        """Play a story in place of the present one."""
        with self._lock:
            self.end()
            self._now = Performance(story, url, self._changed)
            self._now.status = "paused" if paused else "playing"
            self._now.pace = pace
            self._now.start()
        self._changed()

    def pause(self) -> None:
        """Stay where it is, once the present step is done."""
        self._playing().set_status("paused")

    def go_on(self) -> None:
        """Go on after a pause."""
        self._playing().set_status("playing")

    def step(self) -> None:
        """Play the next step and pause again."""
        self._playing().set_status("paused", one_more=True)

    def set_pace(self, pace: float) -> None:
        """Play faster or slower."""
        self._playing().pace = pace
        self._changed()

    def end(self, *, keeps_settings: bool = False) -> None:
        """End the story, if there is one, and forget it."""
        with self._lock:
            if self._now is not None:
                self._now.end(keeps_settings=keeps_settings)
                self._now = None
        self._changed()

    def as_json(self) -> JSON | None:
        """Return the story that is played, or was played last; none if there is none."""
        now = self._now
        return None if now is None else now.as_json()

    def _playing(self) -> Performance:
        if self._now is None:
            raise NoStoryError("No story is being played")
        return self._now


def known_pace(value: Any) -> float:
    """Read a pace; a ValueError names those that there are."""
    pace = float(value)
    if pace not in PACES:
        raise ValueError(f"pace is one of {', '.join(f'{known:g}' for known in PACES)}")
    return pace


def _step_json(step: Step, person: str) -> JSON:
    return {
        "words": step.words(person),
        "why": step.why or "",
        "who": step.who(person),
        "place": step.place,
        "is_expectation": step.is_expectation,
        "status": "ahead",
        "at": None,
        "psid": None,
    }
