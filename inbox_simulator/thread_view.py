"""A thread as the control API shows it, to look at and to describe."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True)
class MessageView:
    """One bubble."""

    mid: str
    author: str
    name: str
    app_id: str | None
    at: int
    text: str | None
    quick_replies: list[JSON]
    buttons: list[JSON]
    attachments: list[JSON]
    channels: dict[str, str]
    reply_to: str | None
    #: Who reacted ("person", or an app's id), and with which emoji.
    reactions: list[JSON]
    #: How often the text was changed.
    edits: int

    @classmethod
    def read(cls, values: JSON) -> "MessageView":
        """Read a message of the control API's answer."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__})

    def choices(self) -> list[JSON]:
        """Return what can be tapped: each with ``kind``, ``title`` and ``payload``."""
        elements = [
            element
            for attachment in self.attachments
            for element in (attachment.get("payload") or {}).get("elements", [])
        ]
        buttons = self.buttons + [b for element in elements for b in element.get("buttons", [])]
        return [{"kind": "quick_reply", **reply} for reply in self.quick_replies] + [
            {"kind": "postback", **button} for button in buttons if button["type"] == "postback"
        ]

    def reaction_of(self, who: str) -> str | None:
        """Return the emoji with which somebody reacted, or none."""
        return next((each["emoji"] for each in self.reactions if each["by"] == who), None)

    def words(self) -> Iterator[str]:
        """Yield everything that can be read on the bubble."""
        yield self.text or ""
        for attachment in self.attachments:
            for element in (attachment.get("payload") or {}).get("elements", []):
                yield element.get("title") or ""
                yield element.get("subtitle") or ""
        for choice in (*self.choices(), *self.buttons):
            yield choice.get("title") or ""

    def shows(self, text: str) -> bool:
        """Tell whether the words are on the bubble, in one place; capitals don't matter."""
        return any(text.casefold() in words.casefold() for words in self.words())

    def describe(self) -> str:
        """Return the bubble as one line."""
        titles = [f"[{choice['title']}]" for choice in self.choices()]
        files = [f"({attachment.get('type')})" for attachment in self.attachments]
        return " ".join([f"{self.name} ({self.author}):", self.text or "", *files, *titles])


@dataclass(frozen=True)
class ThreadView:
    """A conversation: who owns it, where it lies, what was said."""

    owner: str | None
    folder: str
    messages: list[MessageView]

    @classmethod
    def read(cls, values: JSON) -> "ThreadView":
        """Read the control API's answer."""
        owner = values["owner"]
        messages = [MessageView.read(message) for message in values["messages"]]
        return cls(owner["app_id"] if owner else None, values["folder"], messages)

    def choices(self) -> list[JSON]:
        """Return what can be tapped, the newest message's first."""
        spoken = [m for m in reversed(self.messages) if m.author != "person"]
        return [choice for message in spoken for choice in message.choices()]

    def describe(self) -> str:
        """Return owner, folder and the last messages, for the words of a failure."""
        lines = [f"  owner: {self.owner or 'nobody'}, folder: {self.folder}, it ends with"]
        lines += [f"    {message.describe()}" for message in self.messages[-6:]]
        return "\n".join(lines if self.messages else [*lines, "    (nothing was said)"])

    def describe_choices(self) -> str:
        """Return what can be tapped, for the words of a failure."""
        titles = ", ".join(repr(choice["title"]) for choice in self.choices()) or "nothing"
        return f"  There is: {titles}\n{self.describe()}"
