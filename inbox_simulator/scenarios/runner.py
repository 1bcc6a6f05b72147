"""Plays scenarios against a running simulator and says how each step went."""

from collections.abc import Callable

from inbox_simulator.actors import Stage
from inbox_simulator.client import ControlError
from inbox_simulator.scenarios.cast import Cast, StepError
from inbox_simulator.scenarios.steps import JSON, Step
from inbox_simulator.scenarios.story import Scenario


def play(
    scenario: Scenario, stage: Stage, say: Callable[[str], None], silence: float = 2.0
) -> bool:
    """Play a scenario and tell each step; returns whether all of it held.

    Silence is watched for ``silence`` seconds. Switches and faults that the scenario sets are put
    back at its end.
    """
    say(scenario.title)
    cast = Cast(stage, scenario.person, silence)
    settings = Settings(stage)
    try:
        return all(_play_step(step, cast, say) for step in scenario.script(settings.switches))
    finally:
        settings.put_back()


class Settings:
    """Switches and faults as they were before a story, which may change them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        stage.watch_the_wire()
        state = stage.state()
        self.switches: JSON = state["switches"]
        self._faults: JSON = state["faults"]

    def put_back(self) -> None:
        """Set them as they were."""
        self._stage.client.put("switches", self.switches)
        if self._stage.client.get("faults")["rules"] != self._faults["rules"]:
            self._stage.client.put("faults", self._faults)


def _play_step(step: Step, cast: Cast, say: Callable[[str], None]) -> bool:
    try:
        step.play(cast)
    except (AssertionError, ControlError, StepError) as error:
        say(f"  FAILED  {step}\n{_indented(str(error))}")
        return False
    say(f"  ok      {step}")
    return True


def _indented(text: str) -> str:
    return "\n".join(f"          {line}" for line in text.splitlines())
