"""The HTTP server: connections that stay open, bodies in every form, an end that is one."""

import json
import socket
from http.client import HTTPConnection

import pytest
import requests

from inbox_simulator import Simulator
from tests.simulator.receiver import PAGE, TOKEN


@pytest.fixture
def connection(simulator):
    host, _, port = simulator.url.removeprefix("http://").partition(":")
    opened = HTTPConnection(host, int(port), timeout=5)
    yield opened
    opened.close()


def ask(connection, body=None, **headers):
    headers = {"Authorization": f"Bearer {TOKEN}", **headers}
    connection.request("POST" if body else "GET", "/me", body=body, headers=headers)
    response = connection.getresponse()
    return response.status, response.read()


def test_many_requests_share_one_connection(connection):
    for _ in range(3):
        status, body = ask(connection)
        assert (status, json.loads(body)["id"]) == (200, PAGE)
        assert connection.sock is not None


def test_a_body_that_nobody_wanted_does_not_spoil_the_next_request(connection):
    for path in ("/_simulator/nonsense", "/me/nonsense"):
        connection.request("POST", path, body=b'{"x": 1}' * 1000)
        response = connection.getresponse()
        response.read()
        assert response.status in {400, 401, 404}
    assert ask(connection)[0] == 200


def test_an_answer_leaves_in_one_piece(connection):
    connection.connect()
    connection.sock.sendall(b"GET /_simulator/clock HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.sock.recv(4096).endswith(b"}\n")


def test_a_chunked_body_is_read(connection):
    parts = iter([b'{"greeting": ', b'[{"locale": "default", "text": "Hi"}]}'])
    connection.request(
        "POST", "/me/messenger_profile", body=parts, encode_chunked=True,
        headers={"Authorization": f"Bearer {TOKEN}", "Transfer-Encoding": "chunked"},
    )  # fmt: skip
    assert json.loads(connection.getresponse().read()) == {"result": "success"}


@pytest.mark.parametrize("length", ["40000000", "-1", "many"])
def test_a_body_of_an_impossible_length_is_refused(connection, length):
    connection.putrequest("POST", "/me/messages")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    assert response.status == 413


def test_stopping_cuts_open_connections_and_frees_the_port():
    simulator = Simulator().start()
    port = int(simulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as idle:
        idle.sendall(b"GET /_simulator/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        simulator.stop()
        while idle.recv(4096):
            pass
    with Simulator(port=port) as again:
        assert again.url.endswith(str(port))


def test_a_simulator_that_never_started_can_be_stopped():
    Simulator().stop()


def test_https_is_served_beside_http_and_can_be_checked():
    with Simulator(https_port=0) as simulator:
        path = "_simulator/clock"
        checked = requests.get(
            f"{simulator.https_url}/{path}", verify=str(simulator.authority), timeout=5
        )
        assert checked.status_code == 200
        assert requests.get(f"{simulator.url}/{path}", timeout=5).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{simulator.https_url}/{path}", timeout=5)
        authority = simulator.authority
    assert authority is not None
    assert not authority.exists()


def test_who_never_shakes_hands_holds_nobody_up():
    with Simulator(https_port=0) as simulator:
        port = int(str(simulator.https_url).rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)):
            url = f"{simulator.https_url}/_simulator/clock"
            answer = requests.get(url, verify=str(simulator.authority), timeout=5)
            assert answer.status_code == 200
