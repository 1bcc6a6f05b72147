"""Conversations and their messages, as objects that can be read.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations

All messages are listed, and details are there for the newest 20 of a conversation alone; metadata
never is.
"""

import mimetypes
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from inbox_simulator.graph_api import paging
from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.graph_api.fields import Wanted, check_known, parse, pick
from inbox_simulator.platform.attachments import FILES, SHARES
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON, MessageDeletedError
from inbox_simulator.platform.ids import conversation_number
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import Platform

NEWEST = 20
SHORT = "id,created_time"
PREFIX = "t_"


def find(platform: Platform, conversation_id: str) -> Thread | None:
    """Return the thread of a conversation's id, or none."""
    if not conversation_id.startswith(PREFIX):
        return None
    threads = platform.threads.values()
    return next((thread for thread in threads if _id(thread) == conversation_id), None)


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
    platform = caller.platform
    wanted = parse(fields or "id,updated_time")
    routes = platform.routed_app_id is not None and not platform.has_roles
    show: dict[str, Callable[[Wanted], object]] = {
        "id": lambda _: _id(thread),
        "link": lambda _: f"/{platform.page.id}/inbox/{conversation_number(thread.psid)}/",
        "updated_time": lambda _: _time(thread.messages[-1].at if thread.messages else 0),
        "message_count": lambda _: thread.forgotten + len(thread.messages),
        "unread_count": lambda _: int(thread.unread),
        "is_owner": lambda _: thread.owner == caller.app.app_id if routes else None,
        "can_reply": lambda _: not thread.unavailable,
        "participants": lambda _: {"data": [_person(thread), _page(caller)]},
        "senders": lambda _: {"data": [_person(thread), _page(caller)]},
        "messages": lambda asked: _messages(caller, thread, asked),
    }
    check_known(wanted, set(show))
    values = {name: show[name](asked) for name, asked in wanted.items()}
    shown = {name: value for name, value in values.items() if value is not None}
    return {**shown, "id": _id(thread)}


def messages(caller: Caller, thread: Thread) -> JSON:
    """List a conversation's messages, the newest first; an old one has its id and time alone."""
    page = paging.Page.of(caller.call, reversed(thread.messages))
    fields = caller.call.text("fields") or SHORT
    return page.answer([_listed(caller, thread, each, fields) for each in page.items])


def message(caller: Caller, mid: str, fields: str | None) -> JSON | None:
    """Return a message by its id, or none; one older than the newest twenty is refused."""
    for thread in caller.platform.threads.values():
        found = thread.message(mid)
        if found is not None:
            if found not in _newest(thread):
                raise MessageDeletedError
            return pick(_message(caller, thread, found), fields or SHORT)
    return None


def _id(thread: Thread) -> str:
    return PREFIX + conversation_number(thread.psid)


def _newest(thread: Thread) -> list[Message]:
    return thread.messages[: -NEWEST - 1 : -1]


def _messages(caller: Caller, thread: Thread, asked: Wanted) -> JSON:
    """List the messages inside a conversation, with the address at which the list goes on."""
    limit = {} if asked.limit is None else {"limit": asked.limit}
    parameters = {"fields": asked.inner or SHORT, **limit}
    call = replace(caller.call, node=_id(thread), edge="messages", parameters=parameters)
    return messages(replace(caller, call=call), thread)


def _listed(caller: Caller, thread: Thread, message: Message, fields: str) -> JSON:
    shown = pick(_message(caller, thread, message), fields)
    if message.mid in {each.mid for each in _newest(thread)}:
        return shown
    return {name: shown[name] for name in shown if name in SHORT.split(",")}


def _message(caller: Caller, thread: Thread, message: Message) -> JSON:
    person, page = _person(thread), _page(caller)
    sender, receiver = (person, page) if message.author == "person" else (page, person)
    return {
        "id": message.mid,
        "created_time": _time(message.at),
        "from": sender,
        "to": {"data": [receiver]},
        "message": message.text or "",
        "tags": _tags(message),
        "reply_to": {"mid": message.reply_to} if message.reply_to else None,
        "attachments": _files(message),
        "shares": _shares(message),
    }


def _tags(message: Message) -> JSON:
    """Return in which folder a message is, and whence it came; the names are from samples."""
    folder = "inbox" if message.author == "person" else "sent"
    return {"data": [{"name": name} for name in (folder, "messenger")]}


def _files(message: Message) -> JSON | None:
    """Return a message's files as this API shows them, which is not how a webhook does.

    https://developers.facebook.com/docs/graph-api/reference/message/attachments
    """
    files = [each for each in message.attachments if each["type"] in {*FILES, "sticker"}]
    shown = [_file(message, number, each) for number, each in enumerate(files)]
    return {"data": shown} if shown else None


def _file(message: Message, number: int, attachment: JSON) -> JSON:
    kind, url = attachment["type"], attachment["payload"]["url"]
    name = urlsplit(url).path.rpartition("/")[2]
    mimetype = mimetypes.guess_type(name)[0]
    told = {"mime_type": mimetype} if mimetype else {}
    shown: JSON = {"id": conversation_number(f"{message.mid} {number}"), **told, "name": name}
    if kind in {"image", "sticker"}:
        as_sticker = kind == "sticker" or "sticker_id" in attachment["payload"]
        data = {"url": url, "preview_url": url, "render_as_sticker": as_sticker}
        return {**shown, "image_data": data}
    if kind == "video":
        return {**shown, "video_data": {"url": url, "preview_url": url}}
    return {**shown, "file_url": url}


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
    documented("/conversations", "participants, messages, updated_time", "conversations"),
    documented("/conversations", "is_owner, where a default app routes", "conversations"),
    documented("/conversations", "ids of all messages, details of the newest 20", "conversations"),
    documented(
        "/conversations",
        "attachments: id, name, mime_type, image_data, video_data, file_url",
        "https://developers.facebook.com/docs/graph-api/reference/message/attachments",
    ),
    documented(
        "/conversations",
        "size of an attachment, width and height of a picture",
        "https://developers.facebook.com/docs/graph-api/reference/message/attachments",
        done=False,
    ),
    assumed("/conversations", "templates are no attachments", why="no sample shows one"),
    assumed("/conversations", "shape of shares", why="no sample is published"),
    assumed("/conversations", "the names of tags", why="the reference says what they are for"),
    assumed(
        "/conversations",
        "an old message is listed with its id and time",
        why="that ids are listed is all that the page says",
    ),
    documented("/conversations", "platform=instagram", "conversations", done=False),
)
