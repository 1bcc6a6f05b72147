"""What reaches the bot beside a person's words: who, where, in which language, and by which way."""

from typing import Any

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.actors import Person, Stage
from tests.support.bridge import SETTINGS, Bridge
from tests.support.meta import deliver, entry, fresh_mid, message
from tests.support.stand_in_bot import StandInBot


@pytest.fixture
def greta(bridge: Bridge, simulator: Simulator) -> Any:
    """Somebody who reads German."""
    stage = Stage(simulator.url)
    yield Person(stage, "Greta", "de_DE")
    stage.close()


def profile_calls(simulator: Simulator, person: Person) -> list[int]:
    """Return the statuses of all calls for this person's profile."""
    journal = requests.get(f"{simulator.url}/_simulator/journal", timeout=10).json()
    return [
        row["status"]
        for row in journal
        if row["method"] == "GET" and row["path"].endswith(f"/{person.psid}")
    ]


def test_words_come_with_the_person_the_page_and_the_language(
    bridge: Bridge, bot: StandInBot, simulator: Simulator, greta: Person
):
    greta.says("Hallo")
    bridge.settle()
    greta.says("Noch da?")
    bridge.settle()
    first, second = bot.told[greta.psid]
    assert first.pop("request") != second.pop("request")
    assert [first.pop("mid"), second.pop("mid")] == bot.mids
    assert first == second
    assert first == {
        "page": SETTINGS["PAGE_ID"],
        "psid": greta.psid,
        "locale": "de_DE",
        "entry_point": "message",
    }
    assert profile_calls(simulator, greta) == [200]
    assert "locale   de_DE" in bridge.flask("thread", "show", greta.psid)


def test_a_language_that_is_refused_delays_no_answer_and_is_not_asked_for_again(
    bridge: Bridge, bot: StandInBot, simulator: Simulator, greta: Person
):
    error = {"status": 400, "code": 100, "subcode": 2018247}
    rule = {"on": "graph", "do": "error", "error": error, "match": {"edge": greta.psid}}
    requests.put(f"{simulator.url}/_simulator/faults", json={"rules": [rule]}, timeout=10)
    for words in ("Hallo", "Noch da?"):
        greta.says(words)
        bridge.settle()
    assert greta.last_message == "You said: Noch da?"
    assert ["locale" in told for told in bot.told[greta.psid]] == [False, False]
    assert profile_calls(simulator, greta) == [400]


def test_a_purge_forgets_the_language(bridge: Bridge, bot: StandInBot, greta: Person):
    greta.says("Hallo")
    bridge.settle()
    purged = bridge.flask("transcript", "purge", "--psid", greta.psid, "--yes")
    assert "languages 1" in purged
    assert "de_DE" not in bridge.flask("thread", "show", greta.psid)


def test_a_tap_says_where_it_was_made(bridge: Bridge, bot: StandInBot, person: Person):
    for title, payload in (("Los geht's", "/get_started"), ("Opening hours", "/opening_hours")):
        body = {"title": title, "payload": payload}
        person._stage.act(f"people/{person.psid}/postbacks", body)
        bridge.settle()
    person.says("hello")
    bridge.settle()
    person.taps("Chat with a person")
    bridge.settle()
    assert bot.heard[person.psid][:2] == ["/get_started", "/opening_hours"]
    assert [told["entry_point"] for told in bot.told[person.psid]] == [
        "get_started",
        "menu",
        "message",
        "quick_reply",
    ]


def test_the_bot_is_told_which_advertisement_brought_the_person(
    bridge: Bridge, bot: StandInBot, person: Person
):
    came = {"ref": "spring", "ad_id": "7", "source": "ADS", "type": "OPEN_THREAD"}
    told = {**came, "ads_context_data": {"ad_title": "Books"}}
    assert (
        deliver(bridge, entry(messaging=[message(person.psid, "Hi", fresh_mid(), referral=told)]))
        == 200
    )
    bridge.settle()
    (beside,) = bot.told[person.psid]
    assert (beside["entry_point"], beside["referral"]) == ("ad", came)


def test_what_the_bridge_tells_the_bot_says_so(bridge: Bridge, bot: StandInBot, greta: Person):
    greta.says("a person, please")
    bridge.settle()
    bridge.flask("thread", "take", greta.psid)
    bridge.settle()
    assert bot.heard[greta.psid][-1].startswith("/handback")
    last = bot.told[greta.psid][-1]
    assert (last["entry_point"], last["locale"], "mid" in last) == ("bridge", "de_DE", False)


def test_a_link_into_the_thread_is_told_with_the_next_word(
    bridge: Bridge, bot: StandInBot, person: Person
):
    person.says("hello")
    bridge.settle()
    came = {"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    followed = {**message(person.psid, "", fresh_mid()), "referral": came}
    del followed["message"]
    assert deliver(bridge, entry(messaging=[followed])) == 200
    bridge.settle()
    person.says("Do you still have it?")
    bridge.settle()
    assert [told.get("referral") for told in bot.told[person.psid]] == [None, came]
