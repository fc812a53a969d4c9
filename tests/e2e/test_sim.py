"""The simulated market on the page of a desk that trades there: seen, moving, shaken, away and back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.desk_process import RealDesk, start_desk
from tests.e2e.browser import Watch, axe_faults, open_context, overflow, shot
from tests.e2e.people import PASSWORD, Api, add_people, halt_button, log_in, settle

BOOK = "BTCUSDT.PRISM"
ADDRESS = f"/sim?symbol={BOOK}"
AWAY = ("503", "504")
COLORS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = new Set();
  for (let at = 0; at < data.length; at += 4) {
    found.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  }
  return found.size;
}"""
"""How many colors are on a canvas: one where nothing was painted."""


@pytest.fixture(scope="module")
def desk() -> Iterator[RealDesk]:
    """A desk of its own: the market is shaken and made anew here."""
    web = {"cool_down_seconds": 1, "reads_per_s": 0, "logins_per_s": 0}
    config = {"accounts": [{"account_id": "SIM", "currency": "USDT", "venue": "PRISM"}]}
    with start_desk(data="prism", config=config, web=web) as desk:
        api = Api(desk.url, "admin", desk.password)
        api.post("/auth/password", {"current_password": desk.password, "new_password": PASSWORD})
        add_people(desk, "viewer", "operator")
        desk.wait_for(lambda: answers(api, "/sim"), "the market, which makes its past first", 300)
        desk.wait_for(lambda: answers(api, "/accounts"), "the core", 60)
        api.close()
        yield desk


def answers(api: Api, path: str) -> bool:
    """Whether there is an answer yet: what is away says 503."""
    try:
        api.get(path)
    except AssertionError:
        return False
    return True


@pytest.fixture(scope="module")
def page(desk: RealDesk, browser: Browser) -> Iterator[Page]:
    """An operator, whose browser keeps what was chosen."""
    context = open_context(browser, desk.url)
    page = context.new_page()
    log_in(page, "operator", f"{PASSWORD}-operator")
    yield page
    context.close()


@pytest.fixture
def watch(desk: RealDesk, page: Page) -> Iterator[Watch]:
    """Nothing goes wrong behind the page, but for what a test itself breaks."""
    watch = Watch(page, desk.url)
    yield watch
    assert watch.take() == []


def open_market(page: Page) -> None:
    page.goto(ADDRESS)
    settle(page)
    expect(page.get_by_role("table", name="Trades").get_by_text(re.compile("Buy|Sell")).first).to_be_visible()


def picture(page: Page) -> Locator:
    """The canvas with all but the crosshair."""
    return page.locator(".sim-canvas canvas").first


def wait_for_colors(page: Page, least: int) -> None:
    page.wait_for_function(
        f"(least) => ({COLORS})(document.querySelector('.sim-canvas canvas')) >= least", arg=least
    )


