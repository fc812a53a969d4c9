"""What an operator sees and does when books differ: alerts, venues, reconciliation, the halt ladder."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.desk_process import RealDesk, start_desk
from tests.e2e.books import VENUE, journal_a_dispute
from tests.e2e.browser import Watch, axe_faults, open_context, overflow, shot
from tests.e2e.people import PASSWORD, Api, log_in, settle

SETTINGS = {"cool_down_seconds": 1, "reads_per_s": 0, "logins_per_s": 0, "login_age_seconds": 300}
ORDER = {
    "account_id": "PAPER", "instrument_id": "KO.XNYS", "side": "BUY", "order_qty": "100",
    "order_type": "LIMIT", "time_in_force": "GTC", "limit_price": "1", "client_order_id": "doubted-1",
}  # fmt: skip


@pytest.fixture(scope="module")
def disputed() -> Iterator[RealDesk]:
    """A desk that was started again after a venue's books differed from its own; time stands still."""
    # Answers take an hour of a time that stands still: the order waits for one, before and after the start.
    config = {"costs": {"latency_ms": "3600000"}}
    still = {"start": "2012-01-03", "is_paused": True}
    with start_desk(replay=still, config=config, web=SETTINGS) as desk:
        admin = Api(desk.url, "admin", desk.password)
        admin.post("/auth/password", {"current_password": desk.password, "new_password": PASSWORD})
        admin.close()
        api = Api(desk.url, "admin", PASSWORD)
        api.post("/orders", ORDER)
        api.close()
        desk.command("down")
        journal_a_dispute(desk, ORDER["client_order_id"])
        desk.start()
        yield desk


@pytest.fixture(scope="module")
def page(disputed: RealDesk, browser: Browser) -> Iterator[Page]:
    context = open_context(browser, disputed.url)
    page = context.new_page()
    log_in(page, "admin", PASSWORD)
    yield page
    context.close()


@pytest.fixture
def watch(disputed: RealDesk, page: Page) -> Iterator[Watch]:
    """Nothing goes wrong behind the page, but for what the server says no to."""
    watch = Watch(page, disputed.url)
    watch.pardoned = ("Failed to load resource",)
    yield watch
    assert watch.take() == []


def go(page: Page, path: str, name: str) -> None:
    """Open a page, look at it in two widths, and keep pictures of it."""
    page.goto(path)
    settle(page)
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        assert overflow(page) == 0, f"{path} at {width}"
        assert axe_faults(page) == [], f"{path} at {width}"
        shot(page, f"oversight/{name}-{width}")


def row(page: Page, *texts: str) -> Locator:
    found = page.locator("tr[data-row]")
    for text in texts:
        found = found.filter(has_text=text)
    return found


def test_alerts_lead_to_the_pages(page: Page, watch: Watch) -> None:
    go(page, "/ops/alerts", "alerts")
    for title in ("Venue paused", "Books differ from the venue's", "Outcome unknown"):
        expect(row(page, title)).to_have_count(1)
    row(page, "Books differ").get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Reconciliation")
    page.goto("/ops/alerts")
    row(page, "Outcome unknown").get_by_role("link").click()
    expect(page.get_by_role("dialog")).to_contain_text("Order 1")


def test_the_venue_says_why_it_is_not_trusted_and_what_is_in_doubt(page: Page, watch: Watch) -> None:
    go(page, "/ops/venues", "venues")
    venue = row(page, VENUE, "2 differences")
    expect(venue).to_contain_text("Paused")
    expect(venue.get_by_role("link")).to_have_text("2")
    expect(row(page, "no answer within 2 s")).to_contain_text("100")
    venue.get_by_role("button", name="Reconcile now").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("after maintenance")
    dialog.get_by_role("button", name="Reconcile now").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no session")  # This desk has no line to it.
    dialog.get_by_role("button", name="Back").click()


def test_lines_stand_side_by_side_and_the_undecided_first(page: Page, watch: Watch) -> None:
    go(page, "/ops/reconciliation", "reconciliation")
    table = page.get_by_role("region", name="Differences", exact=True)
    rows = table.locator("tr[data-row]")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text(re.compile("Accept.*KO.XNYS.*200.*190.*\u221210", re.DOTALL))
    expect(rows.nth(2)).to_contain_text("booked as the venue states it")
    assert [each.get_by_role("button", name="Accept", exact=True).count() for each in rows.all()] == [1, 0, 0]
    assert [each.get_by_role("button", name="Compare again").count() for each in rows.all()] == [1, 1, 0]
    history = page.get_by_role("region", name="Comparisons", exact=True).locator("tr[data-row]")
    expect(history).to_have_count(2)
    expect(history.nth(0)).to_contain_text("Open")
    expect(history.nth(1)).to_contain_text("Settled")


