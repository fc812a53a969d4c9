"""An analysis on its page: run, read, taken along as Parquet, compared with another, canceled."""

import re

import polars as pl
from playwright.sync_api import Page, expect

from tests.desk_process import RealDesk
from tests.e2e.browser import Watch, axe_faults, overflow, shot
from tests.e2e.people import settle
from trade2026.adapters.embedded.private_disk import PrivateDiskStorage
from trade2026.application.prism.history import BarWriter
from trade2026.application.prism.instruments import instrument_id_of
from trade2026.model.market_data import Bar
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MINUTE_NS, SECOND_NS
from trade2026.simulation.prism.config import PrismConfig


def run(page: Page, path: str) -> str:
    """Fill in by the address, run, and wait for the end; the job's id."""
    page.goto(path)
    settle(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".spec-job")).to_contain_text("Done")
    settle(page)
    found = re.search(r"job=(analysis-\d+)", page.url)
    assert found is not None, page.url
    return found[1]


def test_a_result_is_read_taken_along_and_compared(view: tuple[Page, Watch]) -> None:
    page, watch = view
    first = run(page, "/portfolio/out-of-sample?f.start=2020-01-01&f.rebalance=21")
    for title in ("Methods", "Growth of one unit", "Weights of the method at each rebalance"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("button", name="Export Methods").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as Parquet").click()
    assert download.value.suggested_filename == "methods.parquet"
    assert pl.read_parquet(download.value.path())["method"].to_list() == ["herc", "hrp", "equal_weight"]
    assert axe_faults(page) == []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, width
        shot(page, f"analyses/out-of-sample-{width}")
    page.set_viewport_size({"width": 1440, "height": 900})
    frontiers = [run(page, f"/portfolio/mean-variance?f.start={year}-01-01") for year in (2019, 2020)]
    page.goto(f"/portfolio/mean-variance/compare?a={frontiers[0]}&b={frontiers[1]}")
    settle(page)
    weights = page.get_by_role("region", name="Weights, rows")
    expect(weights.get_by_role("columnheader", name="Difference")).to_be_visible()
    assert weights.get_by_role("row").count() == 21
    assert axe_faults(page) == []
    assert first not in frontiers
    assert watch.take() == []


def test_the_list_says_what_was_asked(view: tuple[Page, Watch]) -> None:
    page, watch = view
    job = run(page, "/portfolio/assets?f.start=2021-01-01&f.frequency=week")
    asked = "sp500 · From 2021-01-01 · Frequency Weeks"
    expect(page.locator(".spec-job")).to_contain_text(asked)
    page.goto("/research")
    settle(page)
    row = page.get_by_role("region", name="Jobs, rows").get_by_role("row").nth(1)
    for text in (asked, "Done", job):
        expect(row).to_contain_text(text)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, width
        shot(page, f"analyses/list-{width}")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert axe_faults(page) == []
    row.get_by_role("link", name="Assets", exact=True).click()
    expect(page).to_have_url(re.compile(f"/portfolio/assets\\?.*job={job}"))
    settle(page)
    assert watch.take() == []


def test_data_is_chosen_from_the_names_there_are(view: tuple[Page, Watch], desk: RealDesk) -> None:
    keep_minutes(desk)
    page, watch = view
    page.goto("/portfolio/assets")
    settle(page)
    field = page.get_by_role("combobox", name="Data")
    expect(field).to_have_value("sp500")
    field.click()
    expect(page.locator(".combobox-choice")).to_have_count(3)
    assert axe_faults(page) == []
    shot(page, "analyses/data-open")
    field.fill("captured")
    expect(page.locator(".combobox-choice")).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value("prism")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.locator(".combobox-doc")).to_contain_text("captured by the desk, 5 instruments, bars of 1m")
    page.get_by_label("Frequency").select_option("minute")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".spec-job")).to_contain_text("Done")
    settle(page)
    expect(page.get_by_text("never adjusted closes")).to_be_visible()
    expect(page.get_by_role("region", name="Assets, rows").get_by_role("row")).to_have_count(6)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, width
        shot(page, f"analyses/captured-{width}")
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto("/portfolio/assets")
    settle(page)
    field.click()
    box = page.get_by_role("listbox").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    shot(page, "analyses/data-open-390")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert watch.take() == []


def keep_minutes(desk: RealDesk) -> None:
    """Four hours that a simulated market of this home has written of itself."""
    books = [instrument_id_of(book.listing.symbol) for book in PrismConfig().books]
    writer = BarWriter(PrivateDiskStorage(desk.home / "prism"))
    for minute in range(1, 241):
        ts = 1_790_000_040 * SECOND_NS + minute * MINUTE_NS
        for number, name in enumerate(books):
            raw = (1_000 + number + minute * (number + 7) % 31) * UNIT
            writer.write(Bar(name, ts, ts, raw, raw, raw, raw, UNIT))
    writer.close()


def test_one_that_takes_long_is_canceled(view: tuple[Page, Watch]) -> None:
    page, watch = view
    page.goto("/portfolio/weight-stability?f.draws=10000")
    settle(page)
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".spec-job").get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").last.click()
    expect(page.locator(".spec-job")).to_contain_text("Canceled")
    assert watch.take() == []
