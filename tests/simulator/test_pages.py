"""Several Pages at once: a token or a PSID says which is meant, and they share nothing else."""

import pytest
import requests
import yaml

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person
from inbox_simulator.patience import Patience
from inbox_simulator.seed import SEED_FILE, Seed
from tests.simulator.conftest import Graph, error_of
from tests.simulator.receiver import APP, INBOX, PAGE, SECRET, TOKEN, Receiver

SECOND, SECOND_TOKEN = "104729000000002", "token-of-the-second-page"


@pytest.fixture
def simulator(tmp_path):
    """A simulator whose seed file has two Pages."""
    seed = yaml.safe_load(SEED_FILE.read_text())
    apps = [{"app_id": APP, "access_token": SECOND_TOKEN, "can_take": True}]
    seed["pages"] = [{"id": SECOND, "name": "Harbour Café", "apps": apps}]
    path = tmp_path / "two_pages.yaml"
    path.write_text(yaml.safe_dump(seed))
    with Simulator(seed=Seed.read(path)) as running:
        yield running


@pytest.fixture
def guest(stage):
    """Gus, who writes to the second Page."""
    return Person(stage, "Gus", page_id=SECOND)


@pytest.fixture
def cafe(simulator):
    calls = Graph(simulator.url, SECOND_TOKEN)
    yield calls
    calls.session.close()


def test_each_webhook_says_which_page_it_is_about(person, guest, receiver, quiet):
    person.says("a book, please")
    guest.says("a coffee, please")
    quiet()
    heard = {got.entry["id"]: got for got in receiver.of_kind("message")}
    assert heard[PAGE].event["message"]["text"] == "a book, please"
    assert heard[SECOND].event["message"]["text"] == "a coffee, please"
    assert heard[SECOND].event["recipient"] == {"id": SECOND}
    assert all(got.signed_with(SECRET) for got in heard.values())


def test_a_token_opens_its_own_page_alone(graph, cafe, person, guest):
    person.says("hello")
    guest.says("hello")
    assert cafe.get("me").json() == {"id": SECOND, "name": "Harbour Café"}
    assert cafe.says(guest.psid, "One coffee").status_code == 200
    assert guest.last_message == "One coffee"
    assert error_of(cafe.says(person.psid, "Psst")) == (100, 2018001)
    assert error_of(graph.get(f"{SECOND}/conversations")) == (100, 33)
    listed = cafe.get("me/conversations", fields="participants").json()["data"]
    assert [each["participants"]["data"][1]["id"] for each in listed] == [SECOND]


def test_control_profile_and_subscriptions_are_each_page_s_own(graph, cafe, person, guest, stage):
    person.says("hello")
    guest.says("hello")
    Agent(stage, guest).takes()
    assert (guest.thread.owner, person.thread.owner) == (INBOX, APP)
    cafe.post("messenger_profile", get_started={"payload": "/cafe"})
    assert graph.get("me/messenger_profile").json() == {"data": []}
    cafe.post("subscribed_apps", subscribed_fields="messages")
    assert "standby" in graph.get("me/subscribed_apps").json()["data"][0]["subscribed_fields"]
    attachment = {"type": "image", "payload": {"url": "https://example.com/a.png"}}
    kept = graph.post("message_attachments", message={"attachment": attachment}).json()
    own = {"type": "image", "payload": kept}
    sent = cafe.post("messages", recipient={"id": guest.psid}, message={"attachment": own})
    assert error_of(sent) == (100, 2018074)


def test_after_an_hour_of_failures_one_page_alone_is_unsubscribed(
    stage, person, guest, receiver, graph, cafe, quiet
):
    person.says("hello")
    quiet()
    receiver.statuses = [500] * 3
    guest.says("hello")
    receiver.wait_for(3, "message")
    receiver.statuses = [500] * 100
    stage.act("clock", {"advance_seconds": 3600})
    Patience(5).wait_for(
        lambda: cafe.get("me/subscribed_apps").json() == {"data": []}, lambda: "still subscribed"
    )
    receiver.statuses = []
    assert len(graph.get("me/subscribed_apps").json()["data"]) == 1


def test_a_page_is_added_while_it_runs_and_listed_for_its_manager(simulator, control, stage, quiet):
    added = control("POST", "pages", {"name": "Harbour Gifts"}).json()
    assert added["name"] == "Harbour Gifts"
    listening = Receiver()
    try:
        simulator.connect(listening.url)
        child = Person(stage, "Cleo", page_id=added["page_id"])
        child.says("a kite, please")
        got = listening.wait_for(1, "message")[0]
        assert got.entry["id"] == added["page_id"]
    finally:
        listening.stop()
    calls = Graph(simulator.url, added["access_token"])
    assert calls.says(child.psid, "Blue or red?").status_code == 200
    calls.session.close()
    accounts = requests.get(
        f"{simulator.url}/me/accounts",
        params={"access_token": "simulated-user-token-opens-nothing-at-meta"}, timeout=5,
    ).json()["data"]  # fmt: skip
    assert [each["name"] for each in accounts] == ["Harbour Books", "Harbour Café", "Harbour Gifts"]
    assert [each["name"] for each in control("GET", "pages").json()] == [
        "Harbour Books", "Harbour Café", "Harbour Gifts"
    ]  # fmt: skip
    shown = control("GET", "state").json()
    assert [each["page_id"] for each in shown["people"]] == [added["page_id"]]
    control("POST", "reset", {})
    assert len(control("GET", "pages").json()) == 2


def test_a_page_may_have_switches_of_its_own(control, stage, person, cafe, guest):
    own = {"name": "Harbour Gifts", "access_token": "gifts", "switches": {"inbox_done": "nothing"}}
    gifts = control("POST", "pages", own).json()
    control("PUT", "switches", {"inbox_done": "release"})
    child = Person(stage, "Cleo", page_id=gifts["page_id"])
    for each in (person, guest, child):
        each.says("hello")
        Agent(stage, each).replies("Hi.")
        Agent(stage, each).marks_done()
    assert [each.thread.owner for each in (person, guest, child)] == [None, None, INBOX]


def test_another_app_may_be_on_one_page_alone(control, guest, person, receiver, quiet):
    values = {
        "app_id": "77", "app_secret": "s77", "access_token": "t77", "webhook_url": receiver.url,
        "page_id": SECOND,
    }  # fmt: skip
    assert control("POST", "apps", values).status_code == 200
    person.says("hello")
    guest.says("hello")
    quiet()
    pages = [got.entry["id"] for got in receiver.of_kind("message") if got.signed_with("s77")]
    assert pages == [SECOND]


@pytest.mark.parametrize(
    ("call", "values"),
    [
        ("pages", {"page_id": PAGE}), ("pages", {"page_id": "café"}),
        ("pages", {"access_token": TOKEN}), ("people", {"page_id": "404"}),
        ("pages", {"switches": {"routing": "sideways"}}), ("pages", {"switches": "off"}),
        ("apps", {"app_id": APP, "page_id": SECOND, "access_token": TOKEN}),
        ("apps", {"app_id": APP, "page_id": "404"}),
    ],
)  # fmt: skip
def test_what_would_mix_two_pages_up_is_refused(control, call, values):
    assert control("POST", call, values).status_code == 400
