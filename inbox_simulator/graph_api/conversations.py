"""Conversations, messages and people, as objects that can be read.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations

Details are there for the newest 20 messages of a conversation alone; metadata never is.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.fields import parse, pick
from inbox_simulator.platform.errors import (
    JSON,
    InvalidParameterError,
    PlatformError,
    UnsupportedRequestError,
)
from inbox_simulator.platform.thread import Message, Thread

NEWEST = 20


class MessageDeletedError(PlatformError):
    """A message older than the newest 20 answers as if it had been deleted."""

    code, subcode = 9000001, None
    default = "(#9000001) The message has been deleted"


def conversations(caller: Caller) -> JSON:
    """List conversations, the newest first; ``user_id`` limits them to one person's."""
    call = caller.call
    if call.text("platform") not in {None, "messenger", "MESSENGER"}:
        return {"data": []}
    threads = [thread for thread in caller.platform.threads.values() if thread.messages]
    if call.text("user_id"):
        threads = [thread for thread in threads if thread.psid == call.text("user_id")]
    threads.sort(key=lambda thread: thread.messages[-1].at, reverse=True)
    fields = call.text("fields") or "id,updated_time"
    return {"data": [_conversation(caller, thread, fields) for thread in threads]}


def node(caller: Caller) -> JSON:
    """Return a conversation, a message or a person by its id."""
    asked, fields = caller.call.node, caller.call.text("fields")
    threads = caller.platform.threads
    if asked in threads:
        return _profile(threads[asked], fields)
    if asked.startswith("t_") and asked[2:] in threads:
        thread = caller.platform.thread(asked[2:], caller.now)
        return _conversation(caller, thread, fields or "id,updated_time")
    if asked.startswith("m_"):
        for thread in threads.values():
            for position, message in enumerate(reversed(thread.messages)):
                if message.mid == asked:
                    if position >= NEWEST:
                        raise MessageDeletedError
                    return pick(_message(caller, thread, message), fields or "id,created_time")
    raise UnsupportedRequestError("get", asked)


def _profile(thread: Thread, fields: str | None) -> JSON:
    """https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile."""
    first, _, last = thread.person.name.partition(" ")
    values = {
        "id": thread.psid,
        "name": thread.person.name,
        "first_name": first,
        "last_name": last,
        "profile_pic": f"https://platform-lookaside.fbsbx.com/platform/profilepic/?psid={thread.psid}",
        "locale": thread.person.locale,
    }
    return pick(values, fields or "first_name,last_name,profile_pic")


def _conversation(caller: Caller, thread: Thread, fields: str) -> JSON:
    wanted = parse(fields)
    show: dict[str, Callable[[str], object]] = {
        "id": lambda _: f"t_{thread.psid}",
        "updated_time": lambda _: _time(thread.messages[-1].at),
        "message_count": lambda _: len(thread.messages),
        "is_owner": lambda _: thread.owner == caller.app.app_id,
        "participants": lambda _: {"data": [_person(thread), _page(caller)]},
        "messages": lambda inner: _messages(caller, thread, inner),
    }
    unknown = set(wanted) - set(show)
    if unknown:
        name = min(unknown)
        raise InvalidParameterError(f"(#100) Tried accessing nonexisting field ({name})")
    shown = {name: show[name](inner) for name, inner in wanted.items()}
    return {**shown, "id": f"t_{thread.psid}"}


def _messages(caller: Caller, thread: Thread, fields: str) -> JSON:
    newest = thread.messages[: -NEWEST - 1 : -1]
    wanted = fields or "id,created_time"
    return {"data": [pick(_message(caller, thread, message), wanted) for message in newest]}


def _message(caller: Caller, thread: Thread, message: Message) -> JSON:
    person, page = _person(thread), _page(caller)
    sender, receiver = (person, page) if message.author == "person" else (page, person)
    return {
        "id": message.mid,
        "created_time": _time(message.at),
        "from": sender,
        "to": {"data": [receiver]},
        "message": message.text or "",
        "attachments": {"data": message.attachments},
    }


def _person(thread: Thread) -> JSON:
    email = f"{thread.psid}@facebook.com"
    return {"name": thread.person.name, "email": email, "id": thread.psid}


def _page(caller: Caller) -> JSON:
    page = caller.platform.page
    return {"name": page.name, "email": f"{page.id}@facebook.com", "id": page.id}


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