def test_it_is_seen_and_it_moves(page: Page, watch: Watch) -> None:
    open_market(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(page.locator(".sim-badge")).to_contain_text("SIM")
    expect(page.locator("h1")).to_have_text("Simulated market")
    wait_for_colors(page, 30)
    levels = page.get_by_role("table", name="Levels of the book")
    trades = page.get_by_role("table", name="Trades")
    before = levels.inner_text(), trades.get_by_role("row").nth(1).inner_text()
    expect(levels.locator("tbody tr").nth(19)).to_contain_text(re.compile(r"\d"))
    page.wait_for_function(
        "(before) => document.querySelector('.sim-trades tbody').rows[0].innerText !== before", arg=before[1]
    )
    page.wait_for_function(
        "(before) => document.querySelector('.sim-ladder').innerText !== before", arg=before[0]
    )
    # The live line brings it: nothing of it is asked for over REST.
    assert [url for url in asked if url.partition("?")[0].endswith("/live")] == []
    expect(page.get_by_role("region", name="Measures").get_by_role("listitem")).to_have_count(12)
    expect(page.get_by_role("table", name="Traders").get_by_role("row").nth(5)).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_it_is_seen_in_every_theme_and_width(theme: str, desk: RealDesk, browser: Browser) -> None:
    context = open_context(browser, desk.url)
    kept = json.dumps({"theme": theme})
    context.add_init_script(f"localStorage.setItem('trade2026.preferences', '{kept}')")
    page = context.new_page()
    watch = Watch(page, desk.url)
    log_in(page, "admin", PASSWORD)
    faults = []
    for width, height in ((1440, 900), (1024, 800), (390, 800)):
        page.set_viewport_size({"width": width, "height": height})
        open_market(page)
        wait_for_colors(page, 30)
        faults += [f"{width}: {each}" for each in axe_faults(page)]
        if wide := overflow(page):
            faults.append(f"{width}: wider by {wide} px")
        shot(page, f"sim/market-{width}-{theme}")
    context.close()
    assert [*faults, *watch.take()] == []


def test_the_picture_is_read_by_keyboard_and_as_a_table(page: Page, watch: Watch, tmp_path: Path) -> None:
    open_market(page)
    wait_for_colors(page, 30)
    frame = page.get_by_role("group", name=re.compile("^Book and price of BTCUSDT"))
    frame.focus()
    frame.press("ArrowLeft")
    expect(frame.get_by_role("status")).to_contain_text(re.compile(r"bid [\d,.]+ · ask [\d,.]+"))
    frame.press("Shift+ArrowUp")
    frame.press("Escape")
    page.get_by_role("button", name="Export Book and price, BTCUSDT").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PNG").click()
    saved.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    page.get_by_role("button", name="Export Book and price, BTCUSDT").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    saved.value.save_as(tmp_path / "seconds.csv")
    head, *lines = (tmp_path / "seconds.csv").read_text().splitlines()
    assert head.startswith("time,mid,bid,ask,low_price,step,size_0,")
    assert lines
    page.get_by_role("button", name="Book and price, BTCUSDT as a table").click()
    table = page.get_by_role("table", name="Seconds of the book")
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
    assert axe_faults(page) == []
    page.get_by_role("button", name="Book and price, BTCUSDT as a table").click()


def test_it_stands_still_while_paused(page: Page, watch: Watch) -> None:
    open_market(page)
    page.keyboard.press("p")
    expect(page.get_by_text(re.compile("^Paused at"))).to_be_visible()
    shown = page.get_by_role("table", name="Trades").inner_text()
    counts = page.locator(".sim-facts-line").inner_text()
    page.wait_for_function(
        "(before) => document.querySelector('.sim-facts-line').innerText !== before", arg=counts
    )
    assert page.get_by_role("table", name="Trades").inner_text() == shown
    page.keyboard.press("p")
    expect(page.get_by_text(re.compile("^Paused at"))).to_have_count(0)


def test_another_book_is_chosen(page: Page, watch: Watch) -> None:
    open_market(page)
    books = page.get_by_role("navigation", name="Books of the simulated market").get_by_role("button")
    expect(books).to_have_count(5)
    books.filter(has_text="ETHUSDT").click()
    expect(page).to_have_url(re.compile(r"symbol=ETHUSDT\.PRISM"))
    expect(page.get_by_role("heading", name="Book and price, ETHUSDT")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(re.compile("/home"))
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile("/sim"))


def test_an_operator_has_something_happen(page: Page, watch: Watch) -> None:
    open_market(page)
    panel = page.get_by_role("region", name="Scenarios")
    panel.get_by_role("button", name="Fat finger").click()
    dialog = page.get_by_role("dialog", name="Fat finger")
    expect(dialog.get_by_label("Book")).to_have_value(BOOK)
    dialog.get_by_label(re.compile("^Reason")).fill("a drill of the page")
    assert axe_faults(page) == []
    shot(page, "sim/scenario-form")
    dialog.get_by_role("button", name="Review").click()
    expect(dialog).to_contain_text("Fat finger: Book BTCUSDT.PRISM, Side SELL, Size 400 usual orders")
    dialog.get_by_role("button", name="Bring about").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(panel.get_by_role("listitem")).to_contain_text("sells 400 usual orders at once")
    assert axe_faults(page) == []
    shot(page, "sim/scenario-done")


def test_a_viewer_sees_who_may(desk: RealDesk, browser: Browser) -> None:
    context = open_context(browser, desk.url)
    page = context.new_page()
    watch = Watch(page, desk.url)
    log_in(page, "viewer", f"{PASSWORD}-viewer")
    open_market(page)
    panel = page.get_by_role("region", name="Scenarios")
    expect(panel).to_contain_text("needs the role operator")
    expect(panel.get_by_role("button", name="Fat finger")).to_be_disabled()
    expect(page.get_by_role("button", name="Begin anew…")).to_be_disabled()
    page.get_by_role("radio", name="Scorecard").check(force=True)
    expect(page.get_by_role("button", name="Make a new one")).to_be_disabled()
    assert axe_faults(page) == []
    assert [each for each in watch.take() if "404" not in each] == []
    context.close()


def test_a_scorecard_is_made_and_given_up(page: Page, watch: Watch) -> None:
    watch.pardoned = ("404",)  # There is no card and no job yet, and the browser notes that.
    page.goto("/sim?view=scorecard")
    expect(page.get_by_text("No scorecard has been made yet")).to_be_visible()
    shot(page, "sim/scorecard-none")
    page.get_by_label(re.compile("^Runs")).fill("50")
    page.get_by_label(re.compile("^Hours")).fill("48")
    page.get_by_role("button", name="Make a new one").click()
    expect(page.get_by_role("progressbar", name="Progress of the scorecard")).to_be_visible()
    assert axe_faults(page) == []
    page.get_by_role("region", name="Make a scorecard").get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile("The last one: Canceled"))).to_be_visible()
    page.get_by_label(re.compile("^Runs")).fill("2")
    page.get_by_label(re.compile("^Hours")).fill("0.5")
    page.get_by_role("button", name="Make a new one").click()
    facts = page.get_by_role("region", name="Facts", exact=True)
    expect(facts).to_contain_text("Heavy tails", timeout=120_000)
    expect(facts).to_contain_text("Not testable")
    expect(page.locator("svg.interval").first).to_be_visible()
    assert axe_faults(page) == []
    shot(page, "sim/scorecard")


