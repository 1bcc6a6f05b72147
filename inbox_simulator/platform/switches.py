"""What Meta's documents leave open, as switches.

The first option is the default, and it is the harder one for a bridge.
"""

from dataclasses import dataclass

from inbox_simulator.platform.errors import JSON, InvalidParameterError


@dataclass(frozen=True)
class Switch:
    """One open question of the platform."""

    options: tuple[str, ...]
    about: str


SWITCHES = {
    "routing": Switch(
        ("default_app", "off", "receiver_roles"),
        "Conversation Routing with a default app, or the Page without one: every connected app"
        " hears every message live, nobody owns a thread until control is passed, and take is"
        " blocked. Receiver roles are the older Handover Protocol: the default app is the primary"
        " receiver and alone may take, the others and the Page Inbox ask it for control, Done"
        " returns control to it, and nothing lapses.",
    ),
    "inbox_done": Switch(
        ("pass_to_default", "release", "nothing"),
        "What Done in the Page Inbox does with control on a routed Page: passes it to the default"
        " app, releases it (the app learns of it with the person's next message), or leaves it with"
        " the inbox.",
    ),
    "echo_and_take": Switch(
        ("take_first", "echo_first"),
        "When an agent replies in a thread that an app owns: whether take_thread_control comes"
        " before the echo of the reply, or after it.",
    ),
    "standby_postbacks": Switch(
        ("without_payload", "empty", "with_payload"),
        "What standby tells of a tapped button: all but its payload, as the reference says; that"
        " there was a tap and nothing of it, as a capture of 2019 shows; or everything. In the"
        " first two cases a quick reply loses its payload, which is assumed, and keeps its text.",
    ),
    "taps_of_own": Switch(
        ("live_and_standby", "live"),
        "How an app that doesn't own the thread hears that a button of its own was tapped: live,"
        " with the payload, and in standby besides, as a developer saw it; or live alone.",
    ),
    "taps_of_others": Switch(
        ("standby", "live"),
        "How a thread's owner hears that a button was tapped which another app sent: in standby, as"
        " everybody but that app, or live. Without its payload either way. An older copy of the"
        " reference says standby, the present one only who gets the payload.",
    ),
    "stickers": Switch(
        ("sticker", "both", "image"),
        "How a sticker arrives: as an attachment of type sticker, which is all there is since"
        " August 2026; beside an image with a sticker_id, as in the months before; or as that image"
        " alone, as it used to.",
    ),
    "locations": Switch(
        ("fallback", "location"),
        "How a shared place arrives: as a fallback with a link, since the reference names no"
        " location any more, or with coordinates, as developers saw it from 2016 on.",
    ),
    "unreactions": Switch(
        ("bare", "with_emoji"),
        "Whether an event of a reaction that was taken back still names the emoji.",
    ),
    "template_echoes": Switch(
        ("without_text", "with_text"),
        "Whether the echo of a button template repeats its text. The published sample has none.",
    ),
    "persona_echoes": Switch(
        ("without_id", "with_id"),
        "Whether the echo of a persona's message names it. No published sample does.",
    ),
    "human_agent_send": Switch(
        ("needs_control", "takes_control"),
        "Whether a message with the tag HUMAN_AGENT takes control for an app that may take. The"
        " documents say only that without the toggle it does not.",
    ),
    "messaging_type": Switch(
        ("optional", "required"),
        "Whether a send without messaging_type is refused. The reference calls it required, and its"
        " own examples leave it out.",
    ),
    "ad_window": Switch(
        ("one_day", "seven_days"),
        "How long the messaging window is that a person's first message after an ad opens: a day,"
        " as nearly every page says, or up to seven, as the policy of September 2026 does.",
    ),
    "person_unavailable": Switch(
        ("code_551", "code_200"),
        "The code of the refusal to reach a person who blocked the Page: logs show both, with the"
        " same subcode and text.",
    ),
    "take_events": Switch(
        ("to_loser", "to_everyone"),
        "Who hears of a take: the app that lost the thread, and nobody where it was idle, as the"
        " page of 2026 for Instagram says; or every app that subscribed, the taker too, as"
        " Messenger's own page of 2025 does.",
    ),
    "take_answer": Switch(
        ("success", "thread_owner"),
        "Whether take_thread_control answers success, as the present page prints it, or the"
        " thread's new owner, as the older page on conversation control does.",
    ),
    "success_flag": Switch(
        ("boolean", "text"),
        "Whether subscribing answers success as true or as the text that two pages print.",
    ),
    "appsecret_proof": Switch(
        ("optional", "required"),
        "Whether a call without appsecret_proof is refused, as an app's owner may choose.",
    ),
    "rate_limits": Switch(
        ("off", "as_documented"),
        "Whether the published limits are enforced, with their headers. Off, so that a test of load"
        " measures the bridge and not the limit.",
    ),
    "batching": Switch(
        ("several_entries", "one_entry"),
        "Whether events of one thread that wait for a receiver go out together, each in an entry of"
        " its own, or each in a POST of its own. Messenger's page allows several entries.",
    ),
    "order_after_failure": Switch(
        ("lets_later_pass", "keeps_order"),
        "Whether what comes after a failed delivery overtakes it or waits for it. The documents"
        " promise no order; without a failure the order of a thread is kept either way.",
    ),
    "unicode_escapes": Switch(
        ("like_meta", "plain_json"),
        "Whether webhook bytes escape / < % @ as Meta's do, or are ordinary ASCII JSON. The"
        " signature covers the bytes either way.",
    ),
}


class Switches:
    """The present value of every switch."""

    def __init__(self, values: dict[str, str] | None = None) -> None:
        self._values = {name: switch.options[0] for name, switch in SWITCHES.items()}
        self.update(values or {})

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def update(self, values: dict[str, str]) -> None:
        """Set some switches; an unknown name or value changes nothing and is refused."""
        for name, value in values.items():
            if name not in SWITCHES:
                known = ", ".join(SWITCHES)
                raise InvalidParameterError(f"There is no switch {name!r}. There are: {known}")
            if value not in SWITCHES[name].options:
                known = ", ".join(SWITCHES[name].options)
                raise InvalidParameterError(f"{name} can't be {value!r}. It can be: {known}")
        self._values.update(values)

    def as_json(self) -> dict[str, str]:
        """Return the values by name."""
        return dict(self._values)


def explanations() -> JSON:
    """Return options and meaning of each switch by its name."""
    return {
        name: {"options": list(switch.options), "about": switch.about}
        for name, switch in SWITCHES.items()
    }
