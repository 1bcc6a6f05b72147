"""Apps that are connected to the Page."""

from dataclasses import dataclass, field

from inbox_simulator.platform.errors import InvalidParameterError

#: Two pages of Meta's documents print these names in the singular.
SINGULAR_NAMES = {
    "messaging_handover": "messaging_handovers",
    "messaging_postback": "messaging_postbacks",
    "messaging_referral": "messaging_referrals",
    "message_echo": "message_echoes",
    "message_read": "message_reads",
    "message_delivery": "message_deliveries",
    "message_reaction": "message_reactions",
    "message_edit": "message_edits",
    "messaging_optin": "messaging_optins",
}

#: Fields of a Page's subscription that this model sends.
FIELDS = (
    "messages",
    "messaging_postbacks",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_referrals",
    "messaging_optins",
    "messaging_account_linking",
    "messaging_handovers",
    "standby",
)

#: Fields that are published; those that this model doesn't send can be subscribed to all the same.
PUBLISHED_FIELDS = (
    *FIELDS,
    "messaging_policy_enforcement",
    "messaging_feedback",
    "messaging_game_plays",
    "response_feedback",
    "send_cart",
    "messenger_template_status_update",
    "message_template_status_update",
    "messaging_customer_information",
    "messaging_in_thread_lead_form_submit",
    "messaging_seen",
    "message_context",
    "inbox_labels",
    "feed",
)


def known_fields(names: list[str]) -> list[str]:
    """Return the names in the plural that the webhooks reference uses, each once."""
    stripped = [name.strip() for name in names if name.strip()]
    return list(dict.fromkeys(SINGULAR_NAMES.get(name, name) for name in stripped))


def published_fields(names: list[str], parameter: str) -> list[str]:
    """Return the names in the plural, or refuse the first that no field has."""
    fields = known_fields(names)
    for number, name in enumerate(fields):
        if name not in PUBLISHED_FIELDS:
            raise InvalidParameterError(
                f"(#100) Param {parameter}[{number}] must be one of"
                f" {{{', '.join(PUBLISHED_FIELDS)}}} - got {name!r}"
            )
    return fields


@dataclass
class App:
    """A connected app: who it is, where its webhook is, what it subscribed to.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
    """

    app_id: str
    name: str
    app_secret: str
    access_token: str
    webhook_url: str = ""
    verify_token: str = ""
    #: What the Page's subscription of the app lists.
    fields: list[str] = field(default_factory=lambda: list(FIELDS))
    #: What the app's own webhook lists, for all Pages. Both have to list a field.
    app_fields: list[str] = field(default_factory=lambda: list(FIELDS))
    #: Page settings, Advanced Messaging: "take control of conversations".
    can_take: bool = False
    #: False once the platform switched the subscription off after an hour of failures.
    subscribed: bool = True

    def hears(self, name: str, channel: str) -> bool:
        """Tell whether an event of this field reaches the app on this channel."""
        if not self.subscribed or not self.webhook_url or not self._lists(name):
            return False
        return channel == "messaging" or self._lists("standby")

    def _lists(self, name: str) -> bool:
        return name in self.fields and name in self.app_fields
