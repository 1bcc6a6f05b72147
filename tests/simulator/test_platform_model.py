"""The pure model: no HTTP, no clock."""

import pytest

from inbox_simulator.platform import entry_points, handovers, page_inbox, people, sending
from inbox_simulator.platform.errors import (
    AnotherAppInControlError,
    IncorrectAppIdError,
    InvalidParameterError,
    NoMatchingUserError,
    NotThreadOwnerError,
    OutsideWindowError,
    TakeNotAllowedError,
)
from inbox_simulator.platform.handovers import ControlCall
from inbox_simulator.seed import Seed
from tests.simulator.receiver import APP, INBOX

T = 1_790_000_000_000
HOUR = 3_600_000


@pytest.fixture
def platform():
    grown = Seed.read().grow(epoch=7)
    other = Seed.read().grow(epoch=7).apps[APP]
    other.app_id, other.name, other.access_token = "77", "Other bot", "other-token"
    grown.apps["77"] = other
    for app in grown.apps.values():
        app.webhook_url = "http://127.0.0.1:9/webhook"
    return grown


@pytest.fixture
def psid(platform):
    return platform.add_person("Ana", "en_US").psid


def heard(platform):
    """Drain the outbox: what each app hears, on which channel."""
    deliveries, platform.outbox = platform.outbox, []
    names = {"sender", "recipient", "timestamp"}
    return [(d.app_id, d.channel, next(k for k in d.event if k not in names)) for d in deliveries]


def say(platform, psid, text="hello", at=T, app=APP, **rest):
    request = sending.Send(psid, message={"text": text, **rest})
    return sending.send(platform, platform.apps[app], request, at)


def pass_to(platform, psid, target, at=T, app=APP):
    handovers.pass_control(platform, ControlCall(platform.apps[app], psid, at), target)


def test_a_message_on_an_idle_thread_makes_the_default_app_its_owner(platform, psid):
    people.write(platform, psid, "hello", T)
    assert platform.threads[psid].owner == APP
    assert platform.threads[psid].expires_at == T + 24 * HOUR
    assert heard(platform) == [(APP, "messaging", "message"), ("77", "standby", "message")]


def test_after_a_pass_the_old_owner_listens_in_standby(platform, psid):
    people.write(platform, psid, "hello", T)
    heard(platform)
    pass_to(platform, psid, "77")
    assert heard(platform) == [("77", "messaging", "pass_thread_control")]
    people.write(platform, psid, "and now?", T)
    assert heard(platform) == [(APP, "standby", "message"), ("77", "messaging", "message")]


def test_a_pass_to_the_page_inbox_is_told_to_no_app(platform, psid):
    people.write(platform, psid, "hello", T)
    heard(platform)
    pass_to(platform, psid, INBOX)
    thread = platform.threads[psid]
    assert (thread.owner, thread.folder, thread.unread) == (INBOX, "main", True)
    assert heard(platform) == []


def test_who_is_not_the_owner_may_neither_send_nor_pass_nor_release(platform, psid):
    people.write(platform, psid, "hello", T)
    pass_to(platform, psid, INBOX)
    with pytest.raises(AnotherAppInControlError):
        say(platform, psid)
    with pytest.raises(NotThreadOwnerError):
        pass_to(platform, psid, "77")
    with pytest.raises(NotThreadOwnerError):
        handovers.release_control(platform, ControlCall(platform.apps[APP], psid, T))


def test_on_an_idle_thread_only_the_default_app_may_send(platform, psid):
    people.write(platform, psid, "hello", T)
    handovers.release_control(platform, ControlCall(platform.apps[APP], psid, T))
    with pytest.raises(AnotherAppInControlError):
        say(platform, psid, app="77")
    say(platform, psid)
    assert platform.threads[psid].owner == APP


def test_a_pass_to_an_unknown_app_or_to_oneself_is_refused(platform, psid):
    people.write(platform, psid, "hello", T)
    with pytest.raises(IncorrectAppIdError):
        pass_to(platform, psid, "263902037438966")
    with pytest.raises(InvalidParameterError):
        pass_to(platform, psid, APP)
    assert platform.threads[psid].owner == APP


def test_take_tells_the_app_that_lost_the_thread(platform, psid):
    people.write(platform, psid, "hello", T)
    heard(platform)
    handovers.take_control(platform, ControlCall(platform.apps["77"], psid, T, "mine"))
    assert heard(platform) == [(APP, "messaging", "take_thread_control")]
    assert platform.threads[psid].owner == "77"


def test_a_take_is_told_to_every_app_where_the_switch_says_so(platform, psid):
    platform.switches.update({"take_events": "to_everyone"})
    platform.apps["77"].can_take = True
    handovers.take_control(platform, ControlCall(platform.apps["77"], psid, T))
    take = {"previous_owner_app_id": None, "new_owner_app_id": "77"}
    told = [(sent.app_id, sent.event["take_thread_control"]) for sent in platform.outbox]
    assert told == [(APP, take), ("77", take)]


