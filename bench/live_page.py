"""The trade page in a headless browser while 50,000 updates a second reach it.

The whole desk with 5,200 instruments, each quoted ten times a second; the page subscribes as it does for a
user (quotes ten times a second) and draws chart, watchlist, ticket and tables. `updates_per_s` are rows that
arrived over the WebSocket, counted from its frames; `fps` from the times of animation frames over ten
seconds; `js_share` is script time over wall time and `main_thread_share` all tasks of the main thread, as
Chromium counts them. A headless browser draws in software, on the cores that also run the desk.
"""

import time
from itertools import pairwise
from typing import Any

import msgspec

from bench.harness import Report, percentile
from bench.running_desk import SHARES, Feed, RunningDesk, wait_until

SECONDS = 10.0
_FEED = Feed(tuple(f"S{number:04}" for number in range(5_200)), 10, 5_200, SHARES)
_FRAMES = """() => { window.__t = []; const f = (t) => { window.__t.push(t); requestAnimationFrame(f); };
requestAnimationFrame(f); }"""


def run_once(report: Report) -> None:
    """A desk and a browser of their own."""
    from playwright.sync_api import sync_playwright

    with RunningDesk(feed_s=45, feed=_FEED) as desk, sync_playwright() as playwright:
        wait_until(lambda: len(desk.get("/api/v1/quotes")["items"]) == len(_FEED.symbols), 60)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        _open(page, desk)
        _measure(report, page)
        browser.close()


def _open(page: Any, desk: RunningDesk) -> None:
    page.goto(desk.url("/trade"))
    page.get_by_label("Name", exact=True).fill("admin")
    page.get_by_label("Password", exact=True).fill(desk.password)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Watchlist").wait_for()


def _measure(report: Report, page: Any) -> None:
    rows = [0]
    page.on("websocket", lambda line: line.on("framereceived", lambda frame: _count(rows, frame)))
    page.reload()
    page.get_by_role("heading", name="Watchlist").wait_for()
    page.wait_for_timeout(3_000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.evaluate(_FRAMES)
    before, rows[0], begin = _metrics(session), 0, time.perf_counter()
    page.wait_for_timeout(SECONDS * 1_000)
    after, counted, wall = _metrics(session), rows[0], time.perf_counter() - begin
    times = page.evaluate("() => window.__t")
    gaps = [later - earlier for earlier, later in pairwise(times)]
    report.add("updates_per_s", counted / wall, "1/s")
    report.add("fps", 1_000 * len(gaps) / (times[-1] - times[0]), "1/s")
    report.add("frame_p95_ms", percentile(gaps, 0.95), "ms")
    report.add("js_share", (after["ScriptDuration"] - before["ScriptDuration"]) / wall, "share")
    report.add("main_thread_share", (after["TaskDuration"] - before["TaskDuration"]) / wall, "share")


def _count(rows: list[int], frame: Any) -> None:
    if isinstance(frame, bytes):
        rows[0] += int(msgspec.msgpack.decode(frame).get("n", 0))


def _metrics(session: Any) -> dict[str, float]:
    return {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
