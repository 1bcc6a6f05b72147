"""What a receiver gets: bytes, signatures, order, and everything again until it is taken."""

import hashlib
import json
import threading

import pytest

from inbox_simulator import Simulator, wire
from inbox_simulator.actors import Person
from inbox_simulator.patience import Patience
from tests.simulator.receiver import APP, INBOX, PAGE, SECRET, Receiver


class Slow(Receiver):
    """Answers only once ``go_on`` is set; ``asked`` is set when something came."""

    def __init__(self):
        self.asked, self.go_on = threading.Event(), threading.Event()
        super().__init__(before_answer=self._hold)

    def _hold(self):
        self.asked.set()
        self.go_on.wait(20)


@pytest.fixture
def slow(simulator):
    """A receiver that is connected in place of the usual one."""
    connected = Slow()
    try:
        simulator.connect(connected.url)
        yield connected
    finally:
        connected.go_on.set()
        connected.stop()


def first_attempt(simulator):
    """Wait for a delivery to be answered, or given up, and return what the journal says of it."""

    def attempts():
        return [entry for entry in simulator.journal.since(0) if entry.get("attempt")]

    Patience(10).wait_for(attempts, lambda: "no attempt")
    return attempts()[0]


def test_a_webhook_has_meta_s_bytes_and_both_signatures(person, receiver):
    person.says("Grüße 😀 <b> 100% me@example.com http://x/y")
    got = receiver.wait_for(1, "message")[0]
    assert b'"text":"Gr\\u00fc\\u00dfe \\ud83d\\ude00 \\u003Cb> 100\\u0025 me\\u0040' in got.body
    assert b"http:\\/\\/x\\/y" in got.body
    assert got.signed_with(SECRET)
    assert got.signed_with(SECRET, "X-Hub-Signature", hashlib.sha1)
    assert got.entry["id"] == PAGE
    assert got.event["message"]["text"] == "Grüße 😀 <b> 100% me@example.com http://x/y"
    assert not got.signed_with("another secret")


@pytest.mark.parametrize("like_meta", [True, False])
def test_both_ways_to_escape_mean_the_same_json(like_meta):
    body = {"text": 'a/b <i> 5% @ "q" \\ é 漢 😀', "n": [1, None, True]}
    encoded = wire.encode(body, like_meta=like_meta)
    assert encoded.isascii()
    assert json.loads(encoded) == body


def test_events_of_a_thread_arrive_in_order_though_the_receiver_fails_at_times(
    person, receiver, set_switches
):
    set_switches({"order_after_failure": "keeps_order", "batching": "one_entry"})
    receiver.statuses = [200, 500, 500, 200, 503]
    for number in range(8):
        person.says(str(number))
    receiver.wait_for(11, "message")
    texts = [got.event["message"]["text"] for got in receiver.received]
    assert texts == ["0", "1", "1", "1", "2", "2", "3", "4", "5", "6", "7"]


def test_what_comes_after_a_failed_delivery_overtakes_it(simulator, person, receiver, quiet):
    simulator.faults.replace({"rules": [{"on": "webhook", "do": "error", "times": 3}]})
    person.says("late")
    Patience(10).wait_for(
        lambda: any(e.get("attempt") == 3 for e in simulator.journal.since(0)), lambda: "retries"
    )
    person.says("second")
    person.says("third")
    quiet()
    texts = [got.event["message"]["text"] for got in receiver.received]
    assert texts == ["second", "third", "late"]


def test_what_waits_for_a_receiver_goes_out_together(simulator, person, slow, quiet):
    person.says("0")
    assert slow.asked.wait(5)
    for number in range(1, 5):
        person.says(str(number))
    assert simulator.sender.pending == 5
    slow.go_on.set()
    quiet()
    assert [got.event["message"]["text"] for got in slow.received] == list("01234")
    assert slow.posts == 2
    entry = simulator.journal.since(0, {"kind": "delivery"})[-1]
    assert entry["fields"] == ["messages"] * 4
    simulator.resend(entry)
    assert slow.wait_for(9)[5].body == slow.received[1].body