def test_take_needs_the_toggle_and_a_default_app(platform, psid):
    people.write(platform, psid, "hello", T)
    pass_to(platform, psid, INBOX)
    platform.apps[APP].can_take = False
    with pytest.raises(TakeNotAllowedError):
        handovers.take_control(platform, ControlCall(platform.apps[APP], psid, T))
    platform.apps[APP].can_take = True
    platform.switches.update({"routing": "off"})
    with pytest.raises(TakeNotAllowedError):
        handovers.take_control(platform, ControlCall(platform.apps[APP], psid, T))


def test_ownership_lapses_a_day_after_the_last_word_and_without_an_event(platform, psid):
    people.write(platform, psid, "hello", T)
    pass_to(platform, psid, INBOX)
    people.write(platform, psid, "still there?", T + HOUR)
    heard(platform)
    assert platform.thread(psid, T + 25 * HOUR - 1).owner == INBOX
    assert platform.thread(psid, T + 25 * HOUR).owner is None
    assert platform.threads[psid].ownership[-1].cause == "expired"
    assert heard(platform) == []


def test_an_extension_outlives_later_messages(platform, psid):
    people.write(platform, psid, "hello", T)
    call = ControlCall(platform.apps[APP], psid, T)
    handovers.extend_control(platform, call, 3 * 24 * 3600)
    people.write(platform, psid, "again", T + HOUR)
    assert platform.threads[psid].expires_at == T + 72 * HOUR
    with pytest.raises(InvalidParameterError):
        handovers.extend_control(platform, call, 8 * 24 * 3600)


def test_the_window_shuts_a_day_after_the_person_s_last_word(platform, psid):
    with pytest.raises(OutsideWindowError):
        say(platform, psid)
    people.write(platform, psid, "hello", T)
    say(platform, psid, at=T + 24 * HOUR - 1)
    with pytest.raises(OutsideWindowError):
        say(platform, psid, at=T + 24 * HOUR)


@pytest.mark.parametrize(("option", "days"), [("one_day", 1), ("seven_days", 7)])
def test_the_first_message_after_an_ad_opens_the_window_that_the_switch_says(
    platform, psid, option, days
):
    platform.switches.update({"ad_window": option})
    people.write(platform, psid, "hello", T)
    entry_points.follow_link(platform, psid, {"ad_id": "1"}, T)
    people.write(platform, psid, "about that ad", T)
    people.write(platform, psid, "are you there?", T + HOUR)
    late = T + max(days * 24 * HOUR, 25 * HOUR)
    say(platform, psid, at=late - 1)
    with pytest.raises(OutsideWindowError):
        say(platform, psid, at=late)
    people.write(platform, psid, "hello again", late)
    with pytest.raises(OutsideWindowError):
        say(platform, psid, at=late + 24 * HOUR)


def test_a_link_that_is_no_ad_opens_the_window_for_a_day(platform, psid):
    platform.switches.update({"ad_window": "seven_days"})
    entry_points.follow_link(platform, psid, {"ref": "shelf"}, T)
    people.write(platform, psid, "hello", T)
    with pytest.raises(OutsideWindowError):
        say(platform, psid, at=T + 24 * HOUR)


def tagged(platform, psid, tag, at):
    message = {"text": "Sorry for the wait"}
    request = sending.Send(psid, message=message, messaging_type="MESSAGE_TAG", tag=tag)
    return sending.send(platform, platform.apps[APP], request, at)


def test_a_human_agent_may_write_for_seven_days(platform, psid):
    people.write(platform, psid, "hello", T)
    tagged(platform, psid, "HUMAN_AGENT", T + 7 * 24 * HOUR - 1)
    with pytest.raises(OutsideWindowError):
        tagged(platform, psid, "HUMAN_AGENT", T + 7 * 24 * HOUR)


@pytest.mark.parametrize(
    "tag", ["ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE"]
)
def test_retired_tags_are_refused_at_any_time(platform, psid, tag):
    people.write(platform, psid, "hello", T)
    with pytest.raises(InvalidParameterError, match="deprecated"):
        tagged(platform, psid, tag, T)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("take_first", [("messaging", "take_thread_control"), ("standby", "message")]),
        ("echo_first", [("messaging", "message"), ("messaging", "take_thread_control")]),
    ],
)
def test_a_reply_takes_control_and_a_switch_orders_echo_and_event(platform, psid, order, told):
    platform.switches.update({"echo_and_take": order})
    del platform.apps["77"]
    platform.apps[APP].fields.remove("message_deliveries")
    people.write(platform, psid, "hello", T)
    heard(platform)
    page_inbox.reply(platform, psid, "Mia here", "Mia", T)
    assert [(channel, kind) for _, channel, kind in heard(platform)] == told
    assert platform.threads[psid].owner == INBOX


