"""A page that stays open: it loses its connection, and its reader scrolls up."""

from collections.abc import Callable

from playwright.sync_api import expect

from inbox_simulator.actors import Agent, Person, Stage
from inbox_simulator.http_server import cut
from tests.browser.conftest import SimulatorPage
from tests.support.whole_system import WholeSystem


def test_a_lost_connection_is_told_and_nothing_is_missing_afterwards(
    page: SimulatorPage, system: WholeSystem
):
    stage = Stage(system.simulator.url)
    ana = Person(stage, "Ana")
    ana.says("before")
    page.bubble(ana.psid, "before", author="person").wait_for()
    page.page.context.set_offline(True)
    for connection in list(system.simulator._server._connections):
        cut(connection)
    expect(page.part("connection")).to_contain_text("does not answer")
    ana.says("meanwhile")
    ben = Person(stage, "Ben")
    ben.says("I am new")
    stage.close()
    page.page.context.set_offline(False)
    page.bubble(ana.psid, "meanwhile", author="person").wait_for()
    page.bubble(ben.psid, "I am new", author="person").wait_for()
    expect(page.part("connection")).to_be_hidden()
    expect(page.part("wire-row").filter(has_text="I am new").first).to_be_visible()


def test_words_that_could_not_be_sent_stay_in_the_box(page: SimulatorPage):
    ana = page.add_person()
    page.page.context.set_offline(True)
    page.says(ana, "Are you there?")
    phone = page.phone(ana)
    expect(page.part("person-input", phone)).to_have_value("Are you there?")
    expect(phone.get_by_role("alert")).to_contain_text("What you wrote is still here")
    page.page.context.set_offline(False)
    page.part("person-send", phone).click()
    page.bubble(ana, "Are you there?", author="person").wait_for()


def test_a_reader_who_scrolled_up_stays_there_and_is_told_of_news(
    page: SimulatorPage, system: WholeSystem
):
    stage = Stage(system.simulator.url)
    ana = Person(stage, "Ana")
    for number in range(12):
        ana.says(f"line {number}")
    page.bubble(ana.psid, "line 11", author="person").wait_for()
    system.bridge.settle()
    screen = page.phone(ana.psid).locator(".screen")
    screen.evaluate("node => { node.scrollTop = 40; }")
    page.phone(ana.psid).locator(".newer").wait_for(state="hidden")
    where = screen.evaluate("node => node.scrollTop")
    ana.says("the newest line")
    stage.close()
    newer = page.phone(ana.psid).locator(".newer")
    expect(newer).to_be_visible()
    assert screen.evaluate("node => node.scrollTop") == where
    newer.click()
    expect(page.bubble(ana.psid, "the newest line", author="person")).to_be_in_viewport()


def test_a_picture_that_loads_late_leaves_the_newest_words_in_view(
    open_page: Callable[..., SimulatorPage], system: WholeSystem
):
    first = open_page()
    stage = Stage(system.simulator.url)
    ana = Person(stage, "Ana")
    ana.says("hello")
    Agent(stage, ana).takes()  # so that no answer of the bot's comes after the newest line
    system.bridge.settle()
    for number in range(8):
        ana.says(f"line {number}")
    ana.sends(f"{system.simulator.url}/_simulator/ui/samples/parcel.svg")
    ana.says("the newest line")
    stage.close()
    first.bubble(ana.psid, "the newest line", author="person").wait_for()
    again = open_page()
    picture = again.phone(ana.psid).locator('img[alt="Picture"]')
    expect(picture).to_have_js_property("complete", True)
    expect(again.bubble(ana.psid, "the newest line", author="person")).to_be_in_viewport()


def test_a_new_start_is_told_and_half_written_words_are_kept(
    page: SimulatorPage, system: WholeSystem
):
    ana = page.add_person()
    page.says(ana, "I want to talk to a human")
    page.owner_of(ana, "page_inbox")
    page.part("inbox-reply").fill("Half a reply")
    page.part("person-input", page.phone(ana)).fill("Half a question")
    system.simulator.reset()
    expect(page.part("anew")).to_contain_text("The simulator started anew")
    expect(page.part("unsent").locator("code")).to_have_text(["Half a question", "Half a reply"])
    ben = page.add_person()
    page.says(ben, "I want to talk to a human")
    page.owner_of(ben, "page_inbox")
    expect(page.part("inbox-reply")).to_have_value("")
    page.part("anew").get_by_label("Close").click()
    expect(page.part("anew")).to_be_hidden()


def test_who_empties_the_stage_is_not_told_of_it(page: SimulatorPage):
    page.add_person()
    page.part("menu-stories").click()
    page.part("empty-stage").click()
    expect(page.part("phone")).to_have_count(0)
    expect(page.part("anew")).to_be_hidden()
