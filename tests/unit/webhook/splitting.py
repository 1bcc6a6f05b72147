"""Split deliveries for the envelope's tests."""

from typing import Any

from messenger_app.webhook.envelope import ReceivedEvent, split
from tests.unit.payloads import NOW, PAGE_ID, delivery, entry

PAGES = frozenset({PAGE_ID})
OTHER_PAGE = "104729000000002"
ARRIVED = NOW + 700


def received(body: bytes, pages: frozenset[str] = PAGES) -> list[ReceivedEvent]:
    return split(body, pages, ARRIVED)


def one(event: Any, channel: str = "messaging") -> ReceivedEvent:
    (only,) = received(delivery(entry(event, channel=channel)))
    return only
