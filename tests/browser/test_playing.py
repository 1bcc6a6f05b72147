"""A story plays on the page by itself; it can be paused, stepped, ended and taken over."""

from playwright.sync_api import expect

from inbox_simulator.scenarios.story import every
from tests.browser.conftest import SimulatorPage
from tests.support.whole_system import WholeSystem


def choose(page: SimulatorPage, story: str) -> None:
    page.part("menu-stories").click()
    page.part(f"story-{story}").click()


def at_once(page: SimulatorPage) -> None:
    page.part("story-pace").select_option("0")


def test_a_story_plays_to_its_end_with_a_caption_for_each_step(page: SimulatorPage):
    choose(page, "agent_steps_in")
    expect(page.part("story-caption")).to_contain_text("Ana writes")
    at_once(page)
    expect(page.part("story")).to_contain_text("the end")
    phone = page.part("phone")
    expect(phone).to_have_count(1)
    expect(page.part("bubble", phone).filter(has_text="two copies")).to_be_visible()
    page.wait_for_owner("page_inbox")
    expect(page.page.locator(".story-steps [data-status=done]")).to_have_count(12)


def test_a_caption_says_why_the_protocol_does_it_so(page: SimulatorPage):
    choose(page, "two_people")
    at_once(page)
    expect(page.part("story")).to_contain_text("the end")
    page.part("story-again").click()
    expect(page.part("story-why")).to_contain_text("Control belongs to a thread")
    at_once(page)
    expect(page.part("story")).to_contain_text("the end")


def test_a_story_that_another_demo_plays_says_how_to_start_that(page: SimulatorPage):
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.part("menu-stories").click()
    command = page.part("command").first
    words = command.locator("code").text_content()
    assert words in {story.start for story in every()}
    command.get_by_role("button").click()
    expect(command).to_contain_text("Copied")
    assert page.page.evaluate("navigator.clipboard.readText()") == words


def test_a_story_is_paused_stepped_and_taken_over_by_hand(page: SimulatorPage):
    choose(page, "handover")
    page.part("story-toggle").click()
    expect(page.part("story")).to_contain_text("paused")
    counted = page.page.locator(".story-steps [data-status=done]")
    expect(counted).to_have_count(1)
    page.part("story-step").click()
    expect(counted).to_have_count(2)
    page.part("story-leave").click()
    expect(page.part("story")).to_be_hidden()
    expect(page.part("person-input")).to_be_focused()
    page.page.keyboard.type("Where is your shop?")
    page.page.keyboard.press("Enter")
    expect(page.part("bubble").filter(has_text="Quay Street")).to_have_count(2)  # phone and inbox


def test_a_story_that_is_ended_puts_its_faults_back(page: SimulatorPage, system: WholeSystem):
    choose(page, "bot_down")
    at_once(page)
    expect(page.part("menu-faults")).to_have_text("Faults: 1")
    page.part("story-stop").click()
    expect(page.part("menu-faults")).to_have_text("Faults: none")
    expect(page.part("story")).to_be_hidden()


def test_a_story_may_begin_among_the_people_who_are_there(page: SimulatorPage):
    page.add_person()
    page.part("menu-stories").click()
    page.part("story-fresh").uncheck()
    page.part("story-agent_steps_in").click()
    at_once(page)
    expect(page.part("story")).to_contain_text("the end")
    expect(page.part("phone")).to_have_count(2)


def test_the_stories_are_there_before_their_list_opens_so_that_nothing_moves_under_a_click(
    page: SimulatorPage,
):
    expect(page.part("story-handover")).to_be_attached()
    expect(page.part("story-handover")).to_be_hidden()


def test_the_stage_is_emptied_and_who_is_connected_stays(page: SimulatorPage):
    ana = page.add_person()
    page.says(ana, "hello")
    page.bubble(ana, "Harbour Books bot").wait_for()
    page.part("menu-stories").click()
    with page.page.expect_download() as saving:
        page.part("save-session").click()
    assert "hello" in saving.value.path().read_text()
    page.part("empty-stage").click()
    expect(page.part("phone")).to_have_count(0)
    expect(page.part("wire-row")).to_have_count(0)
    expect(page.page.locator(".app-mark")).to_have_attribute("data-status", "connected")
    ben = page.add_person()
    page.says(ben, "hello")
    page.bubble(ben, "Harbour Books bot").wait_for()
