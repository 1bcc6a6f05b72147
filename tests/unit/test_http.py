"""Calls that end by a deadline, on real sockets."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from messenger_app.http import Remote, was_never_sent
from tests.unit.servers import refused_url

#: How an answer begins that then comes a byte at a time.
IN_A_HEADER = b"HTTP/1.1 200 OK\r\nX: "
IN_A_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
IN_A_LAST_BODY = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.fixture(params=[IN_A_HEADER, IN_A_BODY, IN_A_LAST_BODY])
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that sends its answer a byte at a time, and never gets to its end."""
    start = request.param
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(start)
            while not over.wait(0.05):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    over.set()
    thread.join()
    listener.close()


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked, and sets a cookie."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        heard = {"path": self.path, "headers": dict(self.headers), "body": body.decode()}
        answer = json.dumps(heard).encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "server=1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST  # noqa: N815 - the names that the library looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def echoing() -> Iterator[str]:
    """A server that answers with what it was asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_that_drips_is_cut_off_and_the_outcome_is_unknown(dripping: str) -> None:
    remote = Remote(dripping, 1)
    began = time.monotonic()
    with pytest.raises(requests.RequestException) as failed:
        remote.get("", timeout=(1, 20), within=0.3)
    assert time.monotonic() - began < 5
    assert not was_never_sent(failed.value)
    remote.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_drips_is_cut_off_too(
    dripping: str, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", dripping)
    remote = Remote(f"{scheme}://graph.example", 1)
    began = time.monotonic()
    with pytest.raises(requests.RequestException):
        remote.post("", {}, timeout=(1, 20), within=0.3)
    assert time.monotonic() - began < 5
    remote.close()


def test_a_call_whose_time_ends_before_it_is_connected_is_never_sent(
    echoing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo
    over = threading.Event()

    def slow_lookup(*arguments: Any, **options: Any) -> Any:
        over.wait(0.5)
        return lookup(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow_lookup)
    remote = Remote(echoing, 1)
    with pytest.raises(requests.RequestException) as failed:
        remote.post("late", {}, timeout=(3, 3), within=0.1)
    assert was_never_sent(failed.value)
    over.set()
    heard = remote.post("next", {}, timeout=(1, 1), within=2).json()
    assert heard["path"] == "/next"
    assert "Cookie" not in heard["headers"]  # which the first answer would have set
    remote.close()


def test_a_proxy_that_refuses_the_connection_was_never_sent_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", refused_url())
    remote = Remote("http://graph.example", 1)
    with pytest.raises(requests.ConnectionError) as failed:
        remote.post("", {}, timeout=(1, 1), within=2)
    assert was_never_sent(failed.value)
    remote.close()


def test_a_call_that_ends_in_time_cuts_off_no_later_one(echoing: str) -> None:
    remote = Remote(echoing, 1)
    for _ in range(3):
        assert remote.post("", {}, timeout=(1, 1), within=0.4).ok
        time.sleep(0.2)
    remote.close()


def test_each_call_carries_what_all_carry_and_its_own_body(echoing: str) -> None:
    remote = Remote(echoing, 1, headers={"Authorization": "Bearer a"})
    for words in ("one", "zwei ü"):
        heard = remote.post("say", {"words": words}, timeout=(1, 1), within=2).json()
        assert heard["path"] == "/say"
        assert heard["headers"]["Authorization"] == "Bearer a"
        assert json.loads(heard["body"]) == {"words": words}
    heard = remote.get("look", query={"psid": "7"}, timeout=(1, 1), within=2).json()
    assert heard["path"] == "/look?psid=7"
    remote.close()


def test_a_load_balancers_cookie_is_brought_back(echoing: str) -> None:
    remote = Remote(echoing, 1)
    heard = [remote.post("", {}, timeout=(1, 1), within=2).json()["headers"] for _ in range(3)]
    assert [headers.get("Cookie") for headers in heard] == [None, "server=1", "server=1"]
    remote.close()


def test_calls_go_through_the_proxy_that_the_environment_names(
    echoing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", echoing)
    remote = Remote("http://bot.example", 1)
    assert remote.post("a", {}, timeout=(1, 1), within=2).json()["path"] == "http://bot.example/a"
    remote.close()


def test_a_refused_connection_was_never_sent() -> None:
    remote = Remote(refused_url(), 1)
    with pytest.raises(requests.ConnectionError) as failed:
        remote.post("", {}, timeout=(1, 1), within=2)
    assert was_never_sent(failed.value)
    remote.close()
