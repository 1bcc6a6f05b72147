"""Phones, inbox, wire and strip, each with what it is for."""

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from inbox_simulator import Simulator
from inbox_simulator.actors import Agent, Person, Stage
from inbox_simulator.client import Client
from tests.browser.conftest import SimulatorPage
from tests.simulator.receiver import Receiver
from tests.support.whole_system import WholeSystem


def test_two_people_and_an_agent_at_once_each_see_their_own_conversation(page: SimulatorPage):
    ana, ben = page.add_person(), page.add_person()
    page.says(ana, "I want to talk to a human")
    page.says(ben, "hello")
    page.bubble(ana, "connecting you").wait_for()
    page.bubble(ben, "Harbour Books bot").wait_for()
    page.owner_of(ana, "page_inbox")
    page.part("inbox-reply").fill("Half a word for Ana")
    page.says(ben, "I want to talk to a human")
    page.owner_of(ben, "page_inbox")
    page.agent_replies("Hello Ben")
    page.bubble(ben, "Hello Ben", author="agent").wait_for()
    page.open_in_inbox(ana)
    expect(page.part("inbox-reply")).to_have_value("Half a word for Ana")
    page.agent_replies("Hello Ana")
    page.bubble(ana, "Hello Ana", author="agent").wait_for()
    expect(page.bubble(ben, "Hello Ana", author="agent")).to_have_count(0)
    page.part("inbox-done").click()
    page.bubble(ana, "The bot is back").wait_for()
    expect(page.part("folder-main")).to_contain_text("1")


def test_a_person_has_a_language_in_which_the_bridge_speaks(page: SimulatorPage):
    page.part("person-locale").select_option("de_DE")
    jana = page.add_person()
    page.says(jana, "I want to talk to a human")
    page.bubble(jana, "ich verbinde dich").wait_for()


def test_a_person_sends_a_thumb_a_picture_and_a_place(page: SimulatorPage):
    ana = page.add_person()
    phone = page.phone(ana)
    page.part("send-thumb", phone).click()
    expect(phone.get_by_role("img", name="Thumbs up")).to_be_visible()
    page.part("person-more", phone).click()
    page.part("send-parcel.svg").click()
    expect(phone.locator('img[alt="Picture"]')).to_be_visible()
    page.part("person-more", phone).click()
    page.part("send-location").click()
    expect(phone.locator(".place-card")).to_contain_text("Harbour")


def test_an_agent_sends_a_picture_which_the_person_and_the_bot_s_app_get(
    page: SimulatorPage, system: WholeSystem
):
    ana = page.add_person()
    page.says(ana, "hello")
    page.part("folder-done").click()
    page.owner_of(ana, "bot")
    page.part("agent-more").click()
    page.part("reply-parcel.svg").click()
    expect(page.phone(ana).locator('img[alt="Picture"]')).to_be_visible()
    page.wait_for_owner("page_inbox")
    system.bridge.settle()
    posts = system.simulator.journal.since(0, {"kind": "delivery", "edge": "message_echoes"})
    entries = [entry for post in posts for entry in post["body"]["entry"] if "standby" in entry]
    echo = next(e["standby"][0]["message"] for e in entries if "message" in e["standby"][0])
    assert [each["type"] for each in echo["attachments"]] == ["image"]


def test_several_pages_are_told_apart_and_one_can_be_shown_alone(
    page: SimulatorPage, system: WholeSystem
):
    ana = page.add_person()
    page.says(ana, "hello")
    expect(page.part("inbox-page")).to_be_hidden()
    cafe = Client(system.simulator.url).post("pages", {"name": "Harbour Café"})
    system.simulator.unsubscribe(cafe["app_id"], cafe["page_id"])  # the bridge has one Page
    page.part("person-page").select_option(cafe["page_id"])
    ben = page.add_person()
    expect(page.phone(ben).locator(".phone-head")).to_contain_text("Harbour Café")
    page.says(ben, "A coffee, please")
    page.part("folder-done").click()
    items = page.part("inbox-item")
    expect(items).to_have_count(2)
    expect(items.filter(has_text="Ben")).to_contain_text("Harbour Café")
    expect(items.filter(has_text="Ana")).to_contain_text("Harbour Books")
    page.part("inbox-page").select_option(cafe["page_id"])
    expect(items).to_have_count(1)
    expect(items).to_contain_text("Ben")
    expect(page.part("inbox-thread")).to_contain_text("A coffee, please")
    page.part("inbox-page").select_option("")
    expect(items).to_have_count(2)


def test_a_person_comes_by_a_link_and_blocks_the_page(page: SimulatorPage):
    ana = page.add_person()
    phone = page.phone(ana)
    page.part("person-more", phone).click()
    page.part("send-link").click()
    expect(phone).to_contain_text("Ana came by the link")
    page.part("person-more", phone).click()
    page.part("send-block").click()
    expect(phone).to_contain_text("Ana has blocked the Page")
    page.part("person-more", phone).click()
    page.part("send-block").click()
    expect(phone).not_to_contain_text("has blocked")


