"""Which app hears an event, and on which channel.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/standby

The owner hears it live in ``messaging``, everyone else in ``standby``: listen, don't speak.
"""

from inbox_simulator.platform import thread_control
from inbox_simulator.platform.errors import JSON
from inbox_simulator.platform.thread import Thread
from inbox_simulator.platform.world import Delivery, Platform


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
    channels = {}
    for app_id, app in platform.apps.items():
        channel = channel_for(platform, thread, app_id)
        if app.hears(name, channel):
            copy = in_standby if in_standby is not None and channel == "standby" else event
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
