"""The walk of a new user, from the first login to a desk that was killed, restarted, and is as it was."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk_process import RealDesk, start_desk
from tests.e2e.browser import Watch, open_context, shot
from tests.e2e.people import AWAY, PASSWORD, Api, blotter_tab, fill_ticket, halt_button, last_price, settle

REPLAY: Final = {"start": "2012-01-03", "speed": 2, "is_paused": False}
REASON: Final = "prices were checked with the vendor"


@pytest.fixture(scope="module")
def fresh() -> Iterator[RealDesk]:
    """A desk nobody has logged in to."""
    with start_desk(replay=REPLAY, web={"cool_down_seconds": 2}) as desk:
        yield desk


@pytest.fixture
def page(fresh: RealDesk, browser: Browser) -> Iterator[Page]:
    context = open_context(browser, fresh.url)
    yield context.new_page()
    context.close()


def test_the_walk_of_a_new_user(fresh: RealDesk, page: Page) -> None:
    watch = Watch(page, fresh.url)
    watch.pardoned = ("/auth/login",)  # The browser notes the wrong password.
    first_login(fresh, page)
    watch.pardoned = ()
    see_empty_pages(page)
    see_the_market_move(page)
    start_a_strategy(page)
    send_an_order(page)
    see_an_order_refused(page)
    cancel_an_order(page)
    see_the_money(page)
    compare_backtests(page)
    halt_and_resume(page)
    assert watch.take() == []
    watch.pardoned = ("503", "504", "Failed to load resource", "WebSocket")
    see_the_core_die(fresh, page)
    restart_everything(fresh, page)
    assert watch.take() == []


def first_login(desk: RealDesk, page: Page, folder: str = "walk") -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Trade2026")).to_be_visible()
    shot(page, f"{folder}/01-login")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(desk.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Choose a password of your own")).to_be_visible()
    shot(page, f"{folder}/02-change-password")
    page.get_by_label("Current password").fill(desk.password)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password again").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(halt_button(page)).to_be_visible()
    assert not (desk.home / "desk" / "state" / "first-login.txt").exists()
    assert fresh_tokens_are_not_readable(page)


def fresh_tokens_are_not_readable(page: Page) -> bool:
    """Whether no script can read the session."""
    kept = page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})")
    return "eyJ" not in kept and "trade2026_session" not in kept


def see_empty_pages(page: Page) -> None:
    """A fresh desk says what to do next."""
    for path, text in (
        ("/home", "Nothing was traded yet"),
        ("/portfolio", "No positions"),
        ("/strategies", "No strategy runs"),
        ("/strategies/backtests", "No backtest was run yet"),
        ("/trade", "No orders yet"),
    ):
        page.goto(path)
        settle(page)
        expect(page.locator("main")).to_contain_text(text)
        shot(page, f"walk/03-empty{path.replace('/', '-')}")


def see_the_market_move(page: Page) -> None:
    page.goto("/trade")
    price = page.locator(".price-head .watch-last")
    expect(price).to_have_text(re.compile(r"^\d"))
    before = price.inner_text()
    expect(price).not_to_have_text(before)
    clock = page.locator(".clock-date")
    day = clock.inner_text()
    expect(clock).not_to_have_text(day)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert page.title().endswith("Trade2026")
    shot(page, "walk/04-market")


def start_a_strategy(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("s")
    form = page.get_by_role("form", name="Start a strategy")
    form.get_by_label("Strategy").select_option("dual_moving_average")
    form.get_by_label("Fast").fill("0")
    form.get_by_role("button", name="Start").click()
    expect(form.get_by_text("One field needs another value")).to_be_visible()
    shot(page, "walk/05-strategy-refused")
    form.get_by_label("Fast").fill("5")
    form.get_by_label("Slow").fill("15")
    form.get_by_label("Weight pct").fill("20")
    shot(page, "walk/06-strategy-form")
    form.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1, name="Running")).to_be_visible()
    row = page.locator("tr", has_text="dual_moving_average-1")
    expect(row).to_contain_text("Running")
    shot(page, "walk/07-strategy-running")
    row.get_by_role("link", name="dual_moving_average-1").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("dual_moving_average-1")
    settle(page)
    shot(page, "walk/08-strategy-run")


def send_an_order(page: Page) -> None:
    """A limit over the market fills at the next bar; the market waits for us meanwhile."""
    page.goto("/trade")
    replay = page.get_by_role("group", name="Replay")
    replay.get_by_role("button", name="Pause the replay").click()
    expect(replay).to_contain_text("Paused")
    expect(page.locator(".price-head .watch-last")).to_have_text(re.compile(r"^\d"))
    fill_ticket(page, "100", f"{last_price(page) * 1.05:.3f}")
    expect(page.get_by_text("Would be taken")).to_be_visible()
    shot(page, "walk/09-ticket")
    page.get_by_role("button", name="Review buy order").click()
    expect(page.get_by_role("form", name="Review the order")).to_contain_text("Paper")
    shot(page, "walk/10-review")
    page.get_by_role("button", name="Send buy order").click()
    mine = page.get_by_role("table", name="Orders").get_by_role("row").filter(has_text="admin")
    expect(mine).to_contain_text(re.compile("New"))
    replay.get_by_role("button", name="One step").click()
    expect(mine).to_contain_text("Filled")
    shot(page, "walk/11-filled")
    blotter_tab(page, "Fills").click()
    fills = page.get_by_role("table", name="Fills").get_by_role("row").filter(has_text="AAPL.XNAS")
    expect(fills.first).to_contain_text("100")
    blotter_tab(page, "Positions").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("AAPL.XNAS")
    shot(page, "walk/12-position")


def see_an_order_refused(page: Page) -> None:
    fill_ticket(page, "10000000", f"{last_price(page):.3f}")
    preview = page.locator(".preview")
    expect(preview).to_contain_text("Refused")
    expect(page.get_by_role("button", name="Review buy order")).to_be_disabled()
    shot(page, "walk/13-refused")
    preview.get_by_role("button", name="Use the largest quantity").click()
    expect(preview).to_contain_text("Would be taken")
    assert float(page.get_by_role("textbox", name="Quantity").input_value().replace(",", "")) < 10_000_000


def cancel_an_order(page: Page) -> None:
    fill_ticket(page, "10", "1")
    page.get_by_role("combobox", name="Time in force").select_option("GTC")
    page.get_by_role("button", name="Review buy order").click()
    page.get_by_role("button", name="Send buy order").click()
    blotter_tab(page, "Working").click()
    row = page.get_by_role("table", name="Working orders").get_by_role("row").filter(has_text="admin")
    expect(row).to_contain_text("New")
    row.get_by_role("button", name="Cancel order").click()
    expect(row).to_have_count(0)
    blotter_tab(page, "Orders").click()
    mine = page.get_by_role("table", name="Orders").get_by_role("row").filter(has_text="admin")
    expect(mine.first).to_contain_text("Canceled")
    shot(page, "walk/14-canceled")
    page.get_by_role("button", name="Play the replay").click()
    expect(page.get_by_role("group", name="Replay")).to_contain_text("Playing")


def see_the_money(page: Page) -> None:
    for path, text in (
        ("/portfolio", "AAPL.XNAS"),
        ("/portfolio/equity", "Drawdown"),
        ("/portfolio/lots", "AAPL.XNAS"),
        ("/trade/orders", "dual_moving_average-1"),
        ("/portfolio/ledger", "Trade"),
    ):
        page.goto(path)
        settle(page)
        expect(page.locator("main")).to_contain_text(text)
        shot(page, f"walk/15{path.replace('/', '-')}")
    page.keyboard.press("/")
    page.keyboard.type("buy 100 aapl")
    expect(page.locator("main [data-row]")).to_have_count(1)
    page.get_by_role("button", name="Detail of row").click()
    expect(page.locator(".spec-detail")).to_contain_text("USD")
    shot(page, "walk/15-ledger-entry")


def compare_backtests(page: Page, folder: str = "walk") -> None:
    """One with costs and one without, of the same strategy and years."""
    for costs, name in (("Dear costs", "backtest-1"), ("No costs", "backtest-2")):
        page.goto("/strategies/backtest?f.strategy=momentum&f.start=2016-01-04")
        form = page.get_by_role("form", name="Backtest")
        form.get_by_role("button", name=costs).click()
        form.get_by_role("button", name="Run backtest").click()
        expect(page.get_by_role("region", name=f"Job {name}")).to_contain_text("Done")
        expect(page.get_by_role("region", name="Summary", exact=True)).to_contain_text("Sharpe")
    settle(page)
    expect(page.get_by_role("region", name="Monthly returns", exact=True)).to_contain_text("2016")
    shot(page, f"{folder}/30-backtest")
    page.get_by_role("region", name="Drawdown", exact=True).scroll_into_view_if_needed()
    page.get_by_role("region", name="Monthly returns", exact=True).scroll_into_view_if_needed()
    shot(page, f"{folder}/31-tear-sheet")
    page.goto("/strategies/compare?a=backtest-1&b=backtest-2")
    settle(page)
    figures = page.get_by_role("region", name="Figures", exact=True)
    expect(figures).to_contain_text("Difference")
    expect(figures).to_contain_text("Ending equity")
    shot(page, f"{folder}/32-compare")


def halt_and_resume(
    page: Page, folder: str = "walk", address: str = "/trade", terms: tuple[str, str] = ("1", "1")
) -> None:
    page.goto(address)
    halt_button(page).click()
    sheet = page.get_by_role("dialog", name="Halt trading")
    sheet.get_by_label("Reason").fill("prices look wrong")
    shot(page, f"{folder}/16-halt-sheet")
    hold = sheet.get_by_role("button", name="Hold for one second")
    hold.hover()
    page.mouse.down()
    page.mouse.up()  # Let go at once: nothing happens.
    expect(hold).to_be_visible()
    page.mouse.down()
    expect(sheet.get_by_role("heading", name="Halting all trading")).to_be_visible()
    page.mouse.up()
    expect(sheet.get_by_text("Confirmed: halted, and nothing is working: done")).to_be_visible()
    shot(page, f"{folder}/17-halt-confirmed")
    page.keyboard.press("Escape")
    expect(page.get_by_role("banner").get_by_text("HALTED all")).to_be_visible()
    fill_ticket(page, *terms)
    expect(page.locator(".preview")).to_contain_text("Refused")
    shot(page, f"{folder}/18-halted-ticket")
    halt_button(page).click()
    sheet.get_by_role("button", name="Resume…").click()
    sheet.get_by_label("Why it is safe to go on").fill("too short")
    expect(sheet.get_by_role("button", name=re.compile("Resume trading|Possible in"))).to_be_disabled()
    sheet.get_by_label("Why it is safe to go on").fill(REASON)
    shot(page, f"{folder}/19-resume")
    sheet.get_by_role("button", name="Resume trading").click()
    expect(page.get_by_role("banner").get_by_text("HALTED")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".preview")).to_contain_text("Would be taken")
    page.goto("/ops/events?types=TradingStateSet")
    settle(page)
    expect(page.locator("main")).to_contain_text(REASON)


def see_the_core_die(desk: RealDesk, page: Page) -> None:
    """The page says so while it lasts, takes no order, and goes on by itself."""
    page.goto("/trade")
    fill_ticket(page, "1", "1")
    expect(page.locator(".preview")).to_contain_text("Would be taken")
    desk.kill("core")
    expect(page.get_by_role("banner")).to_contain_text(AWAY)
    expect(page.get_by_role("button", name="Review buy order")).to_be_disabled()
    shot(page, "walk/20-core-away")
    expect(page.get_by_role("group", name="Replay")).to_contain_text("Playing")
    price = page.locator(".price-head .watch-last")
    before = price.inner_text()
    expect(price).not_to_have_text(before)
    fill_ticket(page, "2", "1")
    expect(page.locator(".preview")).to_contain_text("Would be taken")
    shot(page, "walk/21-core-back")


def restart_everything(desk: RealDesk, page: Page) -> None:
    api = Api(desk.url, "admin", PASSWORD)
    before = {each["order_id"]: each["status"] for each in api.get("/orders", status="done")["items"]}
    api.close()
    desk.command("down")
    expect(page.get_by_role("banner")).to_contain_text("Offline")
    shot(page, "walk/22-offline")
    desk.start()
    expect(page.get_by_role("banner")).to_contain_text("Live")
    page.goto("/strategies/running")
    row = page.locator("tr", has_text="dual_moving_average-1")
    expect(row).to_contain_text("Running")
    shot(page, "walk/23-restarted")
    api = Api(desk.url, "admin", PASSWORD)
    after = {
        each["order_id"]: each["status"] for each in api.get("/orders", status="done", limit=1000)["items"]
    }
    assert before.items() <= after.items()
    assert api.get("/trading-state")["halted"] is False
    api.close()
    page.goto("/trade")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    price = page.locator(".price-head .watch-last")
    expect(price).to_have_text(re.compile(r"^\d"))
