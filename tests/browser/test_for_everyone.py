"""The page without a mouse, on a phone, for a screen reader, and in both themes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from inbox_simulator.actors import Agent, Person, Stage
from tests.browser.conftest import SimulatorPage
from tests.support.whole_system import WholeSystem

LOOK = Path(__file__).with_name("contrast.js").read_text()
OpenPage = Callable[..., SimulatorPage]


def test_a_whole_handover_is_played_by_keys_alone(page: SimulatorPage):
    keyboard = page.page.keyboard
    keyboard.press("n")
    expect(page.part("person-input")).to_be_focused()
    keyboard.type("I want to talk to a human")
    keyboard.press("Enter")
    expect(page.part("bubble").filter(has_text="connecting you").first).to_be_visible()
    keyboard.press("Escape")
    page.wait_for_owner("page_inbox")
    keyboard.press("2")
    expect(page.part("inbox-reply")).to_be_focused()
    keyboard.type("Mia here")
    keyboard.press("Enter")
    expect(page.part("bubble", page.part("phone")).filter(has_text="Mia here")).to_be_visible()
    keyboard.press("Escape")
    keyboard.press("d")
    page.wait_for_owner("bot")
    keyboard.press("3")
    keyboard.type("pass_thread")
    expect(page.part("wire-row")).to_have_count(2)
    keyboard.press("Escape")
    keyboard.press("?")
    expect(page.part("help-dialog")).to_be_visible()
    keyboard.press("Escape")
    keyboard.press("h")
    expect(page.part("inbox-thread")).to_contain_text("22 h 59 left")


def test_a_story_is_played_by_keys_alone(page: SimulatorPage):
    keyboard = page.page.keyboard
    keyboard.press("p")
    first = page.part("story-handover")
    expect(first).to_be_focused()
    keyboard.press("Enter")
    expect(page.part("story-caption")).to_contain_text("Ana writes")
    page.page.evaluate("document.activeElement.blur()")
    keyboard.press("p")
    expect(page.part("story")).to_contain_text("paused")
    expect(page.page.locator(".story-steps [data-status=now]")).to_have_count(0)
    done = page.page.locator(".story-steps [data-status=done]").count()
    keyboard.press(".")
    expect(page.page.locator(".story-steps [data-status=done]")).to_have_count(done + 1)
    keyboard.press("x")
    expect(page.part("story")).to_be_hidden()


def test_the_first_story_has_the_focus_though_the_stories_come_after_their_list_opened(
    page: SimulatorPage,
):
    late: list[Route] = []

    def keep(route: Route) -> None:
        late.append(route)

    page.page.route("**/_simulator/stories", keep)
    page.page.reload()
    page.page.locator('body[data-connection="live"]').wait_for()
    page.page.keyboard.press("p")
    expect(page.part("story-fresh")).to_be_focused()
    (asked,) = late
    asked.continue_()
    expect(page.part("story-handover")).to_be_focused()


def test_whatever_has_the_focus_can_be_seen(page: SimulatorPage):
    page.add_person()
    page.page.evaluate("document.activeElement.blur()")
    for _ in range(25):
        page.page.keyboard.press("Tab")
        seen = page.page.evaluate(
            """() => {
              const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
              const around = document.activeElement.closest(".filter-box") ?? document.body;
              const frame = getComputedStyle(around);
              const shows = (style, width) => style !== "none" && parseFloat(width) >= 1;
              return document.activeElement === document.body
                || shows(outlineStyle, outlineWidth)
                || shows(frame.outlineStyle, frame.outlineWidth);
            }"""
        )
        assert seen, page.page.evaluate("document.activeElement.outerHTML.slice(0, 160)")


def test_each_new_message_is_announced_once(page: SimulatorPage):
    ana = page.add_person()
    page.says(ana, "hello")
    page.bubble(ana, "Harbour Books bot").wait_for()
    announced = page.page.locator("#announcer p")
    expect(announced.get_by_text("Ana: hello", exact=True)).to_have_count(1)
    expect(announced.filter(has_text="to Ana: Hello, I'm the Harbour Books bot")).to_have_count(1)


def test_a_phone_shows_one_place_at_a_time_and_always_the_strip(open_page: OpenPage):
    page = open_page(390, 844, has_touch=True)
    ana = page.add_person()
    page.says(ana, "I want to talk to a human")
    page.bubble(ana, "connecting you").wait_for()
    expect(page.part("tab-inbox")).to_contain_text("1")
    page.part("tab-inbox").click()
    expect(page.part("phone")).to_be_hidden()
    page.owner_of(ana, "page_inbox")
    page.agent_replies("Mia here")
    expect(page.part("strip").locator(".segment.is-human")).to_be_visible()
    page.part("tab-wire").click()
    expect(page.part("wire-row").filter(has_text="pass_thread_control")).to_be_visible()
    page.part("tab-people").click()
    page.bubble(ana, "Mia here", author="agent").wait_for()
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_story_leads_through_the_places_on_a_phone(open_page: OpenPage):
    page = open_page(390, 844)
    page.part("menu-stories").click()
    page.part("story-agent_steps_in").click()
    page.part("story-pace").select_option("4")
    expect(page.page.locator('body[data-place="inbox"]')).to_be_visible()
    page.part("story-pace").select_option("0")
    expect(page.part("story")).to_contain_text("the end")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (390, 844)], ids=str)
def test_everything_has_a_name_and_stands_out_from_its_ground(
    open_page: OpenPage, system: WholeSystem, theme: str, size: tuple[int, int]
):
    page = open_page(*size, color_scheme=theme, reduced_motion="reduce")
    stage = Stage(system.simulator.url)
    stage.client.put("faults", {"rules": [{"on": "graph", "do": "error", "times": 1}]})
    ana, ben = Person(stage, "Ana"), Person(stage, "Ben")
    ana.says("I want to talk to a human")
    ana.has_owner("263902037430900")
    Agent(stage, ana).replies("Hi, Mia here.")
    ana.sends_thumbs_up()
    ben.says("hello")
    ben.sees("bot")
    ben.reacts()
    ben.says("I want to talk to a human")
    ben.has_owner("263902037430900")
    stage.close()
    page.part("strip").locator(".segment").first.wait_for()
    for place in ("people", "inbox", "wire"):
        if size[0] < 900:
            page.part(f"tab-{place}").click()
        if place == "wire":
            page.part("wire-row").filter(has_text="pass_thread_control").first.click()
        if place == "inbox":
            page.open_in_inbox(ben.psid)
        assert page.page.evaluate(LOOK) == {"faint": [], "nameless": []}
    for opened in ("menu-stories", "menu-faults", "menu-switches", "help"):
        page.part(opened).click()
        assert page.page.evaluate(LOOK) == {"faint": [], "nameless": []}
        page.page.keyboard.press("Escape")
    page.part("menu-stories").click()
    page.part("story-fresh").uncheck()
    page.part("story-handover").click()
    page.part("story-toggle").click()
    expect(page.part("story")).to_contain_text("paused")
    assert page.page.evaluate(LOOK) == {"faint": [], "nameless": []}
    page.part("story-stop").click()


def test_the_key_for_a_reply_leads_to_a_box_before_letters_can_be_keys(page: SimulatorPage):
    keyboard = page.page.keyboard
    keyboard.press("2")
    expect(page.page.locator("#announcer")).to_contain_text("No conversation is open")
    ana = page.add_person()
    page.says(ana, "hello")
    page.bubble(ana, "Harbour Books bot").wait_for()
    keyboard.press("Escape")
    expect(page.part("inbox-reply")).to_be_hidden()
    keyboard.press("2")
    keyboard.type("oh hi")
    expect(page.part("inbox-reply")).to_be_focused()
    expect(page.part("inbox-reply")).to_have_value("oh hi")


#: What tells a choice or a state where the system drops the grounds.
SHOWN = """node => {
  const style = getComputedStyle(node);
  return style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) >= 1
    || style.outlineStyle !== "none" || style.forcedColorAdjust === "none";
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_state_is_lost_where_the_system_forces_its_colours(open_page: OpenPage, theme: str):
    page = open_page(1366, 768, forced_colors="active", color_scheme=theme)
    ana, ben = page.add_person(), page.add_person()
    page.says(ben, "hello")
    page.says(ana, "I want to talk to a human")
    page.owner_of(ana, "page_inbox")
    page.part("wire-row").filter(has_text="pass_thread_control").first.click()
    told = (
        ".bubble", ".segment", ".tick", ".counter-mark", '.chip[aria-pressed="true"]',
        '.folder[aria-pressed="true"]', ".inbox-item[aria-current]",
        '.wire-row[data-mark="chosen"]', ".phone[data-selected]",
    )  # fmt: skip
    for part in told:
        assert page.page.locator(part).first.evaluate(SHOWN), part