def test_a_person_reacts_answers_one_message_and_changes_their_own(page: SimulatorPage):
    ana = page.add_person()
    page.says(ana, "hello")
    page.bubble(ana, "Harbour Books bot").wait_for()
    phone = page.phone(ana)
    answer = phone.locator(".row.by-bot").first
    answer.hover()
    page.part("react", answer).click()
    page.part("reaction", answer).first.click()
    expect(page.part("reactions-given", phone)).to_have_text("❤️")
    answer.hover()
    page.part("reply-to", answer).click()
    page.says(ana, "Thank you")
    expect(phone.locator(".quoted")).to_contain_text("Harbour Books bot")
    mine = phone.locator(".row.by-person").last
    mine.hover()
    page.part("edit", mine).click()
    expect(page.part("person-input", phone)).to_have_value("Thank you")
    page.says(ana, "Thank you all")
    page.bubble(ana, "Thank you all", author="person").wait_for()
    expect(mine).to_contain_text("Edited")


def test_the_messenger_profile_is_what_a_person_finds(page: SimulatorPage, system: WholeSystem):
    ana = page.add_person()
    with system.simulator.acting() as (platform, _):
        entry = {"type": "postback", "title": "Talk to us", "payload": "/human_handoff"}
        platform.profile = {
            "greeting": [{"locale": "default", "text": "Welcome, {{user_first_name}}"}],
            "get_started": {"payload": "hello"},
            "persistent_menu": [{"locale": "default", "call_to_actions": [entry]}],
        }
    phone = page.phone(ana)
    expect(phone).to_contain_text("Welcome, Ana")
    page.part("get-started", phone).click()
    page.bubble(ana, "Get Started", author="person").wait_for()
    page.part("page-menu", phone).click()
    page.part("menu-item", phone).click()
    page.bubble(ana, "Talk to us", author="person").wait_for()


def test_a_menu_s_link_is_opened_only_where_it_leads_to_a_web_page(
    page: SimulatorPage, system: WholeSystem
):
    ana = page.add_person()
    menu = [
        {"type": "web_url", "title": "Trick", "url": "javascript:document.title='tricked'"},
        {"type": "web_url", "title": "Shop", "url": f"{system.simulator.url}/_simulator/stories"},
    ]
    with system.simulator.acting() as (platform, _):
        platform.profile = {"persistent_menu": [{"locale": "default", "call_to_actions": menu}]}
    phone = page.phone(ana)
    page.part("page-menu", phone).click()
    page.part("menu-item", phone).filter(has_text="Trick").click()
    expect(phone).to_contain_text("is no web page")
    assert len(page.page.context.pages) == 1
    page.part("page-menu", phone).click()
    with page.page.context.expect_page() as opened:
        page.part("menu-item", phone).filter(has_text="Shop").click()
    opened.value.wait_for_url(menu[1]["url"])


def test_help_says_where_the_small_bots_and_all_calls_are(page: SimulatorPage):
    page.page.keyboard.press("?")
    help_dialog = page.part("help-dialog")
    expect(help_dialog).to_contain_text("docs/simulator.md has two small bots to begin with")
    expect(help_dialog).to_contain_text("inbox_simulator/README.md lists all calls")


def test_the_strip_shows_what_the_bot_heard_beside_what_it_never_heard(
    page: SimulatorPage, system: WholeSystem
):
    stage = Stage(system.simulator.url)
    ana = Person(stage, "Ana")
    ana.says("I want to talk to a human")
    ana.has_owner("263902037430900")
    Agent(stage, ana).replies("Mia here")
    ana.says("My card number is secret")
    stage.close()
    page.part("count-mute").click()
    heard, unheard = page.part("heard-panel").locator("section").all()
    expect(heard).to_contain_text("I want to talk to a human")
    expect(unheard).to_contain_text("Mia here")
    expect(unheard).to_contain_text("My card number is secret")
    expect(page.part("strip").locator(".segment")).to_have_count(3)
    page.part("strip").locator(".segment.is-human").hover()
    lit = page.part("phone").locator(".bubble.lit")
    expect(lit).to_have_count(2)
    page.page.keyboard.press("Escape")


