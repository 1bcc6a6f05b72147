"""Each kind of web worker takes what comes at once, stores it, and ends in good order."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from messenger_app.store import inbox
from tests.support.bridge import Bridge
from tests.support.meta import entry, message, signatures

PEOPLE, WORDS = 16, 10


@pytest.fixture(params=["threads", "gevent"])
def bridge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bridge]:
    settings = {"WEB_WORKERS": request.param, "RASA_URL": "http://127.0.0.1:9", "CLOCK_URL": ""}
    bridge = Bridge(tmp_path, settings=settings)
    bridge.start_web()
    yield bridge
    bridge.stop()


def deliver(bridge: Bridge, psid: str) -> list[int]:
    """Deliver what one person says, each word twice; return how it was answered."""
    statuses = []
    with requests.Session() as session:
        for word in range(WORDS):
            said = entry(messaging=[message(psid, f"word {word}", f"m_{psid}_{word}")])
            body = json.dumps({"object": "page", "entry": [said]}).encode()
            for _ in range(2):
                answer = session.post(
                    bridge.webhook_url, data=body, headers=signatures(body), timeout=10
                )
                statuses.append(answer.status_code)
    return statuses


def test_everything_that_came_at_once_is_stored_once(bridge: Bridge) -> None:
    with ThreadPoolExecutor(PEOPLE) as people:
        answers = list(people.map(lambda psid: deliver(bridge, str(psid)), range(1, PEOPLE + 1)))
    assert answers == [[200] * 2 * WORDS] * PEOPLE
    with bridge.database.reading() as connection:
        assert inbox.counts(connection) == {"pending": PEOPLE * WORDS}


def test_a_kind_that_there_is_not_is_refused_with_what_there_is(tmp_path: Path) -> None:
    bridge = Bridge(tmp_path, settings={"WEB_WORKERS": "fibres"})
    with pytest.raises(AssertionError, match="WEB_WORKERS must be one of threads, gevent"):
        bridge.start_web()
    bridge.database.close()
