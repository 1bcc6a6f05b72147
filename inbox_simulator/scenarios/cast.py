"""Who plays in a story: people by name as they come up, and one agent."""

from dataclasses import dataclass, field

from inbox_simulator.actors import Agent, Person, Stage


class StepError(ValueError):
    """A step that can't be read."""


@dataclass
class Cast:
    """Who plays: people by name as they come up, and one agent."""

    stage: Stage
    main: str = "Ana"
    #: Seconds for which silence is watched where a step doesn't say.
    silence: float = 2.0
    people: dict[str, Person] = field(default_factory=dict)

    def name(self, who: str | None) -> str:
        """Return the name of the person whom a sentence is about."""
        return self.main if who in {None, "", "person"} else str(who)

    def person(self, who: str | None) -> Person:
        """Return a person, who joins with the first mention."""
        name = self.name(who)
        if name not in self.people:
            self.people[name] = Person(self.stage, name)
        return self.people[name]

    @property
    def agent(self) -> Agent:
        """The agent, in the thread of the scenario's own person unless told otherwise."""
        return Agent(self.stage, self.person(None))
