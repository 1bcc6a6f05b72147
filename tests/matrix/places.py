"""What our app may be on a Page: for each, what the simulator and the bridge are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Our app's place on a Page."""

    name: str
    #: Value of the switch ``routing``.
    routing: str
    #: What the bridge's operator sets for such a Page.
    settings: Mapping[str, str] = field(default_factory=dict)
    #: Whether idle threads are ours: as the default app, or as the primary receiver.
    is_default: bool = True
    may_take: bool = True

    @property
    def has_roles(self) -> bool:
        """Whether it is an older Page, with receiver roles."""
        return self.routing == "receiver_roles"

    @property
    def takes_back(self) -> bool:
        """Whether the bridge takes a thread from an agent who falls quiet."""
        return self.is_routed and self.may_take and not self.has_roles

    @property
    def is_routed(self) -> bool:
        """Whether idle threads go to one app."""
        return self.routing != "off"


PLACES = (
    Place("default app", "default_app"),
    Place(
        "default app that may not take", "default_app", {"PAGE_MAY_TAKE": "false"}, may_take=False
    ),
    Place(
        "beside another default app", "default_app", {"PAGE_ROUTING": "other_default_app"},
        is_default=False,
    ),
    Place("no default app", "off", {"PAGE_ROUTING": "no_default_app"}),
    Place("primary receiver", "receiver_roles", {"PAGE_ROUTING": "primary_receiver"}),
    Place(
        "secondary receiver", "receiver_roles", {"PAGE_ROUTING": "secondary_receiver"},
        is_default=False,
    ),
)  # fmt: skip
