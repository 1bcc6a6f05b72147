"""Plays scenarios against a running simulator and says how each step went."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from inbox_simulator.actors import Stage
from inbox_simulator.client import ControlError
from inbox_simulator.scenarios.steps import Cast, Step, StepError

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Scenario:
    """A story: its name, its person and its steps."""

    name: str
    person: str
    steps: tuple[Step, ...]

    @classmethod
    def read(cls, path: Path) -> "Scenario":
        """Read a YAML file; a step that nobody understands is refused before anything is played."""
        written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        try:
            steps = tuple(Step.read(step) for step in written["steps"])
        except StepError as error:
            raise StepError(f"{path.name}: {error}") from None
        return cls(written["name"], written.get("person", "Ana"), steps)


def find(names: Iterable[str]) -> list[Path]:
    """Return the files of these scenarios, by name or by path; without names, all there are."""
    paths = [_path(name) for name in names]
    return paths or sorted(FOLDER.glob("*.yaml"))


def _path(name: str) -> Path:
    for path in (FOLDER / f"{name}.yaml", Path(name)):
        if path.is_file():
            return path
    known = ", ".join(path.stem for path in sorted(FOLDER.glob("*.yaml")))
    raise FileNotFoundError(f"There is no scenario {name!r}. There are: {known}")


def play(
    scenario: Scenario, stage: Stage, say: Callable[[str], None], silence: float = 2.0
) -> bool:
    """Play a scenario and tell each step; returns whether all of it held.

    Silence is watched for ``silence`` seconds. Switches that the scenario sets are put back at its
    end.
    """
    say(scenario.name)
    cast = Cast(stage, scenario.person, silence)
    before = stage.state()["switches"]
    try:
        return all(_play_step(step, cast, say) for step in _steps(scenario, stage))
    finally:
        stage.client.put("switches", before)


def _steps(scenario: Scenario, stage: Stage) -> Iterable[Step]:
    """Yield the steps; which branch is played is decided when the story gets there."""
    for step in scenario.steps:
        yield from step.chosen(stage.state()["switches"])


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