def test_events_that_wait_go_out_one_by_one_where_a_switch_says_so(
    simulator, person, receiver, quiet, set_switches
):
    set_switches({"batching": "one_entry"})
    receiver.statuses = [500]
    for number in range(5):
        person.says(str(number))
    quiet()
    assert receiver.posts == len(receiver.received) == 6


def test_an_entry_has_the_time_of_sending_and_the_event_its_own(simulator, person, receiver):
    rule = {"on": "webhook", "do": "delay", "seconds": 0.3, "times": 1}
    simulator.faults.replace({"rules": [rule]})
    person.says("hello")
    person.says("again")
    first, second = receiver.wait_for(2, "message")
    assert first.entry["time"] - first.event["timestamp"] >= 300
    assert second.entry["time"] > second.event["timestamp"]


def test_a_message_of_the_page_comes_back_as_echo_and_receipt(person, receiver, graph):
    person.says("hello")
    sent = graph.says(person.psid, "Hi!", metadata="outbox 7").json()
    echo = receiver.wait_for(1, "echo")[0]
    assert echo.event["message"] == {
        "mid": sent["message_id"], "is_echo": True, "text": "Hi!", "app_id": int(APP),
        "metadata": "outbox 7",
    }  # fmt: skip
    delivery = receiver.wait_for(1, "delivery")[0]
    assert delivery.event["delivery"]["mids"] == [sent["message_id"]]
    person.says("thanks")
    assert receiver.wait_for(1, "read")[0].event["read"]["watermark"] == echo.event["timestamp"]


def test_an_agent_s_reply_is_told_as_take_and_standby_echo(person, agent, receiver):
    person.says("hello")
    agent.replies("Mia here")
    receiver.wait_for(1, "echo")
    assert receiver.kinds()[:3] == [
        ("message", "messaging"), ("take_thread_control", "messaging"), ("echo", "standby")
    ]  # fmt: skip
    take = receiver.of_kind("take_thread_control")[0].event["take_thread_control"]
    assert take == {"previous_owner_app_id": APP, "new_owner_app_id": INBOX}
    assert receiver.of_kind("echo")[0].event["message"]["app_id"] == int(INBOX)


def test_who_starts_late_still_gets_everything_once_it_is_verified(simulator, stage, person):
    late = Receiver()
    late.stop()
    simulator.connect(late.url)
    person.says("anyone?")
    assert stage.client.get("pending") == {"deliveries": 1}
    assert stage.client.get("apps")[0]["status"] == "unverified"
    listening = Receiver(port=late.port)
    try:
        assert listening.wait_for(1, "message")[0].event["message"]["text"] == "anyone?"
        assert listening.challenges == 1
        assert stage.client.get("apps")[0]["status"] == "connected"
    finally:
        listening.stop()


def test_the_challenge_is_asked_for_under_the_name_that_receivers_log(simulator, receiver):
    assert receiver.asked_by == ["facebookplatform/1.0 (+http://developers.facebook.com)"]


def test_a_wrong_verify_token_gets_nothing_delivered(simulator, stage, person):
    suspicious = Receiver(verify_token="another")
    try:
        simulator.connect(suspicious.url)
        person.says("anyone?")
        assert suspicious.challenges == 1
        assert stage.client.get("apps")[0]["status"] == "unverified"
        assert suspicious.received == []
        assert stage.client.get("pending") == {"deliveries": 1}
    finally:
        suspicious.stop()


def test_a_receiver_that_was_gone_gets_what_it_missed(simulator, stage, person, receiver, quiet):
    person.says("one")
    quiet()
    receiver.stop()
    person.says("two")
    Patience(5).wait_for(
        lambda: stage.client.get("apps")[0]["status"] == "unreachable", lambda: "status"
    )
    back = Receiver(port=receiver.port)
    try:
        assert back.wait_for(1, "message")[0].event["message"]["text"] == "two"
        quiet()
    finally:
        back.stop()


def test_an_answer_that_takes_longer_than_five_seconds_is_none(simulator, person, slow):
    person.says("hello")
    assert slow.asked.wait(5)
    attempt = first_attempt(simulator)
    assert attempt["status"] is None
    assert "no answer" in attempt["response"]
    assert 4_900 < attempt["ms"] < 6_500


