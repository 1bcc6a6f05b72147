"""Fixtures: ``simulator``, ``person``, ``agent`` and ``play``.

The simulator starts on a free port with the seed, and is gone after the test.
``simulator.connect("http://127.0.0.1:PORT/webhook")`` points it at a bot.
"""

from collections.abc import Callable, Iterator

import pytest

from inbox_simulator.actors import Agent, Person, Stage
from inbox_simulator.scenarios import runner, story
from inbox_simulator.server import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator of its own for each test."""
    with Simulator() as running:
        yield running


@pytest.fixture
def stage(simulator: Simulator) -> Iterator[Stage]:
    """What people and agents act on."""
    acting = Stage(simulator.url)
    yield acting
    acting.close()


@pytest.fixture
def person(stage: Stage) -> Person:
    """Ana, on Messenger."""
    return Person(stage, "Ana")


@pytest.fixture
def agent(stage: Stage, person: Person) -> Agent:
    """Mia, in the Page Inbox, in Ana's thread."""
    return Agent(stage, person)


@pytest.fixture
def play(stage: Stage) -> Callable[..., None]:
    """Plays a story by its name, or by the path of a YAML file: ``play("handover")``.

    Fails with what was expected and what was there. ``silence`` is how many seconds of it are
    watched.
    """

    def play_one(name: str, silence: float = 0.5) -> None:
        told: list[str] = []
        chosen = story.Scenario.read(story.find([name])[0])
        if not runner.play(chosen, stage, told.append, silence):
            pytest.fail("\n".join(told), pytrace=False)

    return play_one
