"""What becomes of a message after it was sent: reactions to it, and edits of it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/message-reactions
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/message-edits
"""

from inbox_simulator.platform import events, people, routing
from inbox_simulator.platform.coverage import assumed, documented, observed
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.thread import Message, Thread
from inbox_simulator.platform.world import Platform

#: The reactions that have a name, and the emoji of each; any other is called "other".
NAMES = {
    "smile": "😆",
    "angry": "😠",
    "sad": "😢",
    "wow": "😮",
    "love": "❤️",
    "like": "👍",
    "dislike": "👎",
}
#: An emoji of several people and colours is long; a sentence is longer.
LONGEST_EMOJI = 32
MOST_EDITS = 5


def react(platform: Platform, psid: str, mid: str, reaction: str, at: int) -> Message:
    """Let the person react with an emoji, or with one of the names; a new one replaces the old."""
    thread = platform.thread(psid, at)
    message = _message(thread, mid)
    emoji = as_emoji(reaction)
    message.reactions["person"] = emoji
    body = {"reaction": _name(emoji), "emoji": emoji, "action": "react", "mid": mid}
    _tell(platform, thread, body, at)
    return message


def unreact(platform: Platform, psid: str, mid: str, at: int) -> Message:
    """Let the person take a reaction back."""
    thread = platform.thread(psid, at)
    message = _message(thread, mid)
    emoji = message.reactions.pop("person", None)
    if emoji is None:
        raise InvalidParameterError("The person has not reacted to this message")
    named = {"reaction": _name(emoji), "emoji": emoji}
    kept = named if platform.switches["unreactions"] == "with_emoji" else {}
    _tell(platform, thread, {**kept, "action": "unreact", "mid": mid}, at)
    return message


def edit(platform: Platform, psid: str, mid: str, text: str, at: int) -> Message:
    """Let the person change the text of a message of theirs, five times at most.

    The documents don't count an edit among the acts that open the messaging window.
    """
    thread = platform.thread(psid, at)
    message = _message(thread, mid)
    if message.author != "person" or message.text is None:
        raise InvalidParameterError("A person can edit the text of their own messages alone")
    if not text:
        raise InvalidParameterError("An edit needs text")
    if message.edits >= MOST_EDITS:
        raise InvalidParameterError(f"A message can be edited {MOST_EDITS} times at most")
    message.text, message.edits = text, message.edits + 1
    body = {"mid": mid, "text": text, "num_edit": message.edits}
    event = events.from_person(platform.page.id, psid, at, message_edit=body)
    routing.publish(platform, thread, "message_edits", event)
    platform.changed.append(psid)
    return message


def as_emoji(reaction: str) -> str:
    """Return the emoji of a named reaction, or the emoji itself."""
    emoji = NAMES.get(reaction, reaction)
    if not _plain(emoji) or len(emoji) > LONGEST_EMOJI or emoji.isascii():
        raise InvalidParameterError(f"A reaction is an emoji, or one of {', '.join(NAMES)}")
    return emoji


def _tell(platform: Platform, thread: Thread, body: JSON, at: int) -> None:
    """A reaction opens the messaging window, as a message does."""
    people.come_alive(platform, thread, at)
    event = events.from_person(platform.page.id, thread.psid, at, reaction=body)
    routing.publish(platform, thread, "message_reactions", event)


def _name(emoji: str) -> str:
    return next((name for name, known in NAMES.items() if _plain(known) == _plain(emoji)), "other")


def _plain(emoji: str) -> str:
    """Return an emoji without the sign that asks for a coloured picture of it."""
    return emoji.rstrip("\N{VARIATION SELECTOR-16}")


def _message(thread: Thread, mid: str) -> Message:
    message = thread.message(mid)
    if message is None:
        raise InvalidParameterError("There is no message with this mid in the thread")
    return message


COVERS = (
    documented("events", "message_reactions", "webhooks/webhook-events/message-reactions"),
    observed(
        "events",
        "a reaction that is taken back may name no emoji",
        "docs.ycloud.com",
        switch="unreactions",
    ),
    documented("events", "message_edits, up to five", "webhooks/webhook-events/message-edits"),
    assumed("events", "an edit opens no window", why="the list of acts that do has no edit"),
    assumed(
        "events",
        "a reaction keeps the owner, as a message does",
        why="it is among the acts that open the window",
    ),
)
