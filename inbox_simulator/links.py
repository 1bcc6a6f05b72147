"""Whether an app's webhook is there: verification, and the way back after an outage."""

import contextlib
import secrets
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from inbox_simulator.clock import stopwatch
from inbox_simulator.platform.apps import App

#: A receiver has this long to answer, in seconds.
DEADLINE = 5.0
PROBE_EVERY = 0.5
#: Who asks for the challenge, as receivers have logged it.
ASKS = "facebookplatform/1.0 (+http://developers.facebook.com)"
LONGEST_PAUSE = 30.0


@dataclass
class Link:
    """What is known about one app's webhook."""

    url: str
    verify_token: str
    verified: bool = False
    reachable: bool = False
    #: Stopwatch reading before which no new attempt is made.
    next_try: float = 0.0
    failures: int = 0

    @property
    def status(self) -> str:
        """Return "connected", "unreachable" or "unverified"."""
        if not self.verified:
            return "unverified"
        return "connected" if self.reachable else "unreachable"

    def pause(self) -> None:
        """Wait longer after each failure."""
        self.failures += 1
        self.next_try = stopwatch() + min(PROBE_EVERY * 2**self.failures, LONGEST_PAUSE)


class Links:
    """One link for each app; remembered across a reset as long as the address stays."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}
        self._lock = threading.Lock()

    def of(self, app: App) -> Link:
        """Return the app's link, a new one if its address or verify token changed."""
        url = app.webhook_url
        with self._lock:
            link = self._links.get(app.app_id)
            if link is None or (link.url, link.verify_token) != (url, app.verify_token):
                # Without a verify token there is nothing to verify.
                link = Link(url, app.verify_token, verified=not app.verify_token, reachable=True)
                self._links[app.app_id] = link
            return link

    def put(self, app_id: str, link: Link) -> None:
        """Remember a link that was verified before the app got its address."""
        with self._lock:
            self._links[app_id] = link


def answers(url: str) -> bool:
    """Tell whether something listens at the address, without saying anything to it."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with contextlib.suppress(OSError):
        socket.create_connection((parts.hostname or "", port), timeout=PROBE_EVERY).close()
        return True
    return False


def verify(session: requests.Session, link: Link) -> tuple[int | None, str]:
    """Ask the webhook for the challenge, as the platform does when a webhook is set up.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks

    Returns the status (none if unreachable) and the answer, and marks the link.
    """
    challenge = str(secrets.randbelow(10**9))
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": link.verify_token,
        "hub.challenge": challenge,
    }
    try:
        response = session.get(
            link.url, params=query, headers={"User-Agent": ASKS},
            timeout=DEADLINE, allow_redirects=False,
        )  # fmt: skip
    except requests.RequestException as error:
        link.reachable = False
        return None, type(error).__name__
    link.reachable = True
    link.verified = response.status_code == 200 and response.text.strip() == challenge
    if link.verified:
        link.failures = 0
    return response.status_code, response.text[:500]
