"""What the web process counts, for Prometheus at ``GET /metrics``."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from sqlalchemy import Connection

from messenger_app.store import conversations, inbox, outbox


class Metrics:
    """The counters of one web process, and gauges that are read from the database."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.deliveries = Counter(
            "handover_webhook_deliveries_total",
            "Webhook deliveries by what they were answered with.",
            ["status"],
            registry=self.registry,
        )
        self.events = Counter(
            "handover_webhook_events_total",
            "Events of accepted deliveries: new, repeated or unrecognised.",
            ["kind"],
            registry=self.registry,
        )
        self._inbox = Gauge(
            "handover_inbox_events", "Stored events by status.", ["status"], registry=self.registry
        )
        self._outbox = Gauge(
            "handover_outbox_commands", "Commands by status.", ["status"], registry=self.registry
        )
        self._busy = Gauge(
            "handover_threads_busy", "Threads with something to do.", registry=self.registry
        )

    def page(self, connection: Connection) -> bytes:
        """Return all figures in Prometheus' text format."""
        for status, number in inbox.counts(connection).items():
            self._inbox.labels(status).set(number)
        for status, number in outbox.counts(connection).items():
            self._outbox.labels(status).set(number)
        self._busy.set(conversations.busy(connection))
        return generate_latest(self.registry)