def test_the_wire_shows_one_person_errors_and_no_receipts(page: SimulatorPage):
    ana, ben = page.add_person(), page.add_person()
    page.says(ana, "hello")
    page.says(ben, "hello")
    page.bubble(ana, "Harbour Books bot").wait_for()
    page.bubble(ben, "Harbour Books bot").wait_for()
    rows = page.part("wire-row")
    page.part("wire-person").select_option(ana)
    page.part("wire-quiet").click()
    said = rows.filter(has=page.page.get_by_text("hello", exact=True))
    expect(said).to_have_count(1)
    expect(rows.filter(has_text="message_deliveries")).to_have_count(0)
    said.click()
    expect(page.part("wire-detail")).to_contain_text("X-Hub-Signature-256")
    expect(said).to_be_in_viewport()
    caused = page.page.locator('.wire-row[data-mark="kin"]').filter(has_text="Harbour Books bot")
    expect(caused.first).to_be_visible()
    page.part("send-again").click()
    expect(said).to_have_count(2)
    page.part("wire-errors").click()
    expect(rows).to_have_count(0)


def test_faults_are_switched_on_and_off_and_strike(page: SimulatorPage, system: WholeSystem):
    ana = page.add_person()
    page.part("menu-faults").click()
    panel = page.part("panel-faults")
    panel.get_by_label("Control can't be passed").check()
    expect(page.part("menu-faults")).to_have_text("Faults: 1")
    page.page.keyboard.press("Escape")
    page.says(ana, "I want to talk to a human")
    page.bubble(ana, "couldn't reach anybody").wait_for()
    refused = page.part("wire-row").filter(has_text="pass_thread_control")
    expect(refused).to_contain_text("100: Incorrect app id")
    page.part("menu-faults").click()
    page.part("faults-off").click()
    expect(page.part("menu-faults")).to_have_text("Faults: none")
    assert system.simulator.faults.as_json()["rules"] == []


def test_a_switch_says_what_it_means_and_that_it_was_changed(page: SimulatorPage):
    page.part("menu-switches").click()
    expect(page.part("panel-switches")).to_contain_text("What Done in the Page Inbox does")
    page.part("switch-inbox_done").select_option(label="release")
    expect(page.part("menu-switches")).to_have_text("Switches: 1 changed")
    page.part("switch-inbox_done").select_option(label="pass to default")
    expect(page.part("menu-switches")).to_have_text("Switches")


def test_time_passes_at_a_click_and_the_window_shuts(page: SimulatorPage):
    ana = page.add_person()
    page.says(ana, "I want to talk to a human")
    page.owner_of(ana, "page_inbox")
    expect(page.part("inbox-thread")).to_contain_text("23 h 59 left")
    page.part("clock-86400").click()
    expect(page.part("inbox-thread")).to_contain_text("window shut")


def test_all_places_tell_of_the_same_person(page: SimulatorPage, system: WholeSystem):
    stage = Stage(system.simulator.url)
    ana, ben = Person(stage, "Ana"), Person(stage, "Ben")
    for person in (ana, ben):
        person.says("I want to talk to a human")
        person.has_owner("263902037430900")
    stage.close()
    page.page.reload()
    page.page.locator(f'[data-test="inbox-thread"][data-psid="{ana.psid}"]').wait_for()
    expect(page.part("strip").locator(".strip-who")).to_contain_text("Ana")
    page.part("wire-person").select_option(ben.psid)
    page.part("wire-row").filter(has_text="pass_thread_control").first.click()
    expect(page.part("strip").locator(".strip-who")).to_contain_text("Ben")


def test_two_phones_stand_side_by_side_on_a_small_laptop(open_page: Callable[..., SimulatorPage]):
    page = open_page(1366, 768)
    for psid in (page.add_person(), page.add_person()):
        expect(page.phone(psid)).to_be_in_viewport(ratio=0.99)
    assert page.page.evaluate("document.documentElement.scrollWidth") == 1366


def test_a_name_from_right_to_left_keeps_its_beginning(page: SimulatorPage):
    page.part("person-name").fill("\u0639\u0628\u062f \u0627\u0644\u0631\u062d\u0645\u0646" * 3)
    page.add_person()
    page.add_person()
    chip = page.page.locator(".chip-name").first
    expect(chip).to_have_css("direction", "rtl")


def test_the_page_teaches_where_no_bot_is_connected(browser: Browser):
    with Simulator() as simulator, browser.new_context() as on:
        page = SimulatorPage(on.new_page())
        page.page.set_viewport_size({"width": 390, "height": 844})
        page.page.goto(simulator.url)
        page.says(page.add_person(), "hello")
        expect(page.page.locator(".app-mark")).to_contain_text("not connected yet")
        page.part("tab-wire").click()
        expect(page.page.locator(".wire .empty")).to_contain_text("No bot is connected")
        page.part("connect-bot").click()
        expect(page.page.locator("#own-bot")).to_be_in_viewport()
        on.grant_permissions(["clipboard-read", "clipboard-write"])
        page.part("copy", page.part("help-dialog")).click()
        copied = page.page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(f"curl -X POST {simulator.url}/_simulator/apps")
        page.page.keyboard.press("Escape")
        bot = Receiver()
        simulator.connect(bot.url)
        expect(page.part("connect-bot")).to_be_hidden()
        expect(page.page.locator(".app-mark")).to_be_hidden()
        bot.stop()
