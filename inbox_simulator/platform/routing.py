"""Which app hears an event, and on which channel.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/standby

The owner hears it live in ``messaging``, everyone else in ``standby``: listen, don't speak. A tap
on a message's button is the exception: the app that sent the button hears it live, whoever owns
the thread.
"""

from collections.abc import Callable

from inbox_simulator.platform import thread_control
from inbox_simulator.platform.coverage import assumed, documented, observed
from inbox_simulator.platform.errors import JSON
from inbox_simulator.platform.thread import Thread
from inbox_simulator.platform.world import Delivery, Platform

#: What one app is sent of an event: on which channel, and what it says there.
Copies = list[tuple[str, JSON]]


def route_to_default(platform: Platform, thread: Thread, at: int) -> None:
    """Give an idle thread to the default app, because the person wrote or that app answers."""
    if thread.owner is None and platform.routed_app_id is not None:
        lasts = platform.ownership_lasts
        thread_control.give(thread, platform.routed_app_id, at, "message", lasts)
        thread.folder = "done"


def channel_for(platform: Platform, thread: Thread, app_id: str) -> str:
    """Return the channel on which an app hears the thread at this moment."""
    # Idle without a default app: everyone hears everything live, and may answer.
    live_for = thread.owner or platform.routed_app_id or app_id
    return "messaging" if live_for == app_id else "standby"


def publish(
    platform: Platform, thread: Thread, name: str, event: JSON, in_standby: JSON | None = None
) -> dict[str, str]:
    """Send an event to every app that subscribed to it; return who hears it how.

    ``in_standby`` replaces the event for apps that only listen.
    """

    def copies_for(app_id: str) -> Copies:
        channel = channel_for(platform, thread, app_id)
        return [(channel, in_standby if in_standby and channel == "standby" else event)]

    return _send(platform, thread, name, copies_for)


def publish_tap(
    platform: Platform, thread: Thread, sent_by: str, event: JSON, bare: JSON, in_standby: JSON
) -> dict[str, str]:
    """Send a tap on a message's button: live to the app that sent it, to others in standby.

    ``bare`` is the event without its payload, for an owner who hears it live all the same.
    """
    live_for_owner = platform.switches["taps_of_others"] == "live"
    twice_for_sender = platform.switches["taps_of_own"] == "live_and_standby"

    def copies_for(app_id: str) -> Copies:
        has_thread = channel_for(platform, thread, app_id) == "messaging"
        if app_id != sent_by:
            live = live_for_owner and has_thread
            return [("messaging", bare) if live else ("standby", in_standby)]
        in_vain = [("standby", in_standby)] if twice_for_sender and not has_thread else []
        return [*in_vain, ("messaging", event)]

    return _send(platform, thread, "messaging_postbacks", copies_for)


def _send(
    platform: Platform, thread: Thread, name: str, copies_for: Callable[[str], Copies]
) -> dict[str, str]:
    """Send each app that subscribed its copies; return who hears it how."""
    channels = {}
    for app_id, app in platform.apps.items():
        for channel, copy in copies_for(app_id):
            if app.hears(name, channel):
                channels[app_id] = channel
                platform.outbox.append(
                    Delivery(app_id, platform.page.id, thread.psid, name, channel, copy)
                )
    return channels


def notify(platform: Platform, thread: Thread, app_id: str, event: JSON) -> None:
    """Tell one app that thread control moved. The Page Inbox has no webhook to tell."""
    app = platform.apps.get(app_id)
    if app is not None and app.hears("messaging_handovers", "messaging"):
        platform.outbox.append(
            Delivery(
                app_id, platform.page.id, thread.psid, "messaging_handovers", "messaging", event
            )
        )


COVERS = (
    documented(
        "events",
        "a tap on a message's button goes live to the app that sent it, with its payload",
        "webhooks/webhook-events/standby",
    ),
    observed(
        "events",
        "and to that app in standby too, if it doesn't own the thread",
        "ker0x/messenger#72",
        switch="taps_of_own",
    ),
    assumed("events", "what the owner hears of a tap on another's", switch="taps_of_others"),
    documented(
        "events",
        "standby has messages, reads, deliveries and postbacks",
        "webhooks/webhook-events/standby",
    ),
    documented(
        "events",
        "standby has echoes, as a sample shows",
        "webhooks/webhook-events/message-echoes",
    ),
    assumed(
        "events",
        "standby has reactions, edits, referrals, opt-ins and linked accounts too",
        why="the page names four kinds, and none says where the others go",
    ),
    assumed(
        "events",
        "standby needs the event's own field beside its own",
        why="no page says that the one field brings all events",
    ),
    assumed(
        "events",
        "Get Started, the menu and ice breakers go to the owner",
        why="no message of an app's offered them",
    ),
)
