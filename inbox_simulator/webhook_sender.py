"""Signs webhooks and posts them: for each app and thread in order, again until they are taken.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks

A receiver has five seconds to answer 200. A failed delivery is sent again at once, then with
growing pauses; after an hour of failures the app is unsubscribed from the Page. How long the pauses
are is not published. What comes after a failed delivery overtakes it (a switch). The hour passes on
the simulator's clock.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import requests

from inbox_simulator import links, wire
from inbox_simulator.clock import stopwatch
from inbox_simulator.delivery_log import DeliveryLog
from inbox_simulator.faults import Faults, Rule
from inbox_simulator.lanes import Job, Lanes
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.coverage import assumed, documented, observed
from inbox_simulator.platform.switches import Switches
from inbox_simulator.platform.world import Delivery
from inbox_simulator.posting import Poster

#: How many deliveries may be under way at once; threads are started as they are needed.
WORKERS = 100
#: Milliseconds of failure after which the Page's subscription is switched off.
GIVE_UP_AFTER = 3_600_000
PACE = 0.05


class Directory(Protocol):
    """Who the apps are, and what time it is."""

    def now(self) -> int:
        """Return the simulator's time in milliseconds."""

    def app(self, app_id: str) -> App | None:
        """Return an app by its id."""

    def apps(self) -> list[App]:
        """Return every connected app."""

    def unsubscribe(self, app_id: str, page_id: str) -> None:
        """Switch a Page's subscription of an app off."""


