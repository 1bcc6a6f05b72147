"""`make pictures`: play a story on a running demo, and take the documents' pictures of it."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from scripts import loopback
from scripts.browser import find
from scripts.loopback import NoAnswerError

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


@dataclass(frozen=True)
class Shape:
    """A screen: its size in points, and how many pixels make one."""

    name: str
    width: int
    height: int
    scale: float


SHAPES = (Shape("laptop", 1440, 900, 1.0), Shape("phone", 390, 844, 2.0))
#: The story, and the step of it in the pictures: the agent has answered.
STORY, STEP = "handover", 12
#: Bytes. What is larger makes a page of documents slow.
LARGEST = 300_000


def main() -> int:
    """Write docs/pictures/; 1 where no demo runs or a picture is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the simulator's page")
    url = parser.parse_args().url
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        play(url)
    except NoAnswerError as error:
        print(f"{error}\nThe pictures are of a running demo. Start one first: make demo")
        return 1
    with chromium() as browser:
        sizes = [shoot(browser, url, shape, theme) for shape in SHAPES for theme in THEMES]
    return 0 if max(sizes) <= LARGEST else 1


def play(url: str) -> None:
    """Play the story up to the step that the pictures show, and pause there."""
    control = f"{url}/_simulator/stories"
    loopback.call("POST", control, {"name": STORY, "fresh": True, "pace": 4})
    while sum(step["status"] == "done" for step in now(control)) < STEP - 1:
        time.sleep(0.05)
    loopback.call("POST", f"{control}/pause", {})
    while any(step["status"] == "now" for step in now(control)):
        time.sleep(0.05)


def now(control: str) -> list[dict[str, str]]:
    """Return the story's steps, and how each of them went."""
    playing = loopback.call("GET", control)["playing"]
    if playing["status"] == "failed":
        raise SystemExit(f"The story did not hold: {playing['problem']}")
    steps: list[dict[str, str]] = playing["steps"]
    return steps


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser until the block ends."""
    path = find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def shoot(browser: Browser, url: str, shape: Shape, theme: Theme) -> int:
    """Take one picture; returns its size in bytes."""
    path = FOLDER / f"{shape.name}-{theme}.png"
    page = browser.new_page(
        viewport={"width": shape.width, "height": shape.height},
        device_scale_factor=shape.scale,
        color_scheme=theme,
        reduced_motion="reduce",
    )
    page.goto(url)
    page.locator('[data-test="story-caption"]').wait_for()
    passed = page.locator('[data-test="wire-row"]').filter(has_text="pass_thread_control")
    passed.first.wait_for(state="attached")
    if passed.first.is_visible():
        passed.first.click()
        page.locator('[data-test="wire-detail"]').wait_for()
    page.screenshot(path=path)
    page.close()
    size = path.stat().st_size
    note = "" if size <= LARGEST else f", and may have {LARGEST // 1000} kB"
    print(f"{path.relative_to(ROOT)}: {size // 1000} kB{note}")
    return size


if __name__ == "__main__":
    sys.exit(main())
