"""Writes deliveries into the journal."""

import json
from typing import Any
from urllib.parse import urlsplit

from inbox_simulator import redact
from inbox_simulator.lanes import Job
from inbox_simulator.platform.apps import App
from inbox_simulator.recorder import ChangeFeed, Journal


class DeliveryLog:
    """Turns what the sender did into journal entries."""

    def __init__(self, journal: Journal, feed: ChangeFeed) -> None:
        self._journal, self._feed = journal, feed

    def delivered(self, app: App, job: Job, *, headers: dict[str, str], **outcome: Any) -> None:
        """Record one attempt to deliver a webhook."""
        raw = job.body.decode("ascii")
        self._journal.add(
            {
                **_outcome(app, "POST", **outcome),
                "query": {},
                "headers": headers,
                "body": json.loads(raw),
                "raw": raw,
                "psid": job.psid,
                "field": job.names[0][0],
                "channel": job.names[0][1],
                # Of each entry, in order.
                "fields": [name for name, _ in job.names],
                "channels": [channel for _, channel in job.names],
                "attempt": job.attempts + 1,
            }
        )

    def verified(self, app: App, **outcome: Any) -> None:
        """Record a request for the challenge."""
        query = {"hub.mode": "subscribe", "hub.verify_token": redact.HIDDEN}
        entry = _outcome(app, "GET", **outcome)
        self._journal.add({**entry, **_without_body("verification"), "query": query})
        self._feed.note("apps")

    def disabled(self, app: App, dropped: int, at: int) -> None:
        """Record that the Page's subscription of the app was switched off."""
        words = (
            "Webhooks disabled: deliveries failed for an hour, so the app is unsubscribed from"
            f" the Page and {dropped} deliveries are dropped."
            " POST /me/subscribed_apps subscribes again."
        )
        entry = _outcome(app, "POST", at=at, ms=0, status=None, response=words)
        self._journal.add({**entry, **_without_body("webhooks_disabled")})
        self._feed.note("apps")

    def status_changed(self) -> None:
        """Tell the page that an app was lost or came back."""
        self._feed.note("apps")


def _outcome(app: App, method: str, **outcome: Any) -> dict[str, Any]:
    path = urlsplit(app.webhook_url).path or "/"
    return {"kind": "delivery", "app_id": app.app_id, "method": method, "path": path, **outcome}


def _without_body(field: str) -> dict[str, Any]:
    return {"query": {}, "headers": {}, "body": None, "raw": "", "field": field}
