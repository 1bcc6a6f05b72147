"""A story: a YAML file of steps, with its name and what it is good for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from inbox_simulator.scenarios.cast import StepError
from inbox_simulator.scenarios.steps import JSON, Step

FOLDER = Path(__file__).parent
OPTIONAL = ("about", "needs", "start", "order", "person", "bridge")
KEYS = frozenset({"name", "steps", *OPTIONAL})


@dataclass(frozen=True)
class Scenario:
    """A story: its name, its person and its steps."""

    #: As on the command line: the name of its file.
    key: str
    name: str
    steps: tuple[Step, ...]
    person: str = "Ana"
    #: One line for somebody who chooses a story.
    about: str = ""
    #: What has to be set up before it can hold; empty for nothing.
    needs: str = ""
    #: The command that starts a demo in which that is so; empty where the usual demo will do.
    start: str = ""
    #: Whether it shows a rule of this project's bridge, which another bot need not have.
    bridge: bool = False
    #: Place in a list of stories.
    order: int = 100

    @property
    def title(self) -> str:
        """The name, with a mark where another bot need not do the same."""
        return f"{self.name} [bridge]" if self.bridge else self.name

    @classmethod
    def read(cls, path: Path) -> "Scenario":
        """Read a YAML file; a step that nobody understands is refused before anything is played."""
        try:
            written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise StepError(f"{path.name} is no YAML: {error}") from None
        if unknown := set(written) - KEYS:
            raise StepError(f"{path.name}: a story has no {', '.join(sorted(unknown))}")
        try:
            steps = tuple(Step.read(step) for step in written["steps"])
        except StepError as error:
            raise StepError(f"{path.name}: {error}") from None
        rest = {key: written[key] for key in OPTIONAL if key in written}
        return cls(path.stem, written["name"], steps=steps, **rest)

    def script(self, switches: JSON) -> list[Step]:
        """Return the steps to play while the switches are so; the story's own settings count."""
        return list(_script(self.steps, dict(switches)))


def _script(steps: Iterable[Step], switches: JSON) -> Iterator[Step]:
    for step in steps:
        for chosen in step.chosen(switches):
            if chosen.sentence == "set switch":
                switches.update(chosen.value)
            yield chosen


def find(names: Iterable[str]) -> list[Path]:
    """Return the files of these scenarios, by name or by path; without names, all there are."""
    paths = [_path(name) for name in names]
    return paths or sorted(FOLDER.glob("*.yaml"))


def every() -> list[Scenario]:
    """Return all stories in the order in which to read them."""
    stories = [Scenario.read(path) for path in find([])]
    return sorted(stories, key=lambda story: (story.order, story.name))


def _path(name: str) -> Path:
    for path in (FOLDER / f"{name}.yaml", Path(name)):
        if path.is_file():
            return path
    known = ", ".join(path.stem for path in sorted(FOLDER.glob("*.yaml")))
    raise FileNotFoundError(f"There is no scenario {name!r}. There are: {known}")
