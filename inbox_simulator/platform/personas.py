"""Personas: a name and a picture under which the Page speaks.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
"""

from dataclasses import dataclass, field

from inbox_simulator.platform.errors import InvalidParameterError, UnsupportedRequestError
from inbox_simulator.platform.limits import at_most

LONGEST_NAME = 50


@dataclass(frozen=True)
class Persona:
    """Somebody as whom the Page speaks."""

    id: str
    name: str
    profile_picture_url: str


@dataclass
class Personas:
    """The Page's personas, the oldest first."""

    by_id: dict[str, Persona] = field(default_factory=dict)

    def add(self, persona: Persona) -> Persona:
        """Keep a persona; both texts are needed, and the name has fifty characters at most."""
        at_most(persona.name, LONGEST_NAME, "name")
        for name in ("name", "profile_picture_url"):
            if not getattr(persona, name):
                raise InvalidParameterError(f"(#100) The parameter {name} is required")
        self.by_id[persona.id] = persona
        return persona

    def delete(self, persona_id: str) -> None:
        """Forget a persona. What it said keeps its name."""
        if self.by_id.pop(persona_id, None) is None:
            raise UnsupportedRequestError("delete", persona_id)

    def for_send(self, persona_id: str) -> Persona:
        """Return the persona of a send; what Meta answers to an unknown one is not documented."""
        persona = self.by_id.get(persona_id)
        if persona is None:
            raise InvalidParameterError("(#100) Param persona_id must be a persona of this Page")
        return persona
