"""The control API and what the page reads, over HTTP."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest
import requests

from inbox_simulator import redact
from inbox_simulator.client import Client
from inbox_simulator.patience import Patience
from inbox_simulator.server import Simulator
from tests.simulator.receiver import APP, INBOX, SECRET, TOKEN, VERIFY_TOKEN


def events(response, count):
    found = []
    for line in response.iter_lines(chunk_size=1):
        if line.startswith(b"data: "):
            found.append(json.loads(line[6:]))
            if len(found) == count:
                return found
    raise AssertionError(f"the stream ended after {found}")


@pytest.fixture
def stream(simulator):
    opened = []

    def follow(version, **headers):
        url = f"{simulator.url}/_simulator/stream?since={version}"
        response = requests.get(url, stream=True, timeout=10, headers=headers)
        opened.append(response)
        return response

    yield follow
    for response in opened:
        response.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "attacker.example"}, 403),
        ({"Host": "attacker.example:8080"}, 403),
        ({"Host": "127.0.0.1.attacker.example"}, 403),
        ({"Host": "localhost:8080"}, 200),
        ({"Host": "[::1]:8080"}, 200),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_this_machine_s_own_pages_may_use_it(control, simulator, headers, status):
    assert control("GET", "state", headers=headers).status_code == status
    page = requests.get(simulator.url, headers=headers, timeout=5)
    assert page.status_code in ({403} if status == 403 else {200, 404})


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://attacker.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Origin": "http://attacker.example:8080", "Host": "attacker.example:8080"},
    ],
)
def test_another_site_s_page_may_not_use_the_graph_api(simulator, person, headers):
    person.says("hello")
    for path in ("me/messages", "v26.0/me/messages"):
        message = {"recipient": f'{{"id": "{person.psid}"}}', "message": '{"text": "Hi"}'}
        answer = requests.post(
            f"{simulator.url}/{path}", headers=headers,
            data={"access_token": TOKEN, **message}, timeout=5,
        )  # fmt: skip
        assert answer.status_code == 403
    assert requests.get(
        f"{simulator.url}/me?access_token={TOKEN}", headers=headers, timeout=5
    ).status_code == 403  # fmt: skip
    assert [message.author for message in person.thread.messages] == ["person"]


def test_the_simulator_s_own_origin_and_none_may_use_all_of_it_over_http_and_https():
    with Simulator(https_port=0) as simulator:
        for url in (simulator.url, simulator.https_url):
            for headers in ({}, {"Origin": url}):
                for path in ("", "_simulator/state", f"me?access_token={TOKEN}"):
                    answer = requests.get(
                        f"{url}/{path}", headers=headers, verify=str(simulator.authority), timeout=5
                    )
                    assert answer.status_code == 200
        across = {"Origin": simulator.url}
        answer = requests.get(
            f"{simulator.https_url}/me?access_token={TOKEN}",
            headers=across, verify=str(simulator.authority), timeout=5,
        )  # fmt: skip
        assert answer.status_code == 403


def test_a_client_from_another_machine_is_refused(simulator):
    app = simulator._server.app
    client = app.test_client()
    answer = client.get("/_simulator/state", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == 403
    forged = {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}
    assert client.get("/_simulator/state", environ_base=forged).status_code == 403


def test_a_missing_body_means_an_empty_one_and_nonsense_is_refused(control):
    psid = control("POST", "people").json()["psid"]
    assert psid.isdigit()
    assert control("POST", f"people/{psid}/messages").status_code == 400
    assert control("POST", "people/12345/messages", {"text": "hi"}).status_code == 404
    assert control("GET", "threads/12345").status_code == 404
    assert control("POST", "clock", {"advance_seconds": -1}).status_code == 400
    assert control("POST", "clock", {"advance_seconds": 1e300}).status_code == 400
    assert control("POST", "people", ["Ana"]).status_code == 400
    assert control("POST", "nonsense").status_code == 404
    assert control("PUT", "switches", {"inbox_done": "maybe"}).status_code == 400
    assert control("POST", "apps", {"app_id": "77"}).status_code == 400


def test_a_thread_is_shown_with_owner_folder_and_messages(control, person, agent):
    person.says("hello")
    agent.replies("Mia here")
    shown = control("GET", f"threads/{person.psid}").json()
    assert shown["owner"]["app_id"] == INBOX
    assert shown["folder"] == "main"
    assert [(m["author"], m["name"], m["text"]) for m in shown["messages"]] == [
        ("person", "Ana", "hello"), ("agent", "Mia", "Mia here")
    ]  # fmt: skip
    assert shown["window_closes_at"] - shown["messages"][0]["at"] == 24 * 3_600_000
    assert [o["cause"] for o in shown["ownership"]] == ["message", "reply"]


def test_reset_returns_to_the_seed_with_ids_that_are_new_or_the_seed_s_own(control):
    def first_psid(**seed):
        control("POST", "reset", seed)
        return control("POST", "people", {"name": "Ana"}).json()["psid"]

    assert first_psid(seed=3) == first_psid(seed=3)
    assert first_psid() != first_psid()
    assert len(control("GET", "state").json()["people"]) == 1


def test_time_passes_when_told_to(control, simulator):
    before = control("GET", "clock").json()["now"]
    after = control("POST", "clock", {"advance_seconds": 3600}).json()["now"]
    assert 3_600_000 <= after - before < 3_660_000
    assert simulator.now() >= after


def test_who_follows_the_clock_has_read_the_new_time_when_time_has_passed(control, simulator):
    ended = threading.Event()
    times = []

    def follow():
        with requests.Session() as session:
            while not ended.wait(0.2):
                times.append(session.get(f"{simulator.url}/_simulator/clock", timeout=5).json())

    follower = threading.Thread(target=follow)
    follower.start()
    try:
        Patience(5).wait_for(lambda: len(times) > 1, lambda: "nobody follows")
        after = control("POST", "clock", {"advance_seconds": 3600}).json()["now"]
        Patience(0.1).wait_for(
            lambda: times[-1]["now"] >= after - 1000, lambda: "the follower is behind"
        )
    finally:
        ended.set()
        follower.join()


def test_switches_explain_themselves_and_can_be_put_back(control):
    shown = control("GET", "switches").json()
    assert shown["inbox_done"] == "pass_to_default"
    assert shown["explanations"]["inbox_done"]["options"][0] == "pass_to_default"
    assert control("PUT", "switches", {**shown, "inbox_done": "release"}).status_code == 200
    assert control("GET", "state").json()["switches"]["inbox_done"] == "release"


def test_the_journal_has_calls_and_deliveries_and_no_secret(
    control, simulator, person, receiver, graph, quiet
):
    person.says("hello")
    graph.says(person.psid, "Hi")
    url = f"{simulator.url}/me/messages"
    requests.post(url, params={"access_token": TOKEN}, json={"access_token": TOKEN}, timeout=5)
    requests.post(url, data={"access_token": TOKEN, "message": "{}"}, timeout=5)
    requests.post(url, data=f'{{"access_token": "{TOKEN}", broken', timeout=5)
    graph.get("debug_token", input_token=f"{APP}|{SECRET}")
    graph.session.get(f"{simulator.url}/{TOKEN}", timeout=5)
    quiet()
    entries = control("GET", "journal?since=0").json()
    told = json.dumps(entries)
    for secret in (TOKEN, SECRET, VERIFY_TOKEN):
        assert secret not in told
    call = next(e for e in entries if e["kind"] == "call")
    assert (call["edge"], call["status"], call["app_id"]) == ("messages", 200, APP)
    assert call["headers"]["Authorization"] == redact.HIDDEN
    delivery = next(e for e in entries if e.get("field") == "messages")
    assert json.loads(delivery["raw"]) == delivery["body"]
    assert delivery["headers"]["X-Hub-Signature-256"].startswith("sha256=")
    assert control("GET", f"journal?since={entries[-1]['seq']}").json() == []


def test_the_journal_can_be_filtered(control, person, receiver, graph, quiet):
    person.says("hello")
    graph.says(person.psid, "Hi")
    graph.get("me")
    quiet()

    def found(**wanted):
        return control("GET", "journal", params=wanted).json()

    assert {entry["kind"] for entry in found(kind="call")} == {"call"}
    assert [entry["edge"] for entry in found(kind="call", psid=person.psid)] == ["messages"]
    assert all("message_echoes" in entry["fields"] for entry in found(edge="message_echoes"))
    assert found(edge="message_echoes")
    assert {entry["app_id"] for entry in found(app_id=APP)} == {APP}
    assert found(app_id="77") == []
    newest = found()[-1]["seq"]
    assert found(since=newest) == []
    assert control("GET", "journal?colour=red").status_code == 400


def test_the_stream_tells_each_change_and_what_was_missed(control, person, agent, stream):
    version = control("GET", "state").json()["version"]
    person.says("hello")
    control("PUT", "notice", {"text": "Rasa is training", "ready": False})
    told = events(stream(version), 2)
    assert [change["kind"] for change in told] == ["thread", "notice"]
    assert told[0]["thread"]["messages"][0]["text"] == "hello"
    assert told[1]["notice"] == {"text": "Rasa is training", "ready": False}
    following = stream(told[1]["version"])
    control("PUT", "notice", {})
    assert events(following, 1)[0]["notice"] is None
    returning = stream(0, **{"Last-Event-ID": str(told[0]["version"])})
    assert events(returning, 1)[0]["kind"] == "notice"


@pytest.mark.parametrize("version", [0, 10**15])
def test_a_gap_that_can_not_be_replayed_asks_for_the_state_anew(control, person, stream, version):
    assert events(stream(version), 1)[0]["kind"] == "reset"


def test_another_app_is_connected_and_may_become_the_default(control, person, receiver, quiet):
    values = {
        "app_id": "77", "app_secret": "s77", "access_token": "t77", "name": "Another bot",
        "webhook_url": receiver.url, "verify_token": VERIFY_TOKEN, "default": True,
    }  # fmt: skip
    assert control("POST", "apps", values).json() == {"app_id": "77", "status": "connected"}
    person.says("hello")
    assert person.thread.owner == "77"
    quiet()
    heard = {got.channel: got for got in receiver.of_kind("message")}
    assert heard["messaging"].signed_with("s77")
    assert heard["standby"].signed_with(SECRET)
    listed = control("GET", "apps").json()
    assert [app["default"] for app in listed] == [False, True]
    assert "s77" not in json.dumps(listed)


def test_the_command_serves_says_where_and_ends_on_a_signal():
    command = [sys.executable, "-m", "inbox_simulator", "run", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as running:
        line = running.stdout.readline() if running.stdout else ""
        url = line.split()[-1]
        assert requests.get(f"{url}/_simulator/clock", timeout=5).status_code == 200
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0


def test_who_serves_every_address_is_reached_at_the_loopback_one_that_is_told(simulator):
    # Only said to be served everywhere: a test opens nothing to the network.
    simulator._server.host = "::"
    assert simulator.url.startswith("http://[::1]:")
    simulator._server.host = "0.0.0.0"
    assert simulator.url.startswith("http://127.0.0.1:")
    client = Client(simulator.url)
    client.post("stories", {"name": "agent_steps_in", "pace": 0})
    Patience(10).wait_for(
        lambda: client.get("stories")["playing"]["steps"], lambda: "no step is played"
    )


def test_a_taken_port_is_one_clear_line(simulator):
    command = [
        sys.executable,
        "-m",
        "inbox_simulator",
        "run",
        "--port",
        simulator.url.split(":")[2],
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "can't be taken" in ended.stderr


def test_a_reset_keeps_the_messenger_profile_with_the_apps_and_else_lets_it_be_told_anew(
    simulator, control, graph, stream
):
    profile = {"get_started": {"payload": "hello"}}
    graph.post("messenger_profile", **profile)
    control("POST", "reset", {"keep_apps": True})
    assert control("GET", "state").json()["page"]["profile"] == profile
    control("POST", "reset", {})
    state = control("GET", "state").json()
    assert state["page"]["profile"] == {}
    graph.post("messenger_profile", **profile)
    told = events(stream(state["version"]), 2)
    assert [each["page"]["profile"] for each in told if each["kind"] == "page"] == [profile]
