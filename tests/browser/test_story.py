"""The main job as people see it, with the real bot: from the first hello until it is back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SimulatorPage
from tests.support.rasa import Rasa
from tests.support.whole_system import WholeSystem, running


@pytest.fixture(scope="module")
def system(rasa: Rasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    """Simulator and bridge, with the real bot."""
    with running(tmp_path_factory.mktemp("browser"), rasa.url) as whole:
        yield whole


def test_a_person_hands_over_to_a_human_and_comes_back(page: SimulatorPage, system: WholeSystem):
    ana = first_person(page)

    page.says(ana, "hello")
    page.bubble(ana, "I'm the Harbour Books bot").wait_for()
    page.part("quick-reply", page.phone(ana)).filter(has_text="Chat with a person").click()
    announcement = page.bubble(ana, "connecting you")
    announcement.wait_for()
    expect(announcement).to_contain_text("Why: you chose it from the menu")

    page.open_in_inbox(ana)
    page.wait_for_owner("page_inbox")
    thread = page.part("inbox-thread")
    expect(thread).to_contain_text("hello")
    expect(thread).to_contain_text("Why: you chose it from the menu")

    page.agent_replies("Hi, Mia here. How can I help?")
    page.bubble(ana, "Mia here", author="agent").wait_for()
    page.says(ana, "My parcel is lost")
    expect(thread).to_contain_text("My parcel is lost")
    page.agent_replies("It arrives tomorrow.")
    page.bubble(ana, "tomorrow", author="agent").wait_for()

    page.part("inbox-done").click()
    page.wait_for_owner("bot")
    page.bubble(ana, "Our team has finished here").wait_for()
    page.says(ana, "When are you open?")
    page.bubble(ana, "Monday to Friday").wait_for()
    system.bridge.settle()
    assert page.bubble(ana, "lost").count() == 0


def test_never_mind_calls_the_bot_back(page: SimulatorPage):
    ana = first_person(page)
    page.says(ana, "I want to talk to a human")
    page.open_in_inbox(ana)
    page.wait_for_owner("page_inbox")
    page.part("quick-reply", page.phone(ana)).filter(has_text="Never mind").click()
    page.wait_for_owner("bot")
    page.bubble(ana, "no person then").wait_for()


def test_two_people_are_answered_side_by_side(page: SimulatorPage):
    ana, ben = first_person(page), page.add_person()
    page.says(ana, "I want to talk to a human")
    page.says(ben, "hello")
    page.bubble(ben, "I'm the Harbour Books bot").wait_for()
    page.bubble(ana, "connecting you").wait_for()
    page.open_in_inbox(ana)
    page.wait_for_owner("page_inbox")
    page.agent_replies("Hello Ana")
    page.bubble(ana, "Hello Ana", author="agent").wait_for()
    assert page.bubble(ben, "Hello Ana", author="agent").count() == 0


def test_the_wire_shows_each_call_with_its_json(page: SimulatorPage, system: WholeSystem):
    ana = first_person(page)
    page.says(ana, "I want to talk to a human")
    passed = page.part("wire-row").filter(has_text="pass_thread_control").first
    passed.click()
    detail = page.part("wire-detail")
    expect(detail).to_contain_text('"target_app_id": "263902037430900"')
    expect(detail).not_to_contain_text("simulated-page-token")
    webhook = page.part("wire-row").filter(has_text="talk to a human").first
    webhook.click()
    expect(detail).to_contain_text("X-Hub-Signature-256")
    system.bridge.settle()


def test_a_notice_says_that_the_bot_is_on_its_way(page: SimulatorPage, system: WholeSystem):
    text = "Rasa is training, 12 s so far; write already, nothing is lost"
    system.simulator.notice = {"text": text, "ready": False}
    page.page.reload()
    expect(page.part("notice")).to_contain_text("Rasa is training")


def first_person(page: SimulatorPage) -> str:
    """Return the PSID of the first person on the page; add one where there is none."""
    if page.part("phone").count() == 0:
        return page.add_person()
    psid = page.part("phone").first.get_attribute("data-psid")
    assert psid is not None
    return psid
