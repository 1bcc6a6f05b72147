"""Two Pages of one app: one bridge, two bots, and nothing of the one reaches the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person, Stage
from inbox_simulator.client import Client
from tests.support.bridge import SETTINGS, Bridge
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for
from tests.support.whole_system import faults_of_our_own

INBOX = "263902037430900"
CALLS = 2
BOOKS, CAFE, CAFE_TOKEN = SETTINGS["PAGE_ID"], "104729000000002", "token-of-the-cafe"


@dataclass(frozen=True)
class Street:
    """A bookshop and a café, each with a Page and a bot, behind one bridge."""

    bridge: Bridge
    stage: Stage
    books: StandInBot
    cafe: StandInBot

    def person(self, name: str, page_id: str) -> Person:
        return Person(self.stage, name, page_id=page_id)


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    pages_file = {"PAGES_FILE": str(tmp_path / "pages.yml")}
    bridge = Bridge(tmp_path, settings={**pages_file, "CALLS_AT_ONCE": str(CALLS)})
    with (
        StandInBot() as books,
        StandInBot() as cafe,
        Simulator(webhook_url=bridge.webhook_url) as simulator,
    ):
        added = {"page_id": CAFE, "name": "Harbour Café", "access_token": CAFE_TOKEN}
        Client(simulator.url).post("pages", added)
        pages = [
            {"id": BOOKS, "token": SETTINGS["PAGE_ACCESS_TOKEN"], "rasa_url": books.url},
            {"id": CAFE, "token": CAFE_TOKEN, "rasa_url": cafe.url},
        ]
        (tmp_path / "pages.yml").write_text(yaml.safe_dump(pages))
        bridge.connect(simulator.url, books.url)
        stage = Stage(simulator.url)
        try:
            bridge.start()
            yield Street(bridge, stage, books, cafe)
        finally:
            stage.close()
            bridge.stop()
        assert faults_of_our_own(bridge.log.read_text()) == []


def test_a_handover_on_one_page_leaves_the_other_s_people_with_their_bot(street: Street) -> None:
    ana, gus = street.person("Ana", BOOKS), street.person("Gus", CAFE)
    ana.says("hello")
    gus.says("hello")
    gus.taps("Chat with a person")
    street.bridge.settle()
    assert gus.thread.owner == INBOX
    assert ana.thread.owner == SETTINGS["APP_ID"]
    assert (ana.psid in street.cafe.heard, gus.psid in street.books.heard) == (False, False)

    mia = Agent(street.stage, gus)
    mia.replies("One coffee, coming.")
    gus.says("With milk, please")
    ana.says("Is Moby Dick there?")
    street.bridge.settle()
    assert street.books.heard[ana.psid] == ["hello", "Is Moby Dick there?"]
    assert "With milk, please" not in street.cafe.heard[gus.psid]

    mia.marks_done()
    street.bridge.settle()
    gus.says("Thank you")
    street.bridge.settle()
    assert gus.thread.owner == SETTINGS["APP_ID"]
    assert street.cafe.heard[gus.psid][-1] == "Thank you"


def test_a_bot_that_hangs_holds_up_nobody_on_the_other_page(street: Street) -> None:
    street.books.delay = 5.0
    readers = [street.person(f"Reader {number}", BOOKS) for number in range(3 * CALLS)]
    for reader in readers:
        reader.says("hello")
    wait_for(lambda: street.books.begun == CALLS, "the books' bot to have all the calls it may")
    gus = street.person("Gus", CAFE)
    for words in ("hello", "A coffee, please", "And a cake"):
        gus.says(words)
    wait_for(lambda: len(street.cafe.heard[gus.psid]) == 3, "the café's bot")
    assert street.books.begun == CALLS  # it still thinks about the first
    gus.taps("Chat with a person")
    wait_for(lambda: gus.thread.owner == INBOX, "a human at the café")
    street.books.delay = 0.0
    street.bridge.settle()
    assert [street.books.heard[reader.psid] for reader in readers] == [["hello"]] * 3 * CALLS
    assert street.books.most_at_once == 1
