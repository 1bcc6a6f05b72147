"""The older Handover Protocol: one primary receiver, everyone else secondary."""

import pytest

from inbox_simulator.platform import handovers, page_inbox, people, roles, sending
from inbox_simulator.platform.errors import (
    AnotherAppInControlError,
    InvalidParameterError,
    TakeNotAllowedError,
)
from inbox_simulator.platform.handovers import ControlCall
from inbox_simulator.seed import Seed
from tests.simulator.conftest import Graph, error_of
from tests.simulator.receiver import APP, INBOX, PAGE

T = 1_790_000_000_000
DAY = 24 * 3_600_000
OTHER = "77"


class OlderPage:
    """A Page with roles: our app is its primary receiver, another app and the inbox are not."""

    def __init__(self):
        self.platform = Seed.read(webhook_url="http://127.0.0.1:9/").grow(epoch=7)
        other = Seed.read(webhook_url="http://127.0.0.1:9/").grow(epoch=7).apps[APP]
        other.app_id, other.webhook_url = OTHER, "http://127.0.0.1:9/webhook"
        self.platform.apps[OTHER] = other
        self.platform.switches.update({"routing": "receiver_roles"})
        self.psid = self.platform.add_person("Ana", "en_US").psid

    @property
    def owner(self):
        return self.platform.threads[self.psid].owner

    def person_writes(self, at=T):
        people.write(self.platform, self.psid, "hello", at)

    def sends(self, app_id):
        request = sending.Send(self.psid, message={"text": "Hi"})
        sending.send(self.platform, self.platform.apps[app_id], request, T)

    def calls(self, verb, app_id, *more):
        call = ControlCall(self.platform.apps[app_id], self.psid, T)
        getattr(handovers, f"{verb}_control")(self.platform, call, *more)

    def heard(self):
        """Drain what went out: to whom, on which channel, and what it tells."""
        deliveries, self.platform.outbox = self.platform.outbox, []
        names = {"sender", "recipient", "timestamp"}
        return [
            (d.app_id, d.channel, {k: v for k, v in d.event.items() if k not in names})
            for d in deliveries
        ]

    def told(self):
        """Drain what went out, by kind."""
        return [(app_id, channel, next(iter(what))) for app_id, channel, what in self.heard()]


@pytest.fixture
def page():
    return OlderPage()


def test_a_new_thread_is_the_primary_receivers_and_the_others_stand_by(page):
    page.person_writes()
    assert page.owner == APP
    assert page.told() == [(APP, "messaging", "message"), (OTHER, "standby", "message")]
    with pytest.raises(AnotherAppInControlError):
        page.sends(OTHER)
    page.sends(APP)


def test_only_the_primary_receiver_may_take_and_needs_no_toggle(page):
    page.platform.apps[APP].can_take = False
    page.person_writes()
    with pytest.raises(TakeNotAllowedError):
        page.calls("take", OTHER)
    page.calls("pass", APP, OTHER)
    page.heard()
    page.calls("take", APP)
    assert page.owner == APP
    assert page.told() == [(OTHER, "messaging", "take_thread_control")]


def test_a_secondary_receiver_asks_the_primary_whoever_has_the_thread(page):
    page.person_writes()
    page.calls("pass", APP, INBOX)
    page.heard()
    page.calls("request", OTHER)
    assert page.heard() == [
        (APP, "messaging", {"request_thread_control": {"requested_owner_app_id": int(OTHER)}})
    ]
    assert page.owner == INBOX


def test_the_primary_receiver_does_not_ask_and_the_owner_neither(page):
    page.person_writes()
    page.calls("pass", APP, OTHER)
    for app_id in (APP, OTHER):
        with pytest.raises(InvalidParameterError):
            page.calls("request", app_id)


def test_a_secondary_receiver_that_owns_a_thread_may_pass_it(page):
    page.person_writes()
    page.calls("pass", APP, OTHER)
    page.heard()
    page.calls("pass", OTHER, INBOX)
    assert page.owner == INBOX
    page.person_writes()
    assert {channel for _, channel, _ in page.heard()} == {"standby"}


def test_a_move_to_main_asks_the_primary_receiver_for_the_page_inbox(page):
    page.person_writes()
    page.heard()
    page_inbox.move_to_main(page.platform, page.psid, T)
    assert page.heard() == [
        (APP, "messaging", {"request_thread_control": {"requested_owner_app_id": int(INBOX)}})
    ]
    assert page.owner == APP


