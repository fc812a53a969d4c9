"""The walk of getting-started.md: a new desk on the simulated market, from the first login to a restart.

Its pictures are those of the document. What a replay has beside it is walked in `test_walk`.
"""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk_process import RealDesk, start_desk
from tests.e2e.browser import Watch, open_context, shot
from tests.e2e.people import AWAY, PASSWORD, Api, blotter_tab, fill_ticket, last_price, settle
from tests.e2e.test_walk import compare_backtests, first_login, halt_and_resume
from trade2026.application.live.beginning import MARKETS
from trade2026.ports.prism import DATA

CONFIG: Final = {
    "accounts": [{"account_id": "SIM", "currency": "USDT", "venue": "PRISM"}],
    "costs": {"fees": MARKETS[DATA].costs.fees},
}
"""As `trade2026 up` writes it for a new desk."""
SYMBOL: Final = "BTCUSDT.PRISM"
ADDRESS: Final = f"/trade?symbol={SYMBOL}"
FOLDER: Final = "first"
MADE_MS: Final = 180_000
"""A market makes its past before it is seen."""


@pytest.fixture(scope="module")
def fresh() -> Iterator[RealDesk]:
    """A desk nobody has logged in to."""
    with start_desk(data=DATA, config=CONFIG, web={"cool_down_seconds": 2}) as desk:
        yield desk


@pytest.fixture
def page(fresh: RealDesk, browser: Browser) -> Iterator[Page]:
    context = open_context(browser, fresh.url)
    yield context.new_page()
    context.close()


def test_the_first_walk(fresh: RealDesk, page: Page) -> None:
    watch = Watch(page, fresh.url)
    watch.pardoned = ("/auth/login", "503", "504")  # The wrong password; and a market that is being made.
    first_login(fresh, page, FOLDER)
    see_the_market(page)
    watch.take()
    watch.pardoned = ()
    start_a_strategy(page)
    send_an_order(page)
    see_an_order_refused(page)
    leave_one_working(page)
    see_the_money(page)
    compare_backtests(page, FOLDER)
    price = f"{last_price_of(page) * 0.95:.2f}"
    halt_and_resume(page, FOLDER, ADDRESS, ("0.01", price))
    assert watch.take() == []
    watch.pardoned = ("503", "504", "Failed to load resource", "WebSocket")
    see_the_core_die(fresh, page)
    restart_everything(fresh, page)
    assert watch.take() == []


def last_price_of(page: Page) -> float:
    page.goto(ADDRESS)
    expect(page.locator(".price-head .watch-last")).to_have_text(re.compile(r"^\d"))
    return last_price(page)


def see_the_market(page: Page) -> None:
    page.goto(ADDRESS)
    price = page.locator(".price-head .watch-last")
    expect(price).to_have_text(re.compile(r"^\d"), timeout=MADE_MS)
    before = price.inner_text()
    expect(price).not_to_have_text(before)
    expect(page.get_by_role("banner")).to_contain_text("SIM")
    page.goto(ADDRESS)  # Opened before there were prices, it had no candles to read.
    expect(price).to_have_text(re.compile(r"^\d"))
    expect(page.get_by_text("No bars yet")).to_have_count(0)
    expect(page.locator("main .skeleton")).to_have_count(0)
    expect(page.get_by_role("group", name="Replay")).to_have_count(0)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    shot(page, f"{FOLDER}/04-market")


