"""How the Page may be set up, what the operator says of it, and how its webhooks are told."""

from collections.abc import Mapping
from enum import StrEnum

import orjson

from inbox_simulator.platform.world import Platform
from inbox_simulator.seed import Seed
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID, BotWhileHuman, Policy, Target
from messenger_app.conversation.routing import Routing
from tests.together.meta import START

OUR_APP = "615243000000001"
BILLING = "777000000000001"
#: Where the Page's own bot and the other one listen.
OWN, MOODBOT = "http://127.0.0.1:5005", "http://127.0.0.1:5007"


class Kind(StrEnum):
    """How the Page is set up."""

    OURS = "our app is the default app"
    OTHER = "another app is the default app"
    NOBODY = "no default app"
    NO_TOGGLE = "our app may not take control, and the bridge knows"
    UNTOLD_TOGGLE = "our app may not take control, and nobody told the bridge"
    PRIMARY = "an older Page, our app is its primary receiver"
    SECONDARY = "an older Page, another app is its primary receiver"
    CHANGING = "an older Page, whose primary receiver is now our app, now another one"


#: Where there are receiver roles, and nothing lapses.
OLDER = frozenset({Kind.PRIMARY, Kind.SECONDARY, Kind.CHANGING})


def page(kind: Kind, switches: Mapping[str, str]) -> Platform:
    """Return the platform with our app and another."""
    platform = Seed.read(webhook_url="http://127.0.0.1:9/webhook").grow(epoch=1)
    billing = Seed.read(webhook_url="").grow(epoch=1).apps[OUR_APP]
    billing.app_id, billing.name = BILLING, "Billing"
    platform.apps[BILLING] = billing
    routing = "off" if kind is Kind.NOBODY else "default_app"
    routing = "receiver_roles" if kind in OLDER else routing
    platform.switches.update({**switches, "routing": routing})
    platform.default_app_id = BILLING if kind in {Kind.OTHER, Kind.SECONDARY} else OUR_APP
    platform.apps[OUR_APP].can_take = kind not in {Kind.NO_TOGGLE, Kind.UNTOLD_TOGGLE}
    return platform


def policy(kind: Kind, bot_while_human: BotWhileHuman, page_id: str) -> Policy:
    """Return the operator's choices: the defaults, with three targets."""
    return Policy(
        app_id=OUR_APP,
        targets={
            "page_inbox": Target("page_inbox", "A person from our team", PAGE_INBOX_APP_ID),
            "billing": Target("billing", "Billing team", BILLING, kind="app"),
            "moodbot": Target("moodbot", "MoodBot", app_id="", kind="bot", url=MOODBOT),
        },
        default_target="page_inbox",
        own_bots={page_id: OWN},
        routing={
            Kind.OTHER: Routing.OTHER_DEFAULT_APP,
            Kind.NOBODY: Routing.NO_DEFAULT_APP,
            Kind.PRIMARY: Routing.PRIMARY_RECEIVER,
            Kind.CHANGING: Routing.PRIMARY_RECEIVER,
            Kind.SECONDARY: Routing.SECONDARY_RECEIVER,
        }.get(kind, Routing.DEFAULT_APP),
        may_take=kind is not Kind.NO_TOGGLE,
        bot_while_human=bot_while_human,
    )


def told(body: bytes) -> str:
    """Tell a webhook in one line."""
    entry = orjson.loads(body)["entry"][0]
    channel = "standby" if "standby" in entry else "messaging"
    event = entry[channel][0]
    what = {key: event[key] for key in event if key not in {"sender", "recipient", "timestamp"}}
    at = (entry["time"] - START) / 1000
    return f"{channel} of +{at:.3f} {orjson.dumps(what).decode()}"
