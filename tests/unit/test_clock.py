import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from flask import Flask, Response
from werkzeug.serving import make_server

from messenger_app.clock import Clock
from tests.support.waiting import wait_for
from tests.unit.servers import refused_url

DAY = 24 * 60 * 60 * 1000


class Told:
    """A clock over HTTP that says what it is told to say."""

    def __init__(self) -> None:
        self.answer: Any = {"now": 0}

    def view(self) -> Response:
        return Response(json.dumps(self.answer), mimetype="application/json")


@contextmanager
def served(told: Told) -> Iterator[str]:
    app = Flask("clock")
    app.add_url_rule("/clock", view_func=told.view)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/clock"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def look(clock: Clock) -> None:
    with requests.Session() as session:
        clock.look(session)


def test_without_another_clock_the_machines_time_counts() -> None:
    clock = Clock()
    look(clock)
    before = Clock.machine()
    assert before <= clock.now() <= Clock.machine()


def test_a_followed_clock_is_kept_up_with_between_looks() -> None:
    told = Told()
    with served(told) as url:
        clock = Clock(url)
        told.answer = {"now": Clock.machine() + DAY}
        look(clock)
        assert DAY - 2_000 < clock.now() - Clock.machine() <= DAY
        told.answer = {"now": Clock.machine() - DAY}
        look(clock)
        assert clock.now() < Clock.machine()


@pytest.mark.parametrize("answer", [{}, [], None, {"now": None}, {"now": "soon"}, "words"])
def test_a_clock_that_says_nothing_leaves_the_time_as_it_was(answer: Any) -> None:
    told = Told()
    with served(told) as url:
        clock = Clock(url)
        told.answer = {"now": Clock.machine() + DAY}
        look(clock)
        told.answer = answer
        look(clock)
    assert clock.now() - Clock.machine() > DAY - 2_000


def test_a_clock_that_is_away_leaves_the_time_as_it_was() -> None:
    clock = Clock(refused_url())
    look(clock)
    assert abs(clock.now() - Clock.machine()) < 2_000


def test_a_clock_is_followed_until_it_is_stopped() -> None:
    told = Told()
    told.answer = {"now": Clock.machine() + DAY}
    with served(told) as url:
        clock = Clock(url)
        clock.follow()
        wait_for(lambda: clock.now() - Clock.machine() > DAY - 5_000, "the clock to be followed")
        clock.stop()
        wait_for(
            lambda: not any(thread.name == "clock" for thread in threading.enumerate()),
            "the thread to end",
        )
