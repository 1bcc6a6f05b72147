"""What the web process counts, for Prometheus at ``GET /metrics``."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from sqlalchemy import Connection

from messenger_app.store import conversations, inbox, outbox
from messenger_app.store.tables import CommandStatus, EventStatus

Counts = dict[str, int]

#: How old the figures of what is over may be. Milliseconds.
KEPT_FOR = 60_000


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
        kinds = ("new", "repeated", "unrecognised")
        #: Made beforehand: so each is told from the start, and none is looked for at each delivery.
        self._kinds = {kind: self.events.labels(kind) for kind in kinds}
        self._accepted = self.deliveries.labels("200")
        self._inbox = Gauge(
            "handover_inbox_events", "Stored events by status.", ["status"], registry=self.registry
        )
        self._outbox = Gauge(
            "handover_outbox_commands", "Commands by status.", ["status"], registry=self.registry
        )
        self._busy = Gauge(
            "handover_threads_busy", "Threads with something to do.", registry=self.registry
        )
        self._queued = Gauge(
            "handover_threads_queued",
            "Threads that wait because their bot gets as many calls as it may.",
            registry=self.registry,
        )
        #: When all rows were counted, and what was found.
        self._counted: tuple[int, Counts, Counts] | None = None

    def count(self, **events: int) -> None:
        """Count events of a delivery that was accepted, by kind."""
        for kind, number in events.items():
            if number:
                self._kinds[kind].inc(number)

    def answered(self, status: int) -> None:
        """Count a delivery by what it was answered with."""
        (self._accepted if status == 200 else self.deliveries.labels(str(status))).inc()

    def look(self, connection: Connection, now: int) -> None:
        """Read the figures that stand in the database; ``now`` is by a clock that never steps.

        What is open is counted each time. The rest takes a look at every row, so it is kept.
        """
        events, commands = self._all_counted(connection, now)
        events = {**events, "pending": inbox.number_pending(connection)}
        commands = {**commands, "queued": 0, "running": 0, **outbox.open_counts(connection)}
        for event_status in EventStatus:
            name = event_status.name.lower()
            self._inbox.labels(name).set(events.get(name, 0))
        for command_status in CommandStatus:
            name = command_status.name.lower()
            self._outbox.labels(name).set(commands.get(name, 0))
        self._busy.set(conversations.busy(connection))
        self._queued.set(sum(conversations.queues(connection).values()))

    def _all_counted(self, connection: Connection, now: int) -> tuple[Counts, Counts]:
        counted = self._counted  # another thread may look too
        if counted is None or now - counted[0] >= KEPT_FOR:
            counted = self._counted = (now, inbox.counts(connection), outbox.counts(connection))
        return counted[1:]

    def forget(self) -> None:
        """Say nothing of the database rather than something old."""
        self._inbox.clear()
        self._outbox.clear()
        self._busy.set(float("nan"))
        self._queued.set(float("nan"))
        self._counted = None

    def page(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)
