"""Tell people outside Messenger that they are wanted."""

from collections.abc import Sequence

import requests
import structlog

from messenger_app.conversation.commands import NotifyAgents
from messenger_app.deadlines import deadline
from messenger_app.http import WatchedAdapter
from messenger_app.jobs.job import CALL_DEADLINE, Job, Result, Settled

log = structlog.get_logger(__name__)

#: Seconds to connect to an address that is notified, and for it to answer.
NOTIFY_TIMEOUT = (2.0, 2.0)
#: Seconds for all addresses together, whatever they do; each has an equal share.
NOTIFY_WITHIN = CALL_DEADLINE / 1000 - 1


class Notifying:
    """Posts to the addresses of NOTIFY_URLS."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._notify_urls = tuple(urls)
        self._notifier = requests.Session()
        self._notifier.mount("http://", WatchedAdapter())
        self._notifier.mount("https://", WatchedAdapter())

    def notify(self, job: Job, command: NotifyAgents) -> Result:
        """Tell each address once; whoever does not listen is written to the log."""
        body = {
            "about": command.about,
            "text": command.text,
            "page_id": job.page_id,
            "psid": job.psid,
        }
        failed = 0
        for url in self._notify_urls:
            try:
                with deadline(NOTIFY_WITHIN / len(self._notify_urls)):
                    self._notifier.post(url, json=body, timeout=NOTIFY_TIMEOUT).raise_for_status()
            except requests.RequestException as error:  # the address may hold a secret
                failed += 1
                log.warning("agents.not_notified", thread=job.thread, error=type(error).__name__)
        return Settled(refused=f"{failed} of {len(self._notify_urls)} failed" if failed else "")
