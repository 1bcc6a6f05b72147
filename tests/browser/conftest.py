"""A real browser on the simulator's page, with the real bot behind the bridge."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.support.rasa import Rasa
from tests.support.whole_system import WholeSystem, running

#: A browser in a test has no business beyond this machine.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: Milliseconds. Machines that run tests are shared.
PATIENCE = 15_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that `make test` found; without one, a test fails rather than being skipped."""
    path = os.environ.get("HANDOVER_CHROMIUM") or None
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def system(rasa: Rasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    with running(tmp_path_factory.mktemp("browser"), rasa.url) as whole:
        yield whole


class SimulatorPage:
    """The page by the names of its parts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda line: self.errors.append(line.text) if line.type == "error" else None,
        )

    def part(self, name: str, within: Locator | None = None) -> Locator:
        """Return the parts of this name, on the page or within another part."""
        return (within or self.page).locator(f'[data-test="{name}"]')

    def phone(self, psid: str) -> Locator:
        """Return one person's phone."""
        return self.page.locator(f'[data-test="phone"][data-psid="{psid}"]')

    def add_person(self) -> str:
        """Add a person with one click; return their PSID."""
        phones = self.part("phone")
        before = phones.count()
        self.part("add-person").first.click()
        phones.nth(before).wait_for()
        added = phones.nth(before).get_attribute("data-psid")
        assert added is not None
        return added

    def says(self, psid: str, text: str) -> None:
        """Write as that person."""
        phone = self.phone(psid)
        self.part("person-input", phone).fill(text)
        self.part("person-send", phone).click()

    def bubble(self, psid: str, text: str, author: str = "app") -> Locator:
        """Return a bubble with these words on that person's phone."""
        named = f'[data-test="bubble"][data-author="{author}"]'
        return self.phone(psid).locator(named).filter(has_text=text)

    def open_in_inbox(self, psid: str) -> None:
        """Open that person's thread in the Page Inbox."""
        self.page.locator(f'[data-test="inbox-item"][data-psid="{psid}"]').click()

    def wait_for_owner(self, owner: str) -> None:
        """Wait until the opened thread has this owner."""
        self.page.locator(f'[data-test="inbox-thread"][data-owner="{owner}"]').wait_for()

    def agent_replies(self, text: str) -> None:
        """Answer in the opened thread."""
        self.part("inbox-reply").fill(text)
        self.part("inbox-send").click()


@pytest.fixture
def page(browser: Browser, system: WholeSystem) -> Iterator[SimulatorPage]:
    """The page of a fresh simulator; any error in its console fails the test."""
    system.simulator.reset()
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.set_default_timeout(PATIENCE)
    simulator_page = SimulatorPage(opened)
    opened.goto(system.simulator.url)
    yield simulator_page
    opened.close()
    assert simulator_page.errors == []
