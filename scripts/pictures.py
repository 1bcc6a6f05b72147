"""`make pictures`: play the README's story on a running demo and take its picture."""

import argparse
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.browser import find

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "page.png"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def main() -> None:
    """Write docs/images/page.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the simulator's page")
    url = parser.parse_args().url
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    chromium = find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, device_scale_factor=1.5)
        page.request.post(f"{url}/_simulator/reset", data={})
        page.goto(url)
        play(page)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"Wrote {PICTURE.relative_to(ROOT)}")


def play(page: Page) -> None:
    """Let a person ask for a human, and the agent answer."""
    if page.locator('[data-test="phone"]').count() == 0:
        page.locator('[data-test="add-person"]').first.click()
    says(page, "Hi!")
    page.locator('[data-test="bubble"]').filter(has_text="Harbour Books bot").first.wait_for()
    says(page, "I want to talk to a human")
    page.locator('[data-test="inbox-item"]').first.click()
    page.locator('[data-test="inbox-thread"][data-owner="page_inbox"]').wait_for()
    page.locator('[data-test="inbox-reply"]').fill("Hi, Mia here. What can I do for you?")
    page.locator('[data-test="inbox-send"]').click()
    says(page, "My parcel is lost. Order A17.")
    time.sleep(1)
    page.locator('[data-test="wire-row"]').filter(has_text="pass_thread_control").first.click()
    time.sleep(1)


def says(page: Page, text: str) -> None:
    """Write as the person, and give the bot a moment to answer."""
    phone = page.locator('[data-test="phone"]').first
    phone.locator('[data-test="person-input"]').fill(text)
    phone.locator('[data-test="person-send"]').click()
    time.sleep(1.5)


if __name__ == "__main__":
    main()