class WebhookSender:
    """Background threads that deliver; their number grows with what is under way at once."""

    def __init__(self, directory: Directory, faults: Faults, log: DeliveryLog) -> None:
        self._directory, self._faults, self._log = directory, faults, log
        self._now = directory.now
        self._links, self._poster = links.Links(), Poster()
        self._lanes = Lanes(directory.now, self._may_send)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the pacer, which wakes what waits. Workers come when there is work."""
        self._run(self._pace)

    def stop(self) -> None:
        """End the threads; what was not delivered is dropped."""
        self._stopping.set()
        self._lanes.close()
        deadline = stopwatch() + links.DEADLINE + 1
        for thread in list(self._threads):
            thread.join(timeout=max(0.0, deadline - stopwatch()))
        self._poster.close()

    @property
    def pending(self) -> int:
        """How many deliveries wait or are under way."""
        return self._lanes.count

    def status(self, app: App) -> str:
        """Return "connected", "unreachable" or "unverified"."""
        return self._links.of(app).status

    def submit(self, deliveries: Sequence[Delivery], switches: Switches) -> None:
        """Queue what the model wants to be sent."""
        if not deliveries:
            return
        for delivery in deliveries:
            job = _job(delivery, switches)
            rule = self._strike(job, ("duplicate", "reorder", "delay"))
            if rule is not None and rule.do in {"delay", "reorder"}:
                job.not_before = self._now() + int(rule.seconds * 1000)
                job.held = rule.do == "reorder"
            if rule is not None and rule.do == "duplicate":
                job.seal(self._now())
                self._lanes.add(replace(job))
            self._lanes.add(job)
        self._hire()

    def resend(self, job: Job) -> None:
        """Queue the same bytes once more."""
        self._lanes.add(job)
        self._hire()

    def clear(self) -> None:
        """Drop everything that waits."""
        self._lanes.clear()

    def look_after(self, app: App) -> None:
        """Verify the app's webhook now, if it listens; else the pacer does it when it does."""
        with _session() as session:
            self._look_after(session, app)

    def challenge(self, app: App, url: str, verify_token: str) -> tuple[int | None, str]:
        """Ask an address that is to become the app's webhook for its challenge.

        Returns the status, none if it can't be reached, and 400 for a wrong answer; and the words.
        """
        link = links.Link(url, verify_token)
        at, started = self._now(), stopwatch()
        with _session() as session:
            status, words = links.verify(session, link)
        ms = round((stopwatch() - started) * 1000, 1)
        self._log.verified(app, at=at, ms=ms, status=status, response=words)
        if link.verified:
            self._links.put(app.app_id, link)
        return (400 if status == 200 and not link.verified else status), words

    def _may_send(self, app_id: str) -> bool:
        app = self._directory.app(app_id)
        return app is None or self._links.of(app).verified

    def _hire(self) -> None:
        # What is queued before the start waits for the pacer.
        while self._threads and self._lanes.hires(WORKERS):
            try:
                self._run(self._work)
            except RuntimeError:  # The machine has no thread to give: those that are there go on.
                self._lanes.dismiss()
                return

    def _run(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _work(self) -> None:
        while (job := self._lanes.take()) is not None:
            app = self._directory.app(job.app_id)
            done = app is None or self._attempt(app, job)
            self._lanes.settle(job, done=done)
            if app is not None and not done and self._too_late(job):
                self._give_up(app, job.page_id)

    def _attempt(self, app: App, job: Job) -> bool:
        """Post once and journal it. Returns whether the receiver took it."""
        at, started = self._now(), stopwatch()
        job.seal(at)
        rule = self._strike(job, ("error", "drop_response"))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            **wire.signatures(job.body, app.app_secret),
        }
        if rule is not None and rule.do == "error":
            status, answer = rule.error.get("status", 500), "a fault kept it from the receiver"
        else:
            status, answer = self._poster.post(app.webhook_url, job.body, headers)
        link = self._links.of(app)
        was_reachable, link.reachable = link.reachable, status is not None
        if link.reachable:
            link.failures, link.next_try = 0, 0.0
        lost = rule is not None and rule.do == "drop_response"
        self._log.delivered(
            app, job, at=at, ms=round((stopwatch() - started) * 1000, 1), headers=headers,
            status=None if lost else status,
            response="a fault lost the receiver's answer" if lost else answer,
        )  # fmt: skip
        if was_reachable != link.reachable:
            self._log.status_changed()
        if status == 200 and not lost:
            return True
        job.failed(self._now())
        return False

    def _strike(self, job: Job, kinds: tuple[str, ...]) -> Rule | None:
        return self._faults.strike(
            "webhook", kinds, edge=tuple(name for names in job.names for name in names),
            app_id=(job.app_id,), psid=(job.psid,),
        )  # fmt: skip

    def _too_late(self, job: Job) -> bool:
        failing_since = job.first_failed_at
        return failing_since is not None and self._now() - failing_since >= GIVE_UP_AFTER

    def _give_up(self, app: App, page_id: str) -> None:
        self._directory.unsubscribe(app.app_id, page_id)
        dropped = self._lanes.clear(app.app_id, page_id)
        self._log.disabled(app, dropped, self._now())

    def _pace(self) -> None:
        """Wake what has waited long enough, verify webhooks, look whether lost ones are back."""
        with _session() as session:
            next_probe = 0.0
            while not self._stopping.wait(PACE):
                self._lanes.promote()
                self._hire()
                if stopwatch() >= next_probe:
                    next_probe = stopwatch() + links.PROBE_EVERY
                    for app in self._directory.apps():
                        self._look_after(session, app)

    def _look_after(self, session: requests.Session, app: App) -> None:
        link = self._links.of(app)
        if not app.webhook_url or link.status == "connected" or stopwatch() < link.next_try:
            return
        if not links.answers(app.webhook_url):
            return
        if not link.verified:
            self._verify(session, app)
        else:
            # Something listens again: try at once; the next delivery's outcome marks the link.
            self._lanes.hurry(app.app_id)
            link.pause()

    def _verify(self, session: requests.Session, app: App) -> None:
        link = self._links.of(app)
        at, started = self._now(), stopwatch()
        status, answer = links.verify(session, link)
        ms = round((stopwatch() - started) * 1000, 1)
        self._log.verified(app, at=at, ms=ms, status=status, response=answer)
        if link.verified:
            self._lanes.promote()
        else:
            link.pause()


def _job(delivery: Delivery, switches: Switches) -> Job:
    return Job(
        delivery.app_id, delivery.page_id, delivery.psid,
        [(delivery.field, delivery.channel)], deliveries=[delivery],
        like_meta=switches["unicode_escapes"] == "like_meta",
        joins=switches["batching"] == "several_entries",
        steps_aside=switches["order_after_failure"] == "lets_later_pass",
    )  # fmt: skip


def _session() -> requests.Session:
    session = requests.Session()
    # A proxy of the environment has no business between the simulator and a local receiver.
    session.trust_env = False
    return session


COVERS = (
    documented("deliveries", "an answer within 5 s", "webhooks"),
    documented("deliveries", "again until they are taken; unsubscribed after an hour", "webhooks"),
    documented("deliveries", "an alert to developers after 15 minutes", "webhooks", done=False),
    observed("deliveries", "User-Agent of the challenge", "receivers' logs"),
    assumed("deliveries", "the pauses in between", why="faults and the clock give any other"),
    documented(
        "deliveries", "one event in an entry, several entries", "webhooks", switch="batching"
    ),
    assumed(
        "deliveries",
        "what goes out together is of one thread",
        why="a receiver that leaves entries unread loses events by it all the same",
    ),
    documented(
        "deliveries",
        "no order after a failure",
        "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
        switch="order_after_failure",
    ),
    observed("deliveries", "an entry's time is that of sending", "captures of developers"),
)