def test_a_market_that_is_away_is_said_and_comes_back(desk: RealDesk, page: Page, watch: Watch) -> None:
    watch.pardoned = AWAY
    open_market(page)
    desk.kill("prism")
    expect(page.get_by_text(re.compile("what is shown is old"))).to_be_visible()
    assert axe_faults(page) == []
    shot(page, "sim/away")
    expect(page.get_by_text(re.compile("what is shown is old"))).to_have_count(0, timeout=60_000)


def test_it_begins_anew_from_another_seed(page: Page, watch: Watch) -> None:
    watch.pardoned = AWAY
    open_market(page)
    page.get_by_role("button", name="Begin anew…").click()
    dialog = page.get_by_role("dialog", name="Begin anew")
    dialog.get_by_label(re.compile("^Seed")).fill("42")
    dialog.get_by_label(re.compile("^Reason")).fill("another day")
    dialog.get_by_role("button", name="Review").click()
    expect(dialog).to_contain_text("begin anew from seed 42")
    dialog.get_by_role("button", name="Begin anew").click()
    facts = page.locator(".sim-facts-line")
    expect(facts).to_contain_text(re.compile(r"Seed\s*42"), timeout=60_000)
    wait_for_colors(page, 30)
    expect(halt_button(page)).to_be_visible()
