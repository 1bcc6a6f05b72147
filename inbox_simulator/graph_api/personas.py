"""Personas: make, list, look at, delete.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
"""

from inbox_simulator.graph_api import paging
from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.fields import pick
from inbox_simulator.platform.errors import JSON
from inbox_simulator.platform.personas import Persona

FIELDS = "name,profile_picture_url"


def create(caller: Caller) -> JSON:
    """Make a persona of the Page's."""
    call = caller.call
    name, picture = call.text("name") or "", call.text("profile_picture_url") or ""
    persona = Persona(caller.platform.ids.new_number(), name, picture)
    return {"id": caller.platform.personas.add(persona).id}


def listed(caller: Caller) -> JSON:
    """List the Page's personas."""
    fields = caller.call.text("fields") or FIELDS
    page = paging.Page.of(caller.call, caller.platform.personas.by_id.values())
    return page.answer([shown(persona, fields) for persona in page.items], always=True)


def shown(persona: Persona, fields: str | None) -> JSON:
    """Return a persona as Graph shows it."""
    return pick(dict(vars(persona)), fields or FIELDS)


def delete(caller: Caller, persona_id: str) -> JSON:
    """Delete a persona."""
    caller.platform.personas.delete(persona_id)
    return {"success": True}
