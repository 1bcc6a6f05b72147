"""The control API's calls for what people on Messenger do."""

from typing import Any

from flask import Blueprint

from inbox_simulator.control_calls import (
    a_text,
    an_object,
    body,
    record_acts,
    refuse_in_words,
)
from inbox_simulator.platform import entry_points, people, reactions, views
from inbox_simulator.platform.errors import InvalidParameterError
from inbox_simulator.running import simulator

JSON = dict[str, Any]
blueprint = Blueprint("people_api", __name__)
refuse_in_words(blueprint)
record_acts(blueprint)


@blueprint.post("/people")
def add_person() -> JSON:
    """Add a Messenger user."""
    values = body()
    name = str(values.get("name") or "Somebody")
    with simulator().acting(page_id=a_text(values, "page_id")) as (platform, _):
        person = platform.add_person(name, str(values.get("locale") or "en_US"))
    simulator().feed.note("people", person.psid)
    return views.person_json(person)


@blueprint.post("/people/<psid>/messages")
def write(psid: str) -> JSON:
    """Let a person write, tap a quick reply, send something, or answer one message."""
    values = body()
    words = people.Words(
        text=str(values.get("text") or ""),
        quick_reply=an_object(values, "quick_reply"),
        attachment=an_object(values, "attachment"),
        reply_to=a_text(values, "reply_to"),
        extras=_extras(values),
    )
    with simulator().acting(psid=psid) as (platform, now):
        return {"mid": people.send(platform, psid, words, now).mid}


@blueprint.post("/people/<psid>/postbacks")
def tap(psid: str) -> JSON:
    """Let a person tap a button, the menu or Get Started."""
    values = body()
    title, payload = str(values.get("title") or ""), str(values.get("payload") or "")
    on = a_text(values, "on")
    with simulator().acting(psid=psid) as (platform, now):
        tapped = people.tap_button(platform, psid, title or payload, payload, now, on)
        return {"mid": tapped.mid}


@blueprint.post("/people/<psid>/reactions")
def react(psid: str) -> JSON:
    """Let a person react to a message, or take the reaction back."""
    values = body()
    mid = str(values.get("mid") or "")
    with simulator().acting(psid=psid) as (platform, now):
        if values.get("action") == "unreact":
            message = reactions.unreact(platform, psid, mid, now)
        else:
            message = reactions.react(platform, psid, mid, str(values.get("reaction") or ""), now)
        return {"mid": mid, "reaction": message.reactions.get("person")}


@blueprint.post("/people/<psid>/edits")
def edit(psid: str) -> JSON:
    """Let a person change the text of a message."""
    values = body()
    mid, text = str(values.get("mid") or ""), str(values.get("text") or "")
    with simulator().acting(psid=psid) as (platform, now):
        message = reactions.edit(platform, psid, mid, text, now)
        return {"mid": mid, "num_edit": message.edits}


@blueprint.post("/people/<psid>/referrals")
def follow_link(psid: str) -> JSON:
    """Let a person come by an m.me link or an ad."""
    values = body()
    with simulator().acting(psid=psid) as (platform, now):
        told = entry_points.follow_link(platform, psid, values, now)
        return {"told": "now" if told else "with the first message"}


@blueprint.post("/people/<psid>/optins")
def opt_in(psid: str) -> JSON:
    """Let a person opt in to notification messages."""
    values = body()
    with simulator().acting(psid=psid) as (platform, now):
        return entry_points.opt_in(platform, psid, values, now)


@blueprint.post("/people/<psid>/account_linking")
def link_account(psid: str) -> JSON:
    """Let a person link an account of the business's, or unlink it."""
    values = body()
    with simulator().acting(psid=psid) as (platform, now):
        return entry_points.link_account(platform, psid, values, now)


def _extras(values: JSON) -> JSON:
    """Return what else stands in the message; who gives it answers for its shape."""
    extras: JSON = {}
    for name in ("referral", "nlp"):
        value = an_object(values, name)
        if value is not None:
            extras[name] = value
    commands = values.get("commands")
    if commands is not None:
        if not isinstance(commands, list):
            raise InvalidParameterError("commands must be a list of names")
        extras["commands"] = [{"name": str(name)} for name in commands]
    return extras


@blueprint.post("/people/<psid>/availability")
def change_availability(psid: str) -> JSON:
    """Let a person block the Page or come back; or show the Page less of their profile."""
    values = body()
    with simulator().acting(psid=psid) as (platform, now):
        thread = platform.thread(psid, now)
        if "blocked" in values:
            thread.unavailable = bool(values["blocked"])
        profile = values.get("profile", thread.profile)
        if profile not in {"open", "no_permission", "phone_only"}:
            raise InvalidParameterError("profile is open, no_permission or phone_only")
        thread.profile = profile
        platform.changed.append(psid)
        return {"blocked": thread.unavailable, "profile": thread.profile}
