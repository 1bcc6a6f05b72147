"""Find a Chromium for the browser tests, or get one, and print its path.

Playwright's own download comes first, since Playwright is tested with it. Where it is not allowed
the system's Chromium does, and where there is none Debian's package, if we may install it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

from playwright.sync_api import Error, sync_playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
#: With fonts for letters and for the symbols on the page, which the browser only recommends.
DEBIAN_PACKAGES = ("chromium", "fonts-liberation", "fonts-noto-color-emoji")


class BrowserError(Exception):
    """There is no browser that starts. The message says what was tried and what to do."""


def find() -> str:
    """Return the path of a Chromium that was seen to start. Raises BrowserError."""
    tried = []
    for name, get in sources():
        path = get()
        why = starts(path) if path else "none"
        if path and not why:
            return path
        tried.append(f"  {name}: {why}")
    raise BrowserError(
        "No Chromium for the browser tests. Tried:\n" + "\n".join(tried) + "\nInstall one "
        "(Debian: sudo apt-get install chromium), or set HANDOVER_CHROMIUM to the path of one."
    )


def sources() -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Yield where a browser may come from, in the order in which to try."""
    if chosen := os.environ.get("HANDOVER_CHROMIUM"):
        yield "HANDOVER_CHROMIUM", lambda: chosen
        return
    yield "Playwright's own download", playwrights_own
    yield "the system's", systems
    if shutil.which("apt-get") and os.geteuid() == 0:
        yield "Debian's package", debians


def playwrights_own() -> str | None:
    """Return Playwright's Chromium, downloaded if it is not there and may be."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if os.path.exists(path):
        return path
    command = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    return path if succeeds(command, {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}) else None


def systems() -> str | None:
    """Return the first Chromium on the PATH."""
    return next(filter(None, map(shutil.which, SYSTEM_NAMES)), None)


def debians() -> str | None:
    """Install Debian's packages and return their Chromium."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *DEBIAN_PACKAGES]
    if not (succeeds(["apt-get", "update"], quiet) and succeeds(install, quiet)):
        return None
    return systems()


def succeeds(command: list[str], more: dict[str, str]) -> bool:
    """Run a command that brings something, after saying so; its output shows only on failure."""
    print(f"browser: {' '.join(command)} …", file=sys.stderr, flush=True)
    done = subprocess.run(
        command,
        env=os.environ | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reasons = [line for line in done.stdout.splitlines() if "rror" in line or "E:" in line]
        print(f"browser: that failed: {(reasons or ['no reason given'])[-1]}", file=sys.stderr)
    return done.returncode == 0


def starts(path: str) -> str:
    """Start a browser and end it; what went wrong, or nothing."""
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=path, timeout=60_000).close()
    except Error as error:
        return f"{path} does not start: {error.message.splitlines()[0]}"
    return ""


def main() -> int:
    """Print the path on stdout; 1 and the reasons on stderr where there is none."""
    try:
        print(find())
    except BrowserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