def start_a_strategy(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("s")
    form = page.get_by_role("form", name="Start a strategy")
    form.get_by_label("Strategy").select_option("dual_moving_average")
    form.get_by_label("Fast").fill("1")
    form.get_by_label("Slow").fill("2")
    form.get_by_label("Weight pct").fill("10")
    shot(page, f"{FOLDER}/06-strategy-form")
    form.get_by_role("button", name="Start").click()
    row = page.locator("tr", has_text="dual_moving_average-1")
    expect(row).to_contain_text("Running")
    shot(page, f"{FOLDER}/07-strategy-running")


def send_an_order(page: Page) -> None:
    """A limit over the market trades at once, with whoever offers there."""
    price = last_price_of(page)
    fill_ticket(page, "0.1", f"{price * 1.01:.2f}")
    expect(page.get_by_text("Would be taken")).to_be_visible()
    shot(page, f"{FOLDER}/09-ticket")
    page.get_by_role("button", name="Review buy order").click()
    expect(page.get_by_role("form", name="Review the order")).to_contain_text("Paper")
    page.get_by_role("button", name="Send buy order").click()
    mine = page.get_by_role("table", name="Orders").get_by_role("row").filter(has_text="admin")
    expect(mine.first).to_contain_text("Filled")
    shot(page, f"{FOLDER}/11-filled")
    blotter_tab(page, "Positions").click()
    expect(page.get_by_role("tabpanel")).to_contain_text(SYMBOL)


def see_an_order_refused(page: Page) -> None:
    fill_ticket(page, "1000", f"{last_price(page):.2f}")
    preview = page.locator(".preview")
    expect(preview).to_contain_text("Refused")
    expect(page.get_by_role("button", name="Review buy order")).to_be_disabled()
    shot(page, f"{FOLDER}/13-refused")
    preview.get_by_role("button", name="Use the largest quantity").click()
    quantity = page.get_by_role("textbox", name="Quantity")
    expect(quantity).not_to_have_value("1000")  # It moves with the price, so the verdict may change again.
    assert 0 < float(quantity.input_value().replace(",", "")) < 1000


def leave_one_working(page: Page) -> None:
    fill_ticket(page, "0.01", f"{last_price(page) * 0.95:.2f}")
    page.get_by_role("combobox", name="Time in force").select_option("GTC")
    page.get_by_role("button", name="Review buy order").click()
    page.get_by_role("button", name="Send buy order").click()
    blotter_tab(page, "Working").click()
    row = page.get_by_role("table", name="Working orders").get_by_role("row").filter(has_text="admin")
    expect(row).to_contain_text("New")
    blotter_tab(page, "Orders").click()


def see_the_money(page: Page) -> None:
    for path, text in (
        ("/portfolio", SYMBOL),
        ("/portfolio/equity", "Drawdown"),
        ("/portfolio/lots", SYMBOL),
        ("/portfolio/ledger", "Trade"),
    ):
        page.goto(path)
        settle(page)
        expect(page.locator("main")).to_contain_text(text)
        shot(page, f"{FOLDER}/15{path.replace('/', '-')}")
    page.keyboard.press("/")
    page.keyboard.type("btc")  # An order may be filled in parts: then there are several.
    expect(page.locator("main [data-row]").first).to_be_visible()
    page.get_by_role("button", name="Detail of row").first.click()
    expect(page.locator(".spec-detail")).to_contain_text("USDT")
    shot(page, f"{FOLDER}/15-ledger-entry")


def see_the_core_die(desk: RealDesk, page: Page) -> None:
    """The page says so while it lasts, takes no order, and goes on by itself."""
    price = f"{last_price_of(page) * 0.95:.2f}"
    fill_ticket(page, "0.01", price)
    expect(page.locator(".preview")).to_contain_text("Would be taken")
    desk.kill("core")
    expect(page.get_by_role("banner")).to_contain_text(AWAY)
    expect(page.get_by_role("button", name="Review buy order")).to_be_disabled()
    shot(page, f"{FOLDER}/20-core-away")
    expect(page.get_by_role("banner")).to_contain_text("Live")
    fill_ticket(page, "0.02", price)
    expect(page.locator(".preview")).to_contain_text("Would be taken")


def restart_everything(desk: RealDesk, page: Page) -> None:
    """What was done is there, and what was open was ended with the market."""
    api = Api(desk.url, "admin", PASSWORD)
    before = {each["order_id"]: each["status"] for each in api.get("/orders", status="done")["items"]}
    working = {each["order_id"] for each in api.get("/orders", status="open")["items"]}
    position = positions(api)
    api.close()
    desk.command("down")
    expect(page.get_by_role("banner")).to_contain_text("Offline")
    desk.start()
    expect(page.get_by_role("banner")).to_contain_text("Live", timeout=MADE_MS)
    page.goto("/strategies/running")
    expect(page.locator("tr", has_text="dual_moving_average-1")).to_contain_text("Running")
    api = Api(desk.url, "admin", PASSWORD)

    def over() -> dict[int, str]:
        found = api.get("/orders", status="done", limit=1000)["items"]
        return {each["order_id"]: each["status"] for each in found}

    desk.wait_for(lambda: working <= over().keys(), "the market to end what was open", 60)
    assert before.items() <= over().items()
    assert positions(api).keys() >= position.keys()
    api.close()
    assert last_price_of(page) > 0


def positions(api: Api) -> dict[str, str]:
    return {each["instrument_id"]: each["quantity"] for each in api.get("/positions")["items"]}
