"""The model as JSON, for the control API and the page."""

from inbox_simulator.platform import window
from inbox_simulator.platform.errors import JSON
from inbox_simulator.platform.thread import Message, Ownership, Person, Thread
from inbox_simulator.platform.world import Platform


def person_json(person: Person) -> JSON:
    """Return a person as the page knows them."""
    return {
        "psid": person.psid,
        "page_id": person.page_id,
        "name": person.name,
        "locale": person.locale,
        "phone": person.phone,
        "email": person.email,
    }


def thread_json(thread: Thread, at: int) -> JSON:
    """Return everything about a thread: who owns it, where it lies, what was said, who heard it."""
    owner = None
    if thread.owner is not None:
        owner = {"app_id": thread.owner, "expires_at": thread.expires_at}
    return {
        "psid": thread.psid,
        "page_id": thread.person.page_id,
        "name": thread.person.name,
        "owner": owner,
        "folder": thread.folder,
        "messages": [_message_json(message) for message in thread.messages],
        "unread": thread.unread,
        "window_closes_at": window.closes_at(thread),
        "typing": thread.typing_apps(at),
        "seen_at": thread.seen_at,
        "unavailable": thread.unavailable,
        "acts": [{"kind": act.kind, "at": act.at, "about": act.about} for act in thread.acts],
        "ownership": [_ownership_json(stretch) for stretch in thread.ownership],
    }


def apps_json(platform: Platform, statuses: dict[str, str]) -> list[JSON]:
    """Return the connected apps without their secrets; ``statuses`` by app id."""
    return [
        {
            "app_id": app.app_id,
            "name": app.name,
            "can_take": app.can_take,
            "default": app.app_id == platform.default_app_id,
            "webhook_url": app.webhook_url,
            "fields": app.fields,
            "app_fields": app.app_fields,
            "subscribed": app.subscribed,
            "status": statuses.get(app.app_id, "unverified"),
        }
        for app in platform.apps.values()
    ]


def _message_json(message: Message) -> JSON:
    return {
        "mid": message.mid,
        "author": message.author,
        "name": message.name,
        "app_id": message.app_id,
        "at": message.at,
        "text": message.text,
        "quick_replies": message.quick_replies,
        "buttons": message.buttons,
        "attachments": message.attachments,
        "channels": message.channels,
        "tapped": message.tapped,
        "reply_to": message.reply_to,
        "reactions": [{"by": by, "emoji": emoji} for by, emoji in message.reactions.items()],
        "edits": message.edits,
        "persona": message.persona,
    }


def _ownership_json(stretch: Ownership) -> JSON:
    return {
        "app_id": stretch.app_id,
        "from": stretch.since,
        "to": stretch.until,
        "cause": stretch.cause,
    }