def test_a_reply_from_the_page_inbox_moves_no_control(page):
    page.person_writes()
    page.heard()
    page_inbox.reply(page.platform, page.psid, "Mia here", "Mia", T)
    assert page.owner == APP
    assert "take_thread_control" not in [what for _, _, what in page.told()]


@pytest.mark.parametrize("done", ["pass_to_default", "release", "nothing"])
def test_done_returns_control_to_the_primary_receiver_whatever_the_switch(page, done):
    page.platform.switches.update({"inbox_done": done})
    page.person_writes()
    page.calls("pass", APP, INBOX)
    page.heard()
    page_inbox.mark_done(page.platform, page.psid, T)
    assert page.owner == APP
    assert page.told() == [(APP, "messaging", "pass_thread_control")]


def test_a_thread_never_returns_by_itself(page):
    page.person_writes()
    page.calls("pass", APP, INBOX)
    page.platform.expire_all(T + 30 * DAY)
    assert page.owner == INBOX
    page.heard()
    page.person_writes(T + 31 * DAY)
    assert page.told()[0] == (APP, "standby", "message")


def test_what_came_after_the_roles_is_refused(page):
    page.person_writes()
    with pytest.raises(InvalidParameterError):
        page.calls("release", APP)
    with pytest.raises(InvalidParameterError):
        page.calls("extend", APP, 3600)
    control = {"control_type": "pass", "app_id": OTHER}
    request = sending.Send(page.psid, message={"text": "Hi"}, thread_control=control)
    with pytest.raises(InvalidParameterError):
        sending.send(page.platform, page.platform.apps[APP], request, T)


def test_each_app_is_told_its_own_role_when_it_changes(page):
    before = roles.assigned(page.platform)
    page.platform.default_app_id = OTHER
    roles.tell_changes(page.platform, before, T)
    assert [d.event["recipient"]["id"] for d in page.platform.outbox] == [page.platform.page.id] * 2
    assert page.heard() == [
        (APP, "messaging", {"app_roles": {APP: ["secondary_receiver"]}}),
        (OTHER, "messaging", {"app_roles": {OTHER: ["primary_receiver"]}}),
    ]
    roles.tell_changes(page.platform, roles.assigned(page.platform), T)
    assert page.heard() == []


def test_the_control_api_makes_a_page_an_older_one_and_another_app_its_primary(
    simulator, receiver, control
):
    assert control("PUT", "switches", {"routing": "receiver_roles"}).status_code == 200
    first = receiver.wait_for(1, "app_roles")[0]
    assert first.event["app_roles"] == {APP: ["primary_receiver"]}
    other = {"app_id": OTHER, "app_secret": "s", "access_token": "t77", "default": True}
    assert control("POST", "apps", other).status_code == 200
    second = receiver.wait_for(2, "app_roles")[1]
    assert second.event["app_roles"] == {APP: ["secondary_receiver"]}
    assert second.event["recipient"] == {"id": PAGE}


def test_only_the_primary_receiver_may_see_the_others(simulator, graph, control):
    control("PUT", "switches", {"routing": "receiver_roles"})
    simulator.connect("", app_id=OTHER, app_secret="s", access_token="t77")
    listed = graph.get("me/secondary_receivers", fields="id,name").json()["data"]
    assert [row["id"] for row in listed] == [INBOX, OTHER]
    other = Graph(simulator.url, "t77")
    assert error_of(other.get("me/secondary_receivers")) == (100, 2018234)
    simulator.unsubscribe(OTHER)
    assert error_of(other.get("me/secondary_receivers")) == (100, 2018171)
    other.session.close()


def test_where_there_are_roles_every_app_is_told_the_owner(simulator, graph, control, person):
    control("PUT", "switches", {"routing": "receiver_roles"})
    simulator.connect("", app_id=OTHER, app_secret="s", access_token="t77")
    person.says("hello")
    other = Graph(simulator.url, "t77")
    owner = {"data": [{"thread_owner": {"app_id": APP}}]}
    assert other.get("me/thread_owner", recipient=person.psid).json() == owner
    fields = graph.get("me", fields="messaging_feature_status").json()["messaging_feature_status"]
    assert fields["msgr_multi_app"] is False
    other.session.close()
