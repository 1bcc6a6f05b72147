"""What messages hold, apart from words: what a person attaches, what a bot offers to tap."""

from dataclasses import dataclass

from messenger_app.conversation import buttons as _buttons


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something that is no words: what is not known of it is empty."""

    #: As the platform names it: image, audio, video, file, sticker, location, fallback, ...
    kind: str
    url: str = ""
    title: str = ""
    sticker_id: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """The link, advertisement or product that brought a person; what is not known of it is empty.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_referrals
    """

    #: What the link or the advertisement carries.
    ref: str = ""
    #: As the platform names it: SHORTLINK, ADS, ...
    source: str = ""
    #: OPEN_THREAD, ...
    type: str = ""
    ad_id: str = ""
    product_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateButton:
    """A button that stays in the thread: it has a payload, or else opens what it names."""

    title: str
    payload: str = ""
    url: str = ""
    phone_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessage:
    """One message of the bot's answer, before Messenger's limits are applied."""

    text: str = ""
    image: str | None = None
    #: A file, video, ... as an ``attachment`` object of the Send API.
    attachment: dict[str, object] | None = None
    #: Title and payload of each button that may go once it was tapped: the quick replies.
    buttons: tuple[tuple[str, str], ...] = ()
    #: The buttons that need a place of their own, in a button template.
    template: tuple[TemplateButton, ...] = ()
    #: A Messenger message that the bot wrote itself, passed on as it is.
    custom: dict[str, object] | None = None

    @property
    def payloads(self) -> tuple[str, ...]:
        """The payloads of all its buttons, in the order in which taps on them are numbered."""
        if self.custom is not None:
            return _buttons.payloads(self.custom)
        return (
            *(payload for _, payload in self.buttons),
            *(button.payload for button in self.template),
        )

    @property
    def in_words(self) -> str:
        """How the transcript shows it."""
        if self.text:
            return self.text
        attached = self.attachment or (self.custom or {}).get("attachment")
        kind = attached.get("type") if isinstance(attached, dict) else None
        return f"[{kind or ('image' if self.image else 'message')}]"
