"""Conversations and their messages, as objects that can be read.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations

Details are there for the newest 20 messages of a conversation alone; metadata never is.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from inbox_simulator.graph_api import paging
from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.fields import Wanted, check_known, parse, pick
from inbox_simulator.platform.attachments import SHARES
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON, MessageDeletedError
from inbox_simulator.platform.thread import Message, Thread

NEWEST = 20
SHORT = "id,created_time"


def conversations(caller: Caller) -> JSON:
    """List conversations, the newest first; ``user_id`` limits them to one person's."""
    call = caller.call
    if call.text("platform") not in {None, "messenger", "MESSENGER"}:
        return {"data": []}
    threads = [thread for thread in caller.platform.threads.values() if thread.messages]
    if call.text("user_id"):
        threads = [thread for thread in threads if thread.psid == call.text("user_id")]
    threads.sort(key=lambda thread: thread.messages[-1].at, reverse=True)
    page = paging.Page.of(call, threads)
    fields = call.text("fields") or "id,updated_time"
    return page.answer([conversation(caller, thread, fields) for thread in page.items])


def conversation(caller: Caller, thread: Thread, fields: str | None) -> JSON:
    """Return a conversation with the fields that are asked for."""
    wanted = parse(fields or "id,updated_time")
    show: dict[str, Callable[[Wanted], object]] = {
        "id": lambda _: f"t_{thread.psid}",
        "link": lambda _: f"/{caller.platform.page.id}/inbox/{thread.psid}/",
        "updated_time": lambda _: _time(thread.messages[-1].at if thread.messages else 0),
        "message_count": lambda _: thread.forgotten + len(thread.messages),
        "unread_count": lambda _: int(thread.unread),
        "is_owner": lambda _: thread.owner == caller.app.app_id,
        "can_reply": lambda _: not thread.unavailable,
        "participants": lambda _: {"data": [_person(thread), _page(caller)]},
        "senders": lambda _: {"data": [_person(thread), _page(caller)]},
        "messages": lambda asked: _messages(caller, thread, asked),
    }
    check_known(wanted, set(show))
    shown = {name: show[name](asked) for name, asked in wanted.items()}
    return {**shown, "id": f"t_{thread.psid}"}


def messages(caller: Caller, thread: Thread) -> JSON:
    """List a conversation's messages, the newest first."""
    page = paging.Page.of(caller.call, _newest(thread))
    fields = caller.call.text("fields") or SHORT
    return page.answer([pick(_message(caller, thread, each), fields) for each in page.items])


def message(caller: Caller, mid: str, fields: str | None) -> JSON | None:
    """Return a message by its id, or none; one older than the newest twenty is refused."""
    for thread in caller.platform.threads.values():
        found = thread.message(mid)
        if found is not None:
            if found not in _newest(thread):
                raise MessageDeletedError
            return pick(_message(caller, thread, found), fields or SHORT)
    return None


def _newest(thread: Thread) -> list[Message]:
    return thread.messages[: -NEWEST - 1 : -1]


def _messages(caller: Caller, thread: Thread, asked: Wanted) -> JSON:
    newest = _newest(thread)[: asked.limit]
    return {"data": [pick(_message(caller, thread, each), asked.inner or SHORT) for each in newest]}


def _message(caller: Caller, thread: Thread, message: Message) -> JSON:
    person, page = _person(thread), _page(caller)
    sender, receiver = (person, page) if message.author == "person" else (page, person)
    return {
        "id": message.mid,
        "created_time": _time(message.at),
        "from": sender,
        "to": {"data": [receiver]},
        "message": message.text or "",
        "reply_to": {"mid": message.reply_to} if message.reply_to else None,
        "attachments": {"data": message.attachments} if message.attachments else None,
        "shares": _shares(message),
    }


def _shares(message: Message) -> JSON | None:
    """Return the links that were shared; the shape of an entry is assumed."""
    payloads = [each["payload"] or each for each in message.attachments if each["type"] in SHARES]
    links = [{"link": each.get("url"), "name": each.get("title")} for each in payloads]
    return {"data": links} if links else None


def _person(thread: Thread) -> JSON:
    email = f"{thread.psid}@facebook.com"
    return {"name": thread.person.name, "email": email, "id": thread.psid}


def _page(caller: Caller) -> JSON:
    page = caller.platform.page
    return {"name": page.name, "email": f"{page.id}@facebook.com", "id": page.id}


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


COVERS = (
    documented("/conversations", "participants, messages, updated_time, is_owner", "conversations"),
    documented("/conversations", "details of the newest 20 messages", "conversations"),
    assumed("/conversations", "shape of attachments and shares", why="no sample is published"),
    documented("/conversations", "platform=instagram", "conversations", done=False),
)
