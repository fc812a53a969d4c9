"""Every page in both themes and at three widths: it opens, is heard by screen readers, and fits."""

import pytest
from playwright.sync_api import Page, expect

from tests.desk_process import RealDesk
from tests.e2e.browser import COLORS, WIDE, Watch, axe_faults, overflow, shot
from tests.e2e.people import PASSWORD, Api, halt_button, settle
from trade2026.application.pages.registry import pages
from trade2026.application.pages.spec import PageSpec

WIDTHS = (1024, 390)
FEW_FRAMES = 4
"""Without a move: enough where the window was not resized since the page was opened."""
View = tuple[Page, Watch]


@pytest.fixture(scope="module")
def places(desk: RealDesk) -> dict[str, str]:
    """What the names in paths stand for on this desk."""
    api = Api(desk.url, "admin", PASSWORD)
    run_id = api.get("/strategy-runs")["items"][0]["run_id"]
    jobs = [each["job_id"] for each in api.get("/backtests")["items"]]
    api.close()
    return {"instrument_id": "AAPL.XNAS", "run_id": run_id, "job": jobs[0], "a": jobs[0], "b": jobs[1]}


def address_of(spec: PageSpec, places: dict[str, str]) -> str:
    """Where a page is, filled in."""
    path = spec.path
    for name, value in places.items():
        path = path.replace(f"{{{name}}}", value)
    wanted = {"backtest": "?job={job}", "backtest-compare": "?a={a}&b={b}"}.get(spec.page_id, "")
    return path + wanted.format(**places)


SHOWN = [spec for spec in pages() if spec.page_id != "sim"]
"""All but the one of the simulated market, which this desk does not trade on: see test_sim."""


@pytest.mark.parametrize("spec", SHOWN, ids=lambda spec: spec.page_id)
def test_page(spec: PageSpec, view: View, places: dict[str, str]) -> None:
    """Opened in the theme that the page before was left in, then seen in the other one."""
    page, watch = view
    page.set_viewport_size(WIDE)
    page.goto(address_of(spec, places))
    settle(page)
    assert "not be shown" not in page.locator("main").inner_text()
    opened = page.evaluate("document.documentElement.dataset.theme")
    faults = seen(page, watch, spec, opened, axe_faults(page, still=FEW_FRAMES))
    page.set_viewport_size(WIDE)
    other = "light" if opened == "dark" else "dark"
    choose_theme(page, other)
    faults += seen(page, watch, spec, other, axe_faults(page, COLORS))
    assert not faults, "\n".join(faults)


def seen(page: Page, watch: Watch, spec: PageSpec, theme: str, heard: list[str]) -> list[str]:
    """What is wrong in a theme, and in the dark one at every width."""
    faults = [f"{theme}: {each}" for each in heard]
    shot(page, f"pages/{spec.page_id}-1440-{theme}")
    if overflow(page):
        faults.append(f"{theme}, 1440: wider by {overflow(page)} px")
    faults += [f"{theme}: {each}" for each in watch.take()]
    if theme != "dark":
        return faults
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        settle(page)
        faults += [f"{width}: {each}" for each in [*unreachable(page, width), *watch.take()]]
        shot(page, f"pages/{spec.page_id}-{width}-dark")
    return faults + [f"390: {each}" for each in axe_faults(page)]


def choose_theme(page: Page, theme: str) -> None:
    """By the menu of the frame; pressed at once, where a person's hand would wait until it stands still."""
    menu = page.get_by_role("banner").get_by_role("button", name="Display")
    menu.dispatch_event("click")
    page.get_by_role("radio", name=theme.capitalize()).dispatch_event("click")
    menu.dispatch_event("click")
    expect(page.locator(f"html[data-theme={theme}]")).to_have_count(1)
    expect(page.get_by_role("radio", name=theme.capitalize())).to_have_count(0)


def unreachable(page: Page, width: int) -> list[str]:
    """What of the frame cannot be reached at a width."""
    faults = [f"wider by {overflow(page)} px"] if overflow(page) else []
    rail = page.get_by_role("navigation", name="Workspaces").get_by_role("link")
    controls = [halt_button(page), page.get_by_role("button", name="Go to"), *rail.all()]
    for control in controls:
        box = control.bounding_box()
        if box is None or box["x"] < 0 or box["x"] + box["width"] > width or box["y"] + box["height"] > 800:
            faults.append(f"out of reach: {control} at {box}")
        elif min(box["width"], box["height"]) < 24:
            faults.append(f"too small to hit: {control} at {box}")
    return faults
