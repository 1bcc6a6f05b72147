"""Apps that are connected to the Page."""

from dataclasses import dataclass, field

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


@dataclass
class App:
    """A connected app: who it is, where its webhook is, what it subscribed to."""

    app_id: str
    name: str
    app_secret: str
    access_token: str
    webhook_url: str = ""
    verify_token: str = ""
    fields: list[str] = field(default_factory=lambda: list(FIELDS))
    #: Page settings, Advanced Messaging: "take control of conversations".
    can_take: bool = False
    #: False once the platform switched the subscription off after an hour of failures.
    subscribed: bool = True

    def hears(self, name: str, channel: str) -> bool:
        """Tell whether an event of this field reaches the app on this channel."""
        if not self.subscribed or not self.webhook_url or name not in self.fields:
            return False
        return channel == "messaging" or "standby" in self.fields
