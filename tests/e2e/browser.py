"""A browser to look at the page with: found, started, and watched for what a person would not see.

Chromium is the system's own; `tools/install_chromium.py` installs it where it is missing. Nothing here waits
for a span of time: Playwright waits for what is to be seen.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as PlaywrightTimeout

ROOT: Final = Path(__file__).resolve().parents[2]
DIST: Final = ROOT / "src" / "trade2026" / "web" / "dist"
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS: Final = ROOT / "build" / "e2e"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage",
    "--disable-component-update", "--force-color-profile=srgb",
)  # fmt: skip
PATIENCE_MS: Final = 20_000
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
AXE_TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
COLORS: Final = ("color-contrast", "link-in-text-block")
"""The rules of axe that a page of another theme may break where it kept them before."""

expect.set_options(timeout=PATIENCE_MS)

_REPORT_VIOLATIONS: Final = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} kept ${event.blockedURI} out at ${event.sourceFile}`));
"""


def chromium() -> str | None:
    """The system's Chromium; None where there is none."""
    given = os.environ.get("TRADE2026_CHROMIUM", "")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def why_not() -> str:
    """Why the page cannot be tested in a browser here; "" where it can."""
    if chromium() is None:
        return "Chromium is not installed: python tools/install_chromium.py, or apt-get install chromium"
    if not (DIST / "index.html").is_file():
        return "the page is not built: make page"
    if not AXE.is_file():
        return "axe-core is not installed: make page"
    return ""


@contextmanager
def start_browser() -> Iterator[Browser]:
    """A browser without a window, gone afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_context(browser: Browser, url: str, **options: Any) -> BrowserContext:
    """A person's browser: nothing kept from others, motion reduced so that what is seen stands still."""
    whole = {"viewport": WIDE, "timezone_id": "UTC", "locale": "en-US", "reduced_motion": "reduce", **options}
    context = browser.new_context(base_url=url, **whole)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_REPORT_VIOLATIONS)
    return context


class Watch:
    """Collects what is wrong behind a page: messages of the console, errors, requests to elsewhere.

    Attributes
    ----------
    faults : list of str
        What was found.
    pardoned : tuple of str
        Parts of messages that are expected now, such as "503" while the core is away.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.faults: list[str] = []
        self.pardoned: tuple[str, ...] = ()
        self._host = urlsplit(url).netloc
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._note(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._note(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self._host:
            self._note(f"request to another origin: {url}")

    def _note(self, text: str) -> None:
        if not any(each in text for each in self.pardoned):
            self.faults.append(text)

    def take(self) -> list[str]:
        """What was found since last asked."""
        found, self.faults = self.faults, []
        return found


_SETTLED = """(still_frames) => new Promise((done) => {
  const places = () => [...document.querySelectorAll("a, button, input, select")]
    .map((each) => JSON.stringify(each.getBoundingClientRect())).join();
  let last = "", still = 0, frames = 0;
  const look = () => {
    const now = places();
    still = now === last ? still + 1 : 0;
    last = now;
    if (still === still_frames || ++frames === 300) done(); else requestAnimationFrame(look);
  };
  look();
})"""
"""Waits until nothing that can be clicked has moved for some frames: a page moves on for one or two after
its window was resized.
"""


def axe_faults(page: Page, rules: tuple[str, ...] = (), *, still: int = 15) -> list[str]:
    """What WCAG 2.2 A and AA forbid and axe sees, or only `rules`, with where, once the page stands still."""
    page.evaluate(_SETTLED, still)
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text())
    options = {"runOnly": list(rules or AXE_TAGS), "resultTypes": ["violations"]}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


_WIDER = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"
_SETTLES_MS = 3_000


def overflow(page: Page) -> int:
    """Pixels by which the document is wider than its window, once what was resized has settled."""
    try:
        page.wait_for_function(f"() => {_WIDER} <= 0", timeout=_SETTLES_MS)
    except PlaywrightTimeout:
        width: int = page.evaluate(_WIDER)
        return max(width, 1)
    return 0


def shot(page: Page, name: str) -> None:
    """Keep a picture in build/e2e for people to look at."""
    path = SHOTS / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, animations="disabled", caret="hide")
