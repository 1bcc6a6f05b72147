"""What an agent can do in the Page Inbox: reply, move a thread to Main, mark it done.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing

On a routed Page a reply in a thread that the inbox doesn't own, and a move to Main, take control.
What Done does is not documented there: see the switch ``inbox_done``.

Where there are receiver roles the inbox is a secondary receiver: a move to Main asks the primary
for control, Done returns it to the primary, and a reply moves none.
https://developers.facebook.com/docs/messenger-platform/handover-protocol/request-thread-control
"""

from inbox_simulator.platform import attachments, echoes, handovers
from inbox_simulator.platform.coverage import assumed, documented, observed
from inbox_simulator.platform.errors import JSON, InvalidParameterError, OutsideWindowError
from inbox_simulator.platform.thread import Cause, Message, Thread
from inbox_simulator.platform.window import HUMAN_AGENT_WINDOW
from inbox_simulator.platform.world import Platform

#: What a pass by Done says on a Page with receiver roles, as bots of that time read it.
DONE_WITH_ROLES = "Pass thread control from Page Inbox"


def reply(
    platform: Platform, psid: str, text: str, agent: str, at: int, *,
    attachment: JSON | None = None, reply_to: str | None = None,
) -> Message:  # fmt: skip
    """Let an agent answer, in words or with a file; up to seven days after the person's last."""
    content = _content(platform, text, attachment)
    thread = platform.thread(psid, at)
    if reply_to is not None and thread.message(reply_to) is None:
        raise InvalidParameterError("The message to reply to is not in this thread")
    if thread.last_person_at is None or at >= thread.last_person_at + HUMAN_AGENT_WINDOW:
        raise OutsideWindowError
    echo_first = platform.switches["echo_and_take"] == "echo_first"
    message = Message(
        platform.ids.new_mid(), "agent", agent, at, platform.inbox_app_id,
        content.get("text"), attachments=content.get("attachments", []), reply_to=reply_to,
    )  # fmt: skip
    if not echo_first:
        _take(platform, thread, at, "reply")
    echoes.deliver_to_person(platform, thread, message, content, None)
    if echo_first:
        _take(platform, thread, at, "reply")
    thread.unread = False
    thread.seen_at = at
    return message


def move_to_main(platform: Platform, psid: str, at: int) -> Thread:
    """Let an agent move the thread to the Main folder."""
    thread = platform.thread(psid, at)
    if platform.has_roles and thread.owner != platform.inbox_app_id:
        request = handovers.Request(platform.default_app_id, platform.inbox_app_id, at)
        handovers.ask(platform, thread, request)
    else:
        _take(platform, thread, at, "moved")
    thread.folder = "main"
    thread.unread = False
    thread.seen_at = at
    platform.changed.append(psid)
    return thread


def mark_done(platform: Platform, psid: str, at: int) -> Thread:
    """Let an agent mark the thread done; what becomes of control is a switch."""
    thread = platform.thread(psid, at)
    thread.folder = "done"
    thread.unread = False
    platform.changed.append(psid)
    done = "pass_to_default" if platform.has_roles else platform.switches["inbox_done"]
    if thread.owner != platform.inbox_app_id or done == "nothing":
        return thread
    metadata = DONE_WITH_ROLES if platform.has_roles else None
    if done == "pass_to_default" and platform.routed_app_id is not None:
        move = handovers.Move(platform.routed_app_id, at, "done", metadata)
        handovers.give(platform, thread, move)
    else:
        handovers.go_idle(platform, thread, at, "done")
    return thread


def mark_read(platform: Platform, psid: str, at: int) -> Thread:
    """Let an agent open the thread: it is no longer unread."""
    thread = platform.thread(psid, at)
    thread.unread = False
    platform.changed.append(psid)
    return thread


def _content(platform: Platform, text: str, attachment: JSON | None) -> JSON:
    """Return what an agent's message is made of; a shared link comes back without a payload."""
    content: JSON = {"text": text} if text else {}
    if attachment is not None:
        sent = attachments.from_person(attachment, platform.switches)
        content["attachments"] = [
            _without_payload(each) if each["type"] == "fallback" else each for each in sent
        ]
    if not content:
        raise InvalidParameterError("A reply needs text or an attachment")
    return content


def _without_payload(link: JSON) -> JSON:
    about = {"title": link["payload"].get("title", ""), "url": link["payload"]["url"]}
    return {**about, "type": "fallback", "payload": None}


def _take(platform: Platform, thread: Thread, at: int, cause: Cause) -> None:
    # Without a default app a reply needs no control and moves none; with roles that is assumed.
    routed = platform.routed_app_id is not None and not platform.has_roles
    if routed and thread.owner != platform.inbox_app_id:
        handovers.take(platform, thread, handovers.Move(platform.inbox_app_id, at, cause))


COVERS = (
    documented("Page Inbox", "a reply or a move to Main takes control", "conversation-routing"),
    assumed("Page Inbox", "what Done does", switch="inbox_done"),
    observed(
        "Page Inbox", "the metadata of Done's pass, with roles", "microsoft/BotBuilder-Samples"
    ),
    assumed("Page Inbox", "whether take or echo comes first", switch="echo_and_take"),
)
