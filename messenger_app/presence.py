"""Show the person that they were read and that an answer is being written.

It is done on the side: nobody waits for it, and whatever goes wrong with it changes nothing. Where
Graph is slow, such signs are left out rather than shown late.
"""

import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from messenger_app.graph.client import GraphClient
from messenger_app.graph.errors import GraphError

log = structlog.get_logger(__name__)

#: Calls that may be under way at once, and those that may wait for one of them to end.
CALLS, WAITING = 4, 32

#: Shown when the bot is asked, in this order.
#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sender-actions
ACTIONS = ("mark_seen", "typing_on")


@dataclass(frozen=True, slots=True)
class _Sign:
    page_id: str
    psid: str
    action: str
    #: Set once the answer is there: a bubble that came after it would stay for 20 seconds.
    late: threading.Event = field(compare=False)


class Presence:
    """Sends ``mark_seen`` and ``typing_on`` beside the question to the bot."""

    def __init__(self, graph: Mapping[str, GraphClient]) -> None:
        """``graph`` is by Page id."""
        self._graph = graph
        self._signs: queue.Queue[_Sign] = queue.Queue(WAITING)
        self._started = threading.Lock()
        self._calls: list[threading.Thread] = []

    @contextmanager
    def shown(self, page_id: str, psid: str) -> Iterator[None]:
        """Show it while the block runs, at most; what was not begun by its end is left out."""
        late = threading.Event()
        self._start()
        for action in ACTIONS:
            try:
                self._signs.put_nowait(_Sign(page_id, psid, action, late))
            except queue.Full:
                break
        try:
            yield
        finally:
            late.set()

    def _start(self) -> None:
        """Start the calling threads with the first sign: they end with the process.

        What the machine gives no thread for is started with a later sign.
        """
        with self._started:
            while len(self._calls) < CALLS:
                name = f"presence-{len(self._calls)}"
                call = threading.Thread(target=self._call, name=name, daemon=True)
                try:
                    call.start()
                except RuntimeError as error:  # no more processes or no memory
                    log.debug("presence.no_thread", reason=str(error))
                    return
                self._calls.append(call)

    def _call(self) -> None:
        while True:
            sign = self._signs.get()
            if sign.late.is_set():
                continue
            try:
                self._graph[sign.page_id].send_action(sign.psid, sign.action)
            except GraphError as error:
                log.debug("presence.not_shown", action=sign.action, reason=str(error))
            except Exception as error:  # noqa: BLE001 - a fault of our own ends no thread for good
                log.error("presence.crashed", action=sign.action, error=type(error).__name__)
