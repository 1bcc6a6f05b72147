"""The older Handover Protocol's roles: one app is the primary receiver, every other is secondary.

https://developers.facebook.com/docs/messenger-platform/handover-protocol/assign-app-roles
"""

from inbox_simulator.platform import events
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.world import Delivery, Platform

PRIMARY, SECONDARY = "primary_receiver", "secondary_receiver"


def assigned(platform: Platform) -> dict[str, str]:
    """Return each connected app's role; none where the Page has no roles."""
    if not platform.has_roles:
        return {}
    return {
        app_id: PRIMARY if app_id == platform.default_app_id else SECONDARY
        for app_id in platform.apps
    }


def tell_changes(platform: Platform, before: dict[str, str], at: int) -> None:
    """Tell each app whose role is another one than before; that a role is gone is told to none."""
    for app_id, role in assigned(platform).items():
        app = platform.apps[app_id]
        if before.get(app_id) != role and app.hears("messaging_handovers", "messaging"):
            event = events.roles_changed(platform.page.id, app_id, role, at)
            field = "messaging_handovers"
            platform.outbox.append(
                Delivery(app_id, platform.page.id, "", field, "messaging", event)
            )


COVERS = (
    documented(
        "thread control",
        "the older roles, primary and secondary",
        "https://developers.facebook.com/docs/messenger-platform/handover-protocol",
    ),
    assumed("thread control", "which of the three a Page has", switch="routing"),
    assumed(
        "receiver roles",
        "an agent's reply moves no control",
        why="the pages name the move to Main alone, which does it here too",
    ),
    assumed(
        "receiver roles",
        "each app is told its own role alone",
        why="the sample has one app; a receiver looks for its own id",
    ),
    documented(
        "receiver roles",
        "app_roles has the Page as recipient, as the table says; the sample has a person",
        "webhooks/webhook-events/messaging_handovers",
    ),
    assumed(
        "receiver roles",
        "every app may ask who owns a thread",
        why="the pages know no refusal; a fault rule gives one",
    ),
    assumed(
        "receiver roles",
        "the Page Inbox is never the primary receiver",
        why="then no app could take, which the Page without a default app shows",
    ),
    assumed(
        "receiver roles",
        "release, extend and a send's thread_control are refused",
        why="they came to the platform after the roles",
    ),
)