@pytest.mark.parametrize(
    ("done", "owner", "told"),
    [
        ("pass_to_default", APP, [(APP, "messaging", "pass_thread_control")]),
        ("release", None, []),
        ("nothing", INBOX, []),
    ],
)
def test_what_done_does_is_a_switch(platform, psid, done, owner, told):
    platform.switches.update({"inbox_done": done})
    people.write(platform, psid, "hello", T)
    pass_to(platform, psid, INBOX)
    heard(platform)
    thread = page_inbox.mark_done(platform, psid, T)
    assert (thread.owner, thread.folder) == (owner, "done")
    assert heard(platform) == told


@pytest.mark.parametrize(
    ("switch", "told", "kept"),
    [
        ("empty", set(), False),
        ("without_payload", {"mid", "title"}, False),
        ("with_payload", {"mid", "title", "payload"}, True),
    ],
)
def test_a_tap_in_standby_loses_its_payload_unless_the_switch_keeps_it(
    platform, psid, switch, told, kept
):
    platform.switches.update({"standby_postbacks": switch})
    people.write(platform, psid, "hello", T)
    pass_to(platform, psid, INBOX)
    platform.outbox.clear()
    people.tap_button(platform, psid, "Opening hours", "/opening_hours", T)
    people.write(platform, psid, "Never mind", T, {"payload": "/never_mind"})
    postback, tap = (d.event for d in platform.outbox if d.app_id == APP)
    assert postback["postback"].keys() == told
    assert ("quick_reply" in tap["message"]) is kept


def test_without_a_default_app_everyone_hears_live_and_may_answer(platform, psid):
    platform.switches.update({"routing": "off"})
    people.write(platform, psid, "hello", T)
    assert {channel for _, channel, _ in heard(platform)} == {"messaging"}
    say(platform, psid, app="77")
    say(platform, psid, app=APP)
    assert platform.threads[psid].owner is None


def test_request_works_only_without_a_default_app_and_tells_the_owner(platform, psid):
    people.write(platform, psid, "hello", T)
    call = ControlCall(platform.apps["77"], psid, T)
    with pytest.raises(InvalidParameterError):
        handovers.request_control(platform, call)
    platform.switches.update({"routing": "off"})
    heard(platform)
    handovers.request_control(platform, call)
    assert heard(platform) == [(APP, "messaging", "request_thread_control")]


def test_a_send_can_pass_control_right_after_its_message(platform, psid):
    people.write(platform, psid, "hello", T)
    heard(platform)
    control = {"control_type": "pass", "app_id": 77}
    request = sending.Send(psid, message={"text": "One moment"}, thread_control=control)
    sending.send(platform, platform.apps[APP], request, T)
    assert platform.threads[psid].owner == "77"
    assert heard(platform)[-1] == ("77", "messaging", "pass_thread_control")


def test_a_tap_marks_the_choice_on_the_message_that_offered_it(platform, psid):
    people.write(platform, psid, "hello", T)
    reply = {"content_type": "text", "title": "Never mind", "payload": "x"}
    sent = say(platform, psid, "Connecting you", quick_replies=[reply])
    people.write(platform, psid, "Never mind", T, {"payload": "x"})
    assert sent.tapped == "Never mind"


def test_nobody_known_by_a_foreign_psid(platform):
    with pytest.raises(NoMatchingUserError):
        people.write(platform, "123", "hello", T)


def test_ids_of_one_epoch_repeat_and_those_of_another_differ():
    first, again, other = (Seed.read().grow(epoch) for epoch in (1, 1, 2))
    psids = [world.add_person("Ana", "en_US").psid for world in (first, again, other)]
    mids = [
        people.write(w, p, "hi", T).mid for w, p in zip((first, again, other), psids, strict=True)
    ]
    assert psids[0] == psids[1] != psids[2]
    assert mids[0] == mids[1] != mids[2]
    assert all(psid.isdigit() for psid in psids)
    assert all(mid.startswith("m_") for mid in mids)


def test_a_thread_remembers_its_newest_thousand_messages_and_moves(platform, psid):
    thread = platform.threads[psid]
    people.write(platform, psid, "the first", T)
    for number in range(1_100):
        say(platform, psid, f"reply {number}")
        handovers.release_control(platform, ControlCall(platform.apps[APP], psid, T + number))
    assert (len(thread.messages), thread.forgotten) == (1_000, 101)
    assert (thread.messages[0].text, thread.messages[-1].text) == ("reply 100", "reply 1099")
    assert len(thread.ownership) == 1_000
    assert (thread.owner, thread.ownership[-1].cause) == (None, "release")
