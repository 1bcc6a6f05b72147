"""To whom a tap goes: a message's button to the app that sent it, the menu to the owner."""

import pytest

from inbox_simulator.platform import handovers, page_inbox, people, sending
from inbox_simulator.platform.errors import InvalidParameterError
from inbox_simulator.platform.handovers import ControlCall
from inbox_simulator.seed import Seed
from tests.simulator.receiver import APP, INBOX

T = 1_790_000_000_000
HOUR = 3_600_000
OTHER = "77"
BUY = {"type": "postback", "title": "Buy", "payload": "/buy"}
BUTTONS = {"template_type": "button", "text": "A book", "buttons": [BUY]}
CARDS = {"template_type": "generic", "elements": [{"title": "A book", "buttons": [BUY]}]}


@pytest.fixture
def platform():
    grown = Seed.read(webhook_url="http://127.0.0.1:9/").grow(epoch=7)
    other = Seed.read(webhook_url="http://127.0.0.1:9/").grow(epoch=7).apps[APP]
    other.app_id = OTHER
    grown.apps[OTHER] = other
    return grown


@pytest.fixture
def psid(platform):
    psid = platform.add_person("Ana", "en_US").psid
    people.write(platform, psid, "hello", T)
    return psid


def offers(platform, psid, template=BUTTONS, app=APP):
    message = {"attachment": {"type": "template", "payload": template}}
    return sending.send(platform, platform.apps[app], sending.Send(psid, message), T)


def passes(platform, psid, target, app=APP):
    handovers.pass_control(platform, ControlCall(platform.apps[app], psid, T), target)


def taps(platform, psid, mid=None, at=T):
    """Tap the button; return what each app hears of it: who, on which channel, what payload."""
    platform.outbox.clear()
    people.tap_button(platform, psid, "Buy", "/buy", at, mid)
    told = [d for d in platform.outbox if d.field == "messaging_postbacks"]
    return {(d.app_id, d.channel, d.event["postback"].get("payload")) for d in told}


@pytest.mark.parametrize("template", [BUTTONS, CARDS], ids=["button", "generic"])
def test_a_tap_on_a_button_goes_to_the_app_that_sent_it_whoever_has_the_thread(
    platform, psid, template
):
    platform.switches.update({"taps_of_own": "live"})
    offers(platform, psid, template)
    live_for_us = {(APP, "messaging", "/buy"), (OTHER, "standby", None)}
    assert taps(platform, psid) == live_for_us
    passes(platform, psid, INBOX)
    assert taps(platform, psid) == live_for_us
    assert platform.threads[psid].owner == INBOX


def test_an_app_that_lost_the_thread_hears_of_its_button_in_standby_too(platform, psid):
    offers(platform, psid)
    passes(platform, psid, INBOX)
    both = {(APP, "messaging", "/buy"), (APP, "standby", None)}
    assert taps(platform, psid) == {*both, (OTHER, "standby", None)}


@pytest.mark.parametrize(("switch", "channel"), [("standby", "standby"), ("live", "messaging")])
def test_the_owner_hears_of_anothers_button_without_its_payload(platform, psid, switch, channel):
    platform.switches.update({"taps_of_own": "live", "taps_of_others": switch})
    passes(platform, psid, OTHER)
    offers(platform, psid, app=OTHER)
    passes(platform, psid, APP, app=OTHER)
    assert taps(platform, psid) == {(OTHER, "messaging", "/buy"), (APP, channel, None)}


def test_a_tap_on_a_button_of_nobodys_message_goes_by_owner(platform, psid):
    passes(platform, psid, OTHER)
    assert taps(platform, psid) == {(OTHER, "messaging", "/buy"), (APP, "standby", None)}


def test_the_menu_goes_by_owner_though_a_message_offers_the_same(platform, psid):
    sent = offers(platform, psid)
    passes(platform, psid, OTHER)
    assert taps(platform, psid, mid="") == {(OTHER, "messaging", "/buy"), (APP, "standby", None)}
    assert sent.tapped is None


def test_the_menu_goes_by_owner_though_a_quick_reply_says_the_same(platform, psid):
    quick = {"content_type": "text", "title": "Buy", "payload": "/buy"}
    message = {"text": "A book?", "quick_replies": [quick]}
    sending.send(platform, platform.apps[APP], sending.Send(psid, message), T)
    offered = platform.threads[psid].messages[-1]
    passes(platform, psid, OTHER)
    assert taps(platform, psid) == {(OTHER, "messaging", "/buy"), (APP, "standby", None)}
    assert offered.tapped is None
    people.write(platform, psid, "Buy", T, quick)
    assert offered.tapped == "Buy"


def test_of_two_apps_that_offer_the_same_the_tapped_message_tells(platform, psid):
    platform.switches.update({"taps_of_own": "live"})
    ours = offers(platform, psid)
    passes(platform, psid, OTHER)
    theirs = offers(platform, psid, app=OTHER)
    assert (APP, "messaging", "/buy") in taps(platform, psid, ours.mid)
    assert (OTHER, "messaging", "/buy") in taps(platform, psid, theirs.mid)
    assert (OTHER, "messaging", "/buy") in taps(platform, psid)


def test_a_message_without_the_button_cannot_be_tapped(platform, psid):
    offers(platform, psid)
    said = page_inbox.reply(platform, psid, "Mia here", "Mia", T)
    with pytest.raises(InvalidParameterError):
        people.tap_button(platform, psid, "Buy", "/buy", T, said.mid)


def test_a_tap_on_a_lapsed_thread_wakes_the_default_app_and_goes_to_the_sender(platform, psid):
    passes(platform, psid, OTHER)
    offers(platform, psid, app=OTHER)
    later = T + 25 * HOUR
    told = {(OTHER, "messaging", "/buy"), (OTHER, "standby", None), (APP, "standby", None)}
    assert taps(platform, psid, at=later) == told
    assert platform.threads[psid].owner == APP
