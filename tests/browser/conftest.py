"""A real browser on the simulator's page, with a bridge and a small bot behind it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.support.stand_in_bot import StandInBot
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
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that `make test` found; without one, a test fails rather than being skipped."""
    path = os.environ.get("HANDOVER_CHROMIUM") or None
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def _bookshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSystem]:
    with StandInBot() as bot:
        bot.learn_the_bookshop()
        with running(tmp_path_factory.mktemp("browser"), bot.url) as whole:
            yield whole


@pytest.fixture
def system(_bookshop: WholeSystem) -> WholeSystem:
    """Simulator and bridge, with the small bot of a bookshop."""
    return _bookshop


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
        self.page.locator(f'[data-test="inbox-thread"][data-psid="{psid}"]').wait_for()

    def wait_for_owner(self, owner: str) -> None:
        """Wait until the opened thread has this owner."""
        self.page.locator(f'[data-test="inbox-thread"][data-owner="{owner}"]').wait_for()

    def owner_of(self, psid: str, owner: str) -> None:
        """Open a thread in the inbox and wait until it has this owner."""
        self.open_in_inbox(psid)
        self.wait_for_owner(owner)

    def agent_replies(self, text: str) -> None:
        """Answer in the opened thread."""
        self.part("inbox-reply").fill(text)
        self.part("inbox-send").click()


@pytest.fixture
def open_page(browser: Browser, system: WholeSystem) -> Iterator[Callable[..., SimulatorPage]]:
    """Opens the page of a fresh simulator; any error in its console fails the test."""
    system.simulator.reset()
    opened: list[SimulatorPage] = []

    def open_one(width: int = 1280, height: int = 800, **how: Any) -> SimulatorPage:
        context = browser.new_context(viewport={"width": width, "height": height}, **how)
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE)
        opened.append(SimulatorPage(tab))
        tab.goto(system.simulator.url)
        tab.locator('body[data-connection="live"]').wait_for()
        return opened[-1]

    yield open_one
    for one in opened:
        one.page.context.close()
    # A call to a simulator that is away on purpose is not an error of the page's own.
    errors = [error for one in opened for error in one.errors if "net::ERR_" not in error]
    assert errors == []
    system.bridge.settle()


@pytest.fixture
def page(open_page: Callable[..., SimulatorPage]) -> SimulatorPage:
    return open_page()