def test_accepting_asks_why_and_again_for_the_password_by_keys_alone(page: Page, watch: Watch) -> None:
    """The server's answers are its own but for the age of the login, which no test can wait for."""
    page.goto("/ops/reconciliation")
    settle(page)
    stale = {
        "type": "https://trade2026.dev/problems/fresh-login-needed", "title": "A fresh login is needed",
        "status": 403, "detail": "accepting a difference needs a login of the last 300 s",
    }  # fmt: skip
    page.route(
        "**/accept",
        lambda route: route.fulfill(status=403, json=stale, content_type="application/problem+json"),
    )
    accept = row(page, "KO.XNYS").get_by_role("button", name="Accept", exact=True)
    accept.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Ours: 200. The venue's: 190.")
    dialog.get_by_label("Reason").focus()
    page.keyboard.type("too short")
    expect(dialog.get_by_role("button", name="Accept")).to_be_disabled()
    page.keyboard.type(", no longer: transferred by hand")
    page.keyboard.press("Enter")
    password = dialog.get_by_label("Password: the login must be fresh")
    expect(password).to_be_visible()
    assert axe_faults(page) == []
    shot(page, "oversight/accept-1440")
    page.unroute("**/accept")
    password.focus()
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text(re.compile("password", re.IGNORECASE))
    password.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("no session")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_the_ladder_halts_and_resumes_one_scope_without_a_reload(
    disputed: RealDesk, page: Page, watch: Watch
) -> None:
    go(page, "/ops/trading-state", "ladder")
    rung = row(page, "Instrument", "KO.XNYS")
    expect(rung).to_contain_text("Active")
    rung.get_by_role("button", name="Halt").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("books are in dispute")
    dialog.get_by_role("button", name="Halt").click()
    expect(rung).to_contain_text("Halted")
    expect(rung).to_contain_text(re.compile("Outstanding|Confirmed"))
    expect(rung).to_contain_text("books are in dispute")
    api = Api(disputed.url, "admin", PASSWORD)
    api.post("/halt", {"scope": "VENUE", "target": "XNAS", "reason": "by another person"})
    expect(row(page, "Venue", "XNAS")).to_contain_text("by another person")
    api.close()
    assert axe_faults(page) == []
    shot(page, "oversight/ladder-halted-1440")
    rung.get_by_role("button", name="Resume").click()
    dialog.get_by_label("Reason").fill("the books were squared")
    dialog.get_by_role("button", name="Resume").click()
    expect(rung).to_contain_text("Active")


def test_the_form_offers_what_exists_in_the_scope(page: Page, watch: Watch) -> None:
    page.goto("/ops/trading-state")
    settle(page)
    form = page.get_by_role("form", name="Halt trading")
    form.get_by_label("Scope").select_option("INSTRUMENT")
    form.get_by_label("Target").select_option("BAC.XNYS")
    form.get_by_label("Scope").select_option("VENUE")
    offered = form.get_by_label("Target").locator("option").all_inner_texts()
    assert {"XNAS", "XNYS"} <= set(offered)
    assert "AAPL.XNAS" not in offered


def test_home_says_that_a_venue_needs_attention(page: Page, watch: Watch) -> None:
    page.goto("/home")
    settle(page)
    notices = page.get_by_role("region", name="Needs attention")
    expect(notices).to_contain_text(f"Venue {VENUE}: paused")
    expect(notices).to_contain_text("Books differ from XNYS: KO.XNYS")
    shot(page, "oversight/home-1440")


def test_an_order_is_found_by_its_number(page: Page, watch: Watch) -> None:
    page.goto("/ops/venues")
    settle(page)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Go to")).to_be_focused()
    page.keyboard.type("order 1")
    page.get_by_role("option", name=re.compile("^Order 1")).click()
    expect(page).to_have_url(re.compile(r"/trade\?.*order=1"))
    expect(page.get_by_role("dialog")).to_contain_text("Outcome unknown")