def test_many_people_s_webhooks_are_under_way_at_once(simulator, stage):
    everyone = threading.Barrier(40)
    receiver = Receiver(before_answer=lambda: everyone.wait(4))
    try:
        simulator.connect(receiver.url)
        people = [Person(stage, f"Person {number}") for number in range(40)]
        for person in people:
            person.says("hello")
        receiver.wait_for(40, "message", seconds=4)
        assert not everyone.broken
    finally:
        receiver.stop()


def test_where_no_thread_can_be_started_webhooks_wait_for_one(
    simulator, person, receiver, monkeypatch
):
    start = threading.Thread.start
    refused: list[threading.Thread] = []

    def refuse_a_worker(thread):
        if "_work" in thread.name and len(refused) < 3:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse_a_worker)
    person.says("hello")
    receiver.wait_for(1, "message")
    assert len(refused) == 3


def test_an_address_may_carry_a_name_and_a_password(simulator, person, receiver):
    simulator.connect(receiver.url.replace("//", "//bot:word@"))
    person.says("hello")
    assert receiver.wait_for(1, "message")[0].headers["Authorization"] == "Basic Ym90OndvcmQ="


def test_an_address_that_leads_nowhere_is_told_in_the_journal(simulator, person):
    simulator.connect("nonsense", verify_token="")
    person.says("hello")
    attempt = first_attempt(simulator)
    assert (attempt["status"], attempt["response"]) == (None, "no answer: MissingSchema")


def test_after_an_hour_of_failures_the_app_is_unsubscribed(
    simulator, stage, person, receiver, graph
):
    receiver.statuses = [500] * 1000
    person.says("hello")
    receiver.wait_for(2, "message")
    stage.act("clock", {"advance_seconds": 3500})
    tried = len(receiver.received)
    receiver.wait_for(tried + 1, "message")
    assert graph.get("me/subscribed_apps").json()["data"]
    stage.act("clock", {"advance_seconds": 100})
    Patience(5).wait_for(
        lambda: simulator.journal.since(0)[-1].get("field") == "webhooks_disabled",
        lambda: str(simulator.journal.since(0)[-1]),
    )
    assert stage.client.get("pending") == {"deliveries": 0}
    assert graph.get("me/subscribed_apps").json() == {"data": []}
    receiver.statuses = []
    person.says("nobody hears this")
    graph.post("subscribed_apps", subscribed_fields="messages,standby")
    person.says("this is heard")
    assert receiver.wait_for(1)[-1] is not None
    Patience(5).wait_for(
        lambda: receiver.received[-1].event["message"]["text"] == "this is heard", lambda: "news"
    )
    assert "nobody hears this" not in [g.event["message"]["text"] for g in receiver.received]


def test_the_journal_sends_the_same_bytes_again(simulator, stage, person, receiver, quiet):
    person.says("Grüße")
    quiet()
    entry = next(e for e in simulator.journal.since(0) if e.get("field") == "messages")
    stage.client.post(f"journal/{entry['seq']}/resend")
    first, second = receiver.wait_for(2, "message")
    assert first.body == second.body
    assert first.headers["X-Hub-Signature-256"] == second.headers["X-Hub-Signature-256"]


def test_two_simulators_in_one_process_share_nothing(simulator, person, receiver, quiet):
    with Simulator() as other:
        other.faults.replace({"rules": [{"on": "webhook", "do": "error"}]})
        other.connect(receiver.url, app_secret="of the other")
        other.clock.advance(3600)
        with other.acting() as (platform, _):
            platform.switches.update({"inbox_done": "release"})
        person.says("hello")
        quiet()
        assert receiver.wait_for(1, "message")[0].signed_with(SECRET)
        with other.acting() as (platform, _):
            assert platform.threads == {}
        with simulator.acting() as (platform, _):
            assert platform.switches["inbox_done"] == "pass_to_default"
        assert other.now() - simulator.now() >= 3_599_000
        assert other.url != simulator.url
        assert simulator.journal.seq > other.journal.seq
