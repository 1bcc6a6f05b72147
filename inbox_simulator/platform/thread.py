"""A thread: one person's conversation with the Page, what was said in it and who may speak."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from inbox_simulator.platform.errors import JSON

Author = Literal["person", "app", "agent"]
Cause = Literal["message", "pass", "take", "release", "expired", "done", "reply", "moved"]

#: How many messages, acts and stretches of ownership a thread remembers; the oldest go first.
REMEMBERED = 1_000

#: A typing bubble goes away by itself after this time, in milliseconds.
TYPING_LASTS = 20_000


@dataclass(frozen=True)
class Person:
    """Someone on Messenger, known to the Page by a page-scoped id."""

    psid: str
    name: str
    locale: str = "en_US"
    #: What their profile offers where a quick reply asks for it.
    phone: str = ""
    email: str = ""
    page_id: str = ""

    def offers(self, content_type: object) -> str | None:
        """Return what a quick reply of this type offers to send, or none."""
        return {"user_phone_number": self.phone, "user_email": self.email}.get(str(content_type))


@dataclass
class Message:
    """One bubble of the conversation."""

    mid: str
    author: Author
    name: str
    at: int
    #: The app that sent it; the Page Inbox's id for an agent, none for a person.
    app_id: str | None = None
    text: str | None = None
    quick_replies: list[JSON] = field(default_factory=list)
    buttons: list[JSON] = field(default_factory=list)
    attachments: list[JSON] = field(default_factory=list)
    #: How each subscribed app heard it: "messaging" or "standby".
    channels: dict[str, str] = field(default_factory=dict)
    #: Title of the quick reply or button that the person tapped.
    tapped: str | None = None
    #: The mid of the message that this one answers.
    reply_to: str | None = None
    #: Who reacted ("person", or an app's id) to the emoji of it.
    reactions: dict[str, str] = field(default_factory=dict)
    #: How often the person changed the text.
    edits: int = 0
    #: As whom the Page spoke: ``{id, name, profile_picture_url}``.
    persona: JSON | None = None

    def button_choices(self) -> Iterator[tuple[object, object]]:
        """Yield title and payload of each button of it that stays, its templates' too."""
        cards = [
            card
            for attachment in self.attachments
            for card in (attachment.get("payload") or {}).get("elements") or []
        ]
        below = [button for card in cards for button in card.get("buttons") or []]
        for choice in (*self.buttons, *below):
            yield choice.get("title"), choice.get("payload")

    def quick_choices(self) -> Iterator[tuple[object, object]]:
        """Yield title and payload of each quick reply below it: a tap on one is a message."""
        for choice in self.quick_replies:
            yield choice.get("title"), choice.get("payload")


@dataclass
class Act:
    """Something the person did that is no bubble: followed a link, opted in, linked an account."""

    kind: Literal["referral", "optin", "account_linking"]
    at: int
    about: JSON


@dataclass
class Ownership:
    """A stretch of time in which one app, or nobody, owned the thread."""

    app_id: str | None
    since: int
    until: int | None
    cause: Cause


@dataclass
class Thread:
    """State of one conversation. ``thread_control`` holds the rules that change its owner."""

    person: Person
    owner: str | None = None
    #: When ownership lapses if the person stays silent; milliseconds.
    expires_at: int | None = None
    #: An explicit extension, which later messages don't shorten; milliseconds.
    extended_until: int = 0
    last_person_at: int | None = None
    #: The person came by an ad, and has not written since.
    came_by_ad: bool = False
    #: Until when the window is open because of an ad; milliseconds.
    ad_window_until: int = 0
    folder: Literal["main", "done"] = "done"
    unread: bool = False
    seen_at: int | None = None
    messages: list[Message] = field(default_factory=list)
    #: How many older messages are not remembered any more.
    forgotten: int = 0
    ownership: list[Ownership] = field(default_factory=list)
    #: App id to the time its typing bubble appeared.
    typing: dict[str, int] = field(default_factory=dict)
    #: Watermark up to which the person has read.
    read_until: int = 0
    acts: list[Act] = field(default_factory=list)
    #: How the person came to a new thread; told with their first message or tap.
    referral: JSON | None = None
    #: The person blocked the Page, or left Messenger: nothing reaches them.
    unavailable: bool = False
    #: What the person's profile shows the Page: all, names alone, or nothing.
    profile: Literal["open", "no_permission", "phone_only"] = "open"
    #: The menu that this person has in place of the Page's.
    menu: list[JSON] | None = None

    @property
    def psid(self) -> str:
        """The person's page-scoped id, which names the thread."""
        return self.person.psid

    def typing_apps(self, at: int) -> list[str]:
        """Return the apps whose typing bubble shows."""
        return [app_id for app_id, since in self.typing.items() if at - since < TYPING_LASTS]

    def say(self, message: Message) -> None:
        """Add a bubble."""
        self.messages.append(message)
        if len(self.messages) > REMEMBERED:
            del self.messages[0]
            self.forgotten += 1

    def note(self, act: Act) -> None:
        """Add something the person did that is no bubble."""
        self.acts.append(act)
        del self.acts[:-REMEMBERED]

    def message(self, mid: str) -> Message | None:
        """Return a message of this thread, or none."""
        return next((message for message in self.messages if message.mid == mid), None)

    def mark_quick_reply(self, title: str, payload: str | None) -> None:
        """Note on the newest message that offered this quick reply that the person tapped it."""
        for message in reversed(self.messages):
            if (title, payload) in message.quick_choices():
                message.tapped = title
                return

    def mark_button(
        self, title: str, payload: str | None, mid: str | None = None
    ) -> Message | None:
        """Note on the message with this button that the person tapped it, and return it.

        Where ``mid`` doesn't say which it was, it was the newest.
        """
        for message in reversed(self.messages):
            if mid in {None, message.mid} and (title, payload) in message.button_choices():
                message.tapped = title
                return message
        return None
