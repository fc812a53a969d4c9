"""The states a page can be in besides showing data: loading, failed, not allowed, stale, gone."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.desk_process import RealDesk
from tests.e2e.browser import Watch, axe_faults, open_context, shot
from tests.e2e.people import PASSWORD, log_in, settle
from trade2026.application.pages.registry import pages
from trade2026.application.pages.spec import Role

NO_BROWSER_NOTE = "Failed to load resource"
REQUEST_ID = "e2e-0123456789"
PROBLEM = {
    "type": "/problems/internal-error", "title": "The server failed", "status": 500,
    "detail": "the books could not be read", "instance": "/api/v1/accounts", "request_id": REQUEST_ID,
}  # fmt: skip


@pytest.fixture(scope="module")
def page(desk: RealDesk, browser: Browser) -> Iterator[Page]:
    context = open_context(browser, desk.url)
    page = context.new_page()
    log_in(page, "admin", PASSWORD)
    yield page
    context.close()


@pytest.fixture
def watch(desk: RealDesk, page: Page) -> Iterator[Watch]:
    """Nothing goes wrong behind the page, but for what the test itself breaks."""
    watch = Watch(page, desk.url)
    watch.pardoned = (NO_BROWSER_NOTE, "WebSocket connection")
    yield watch
    page.unroute_all(behavior="ignoreErrors")
    assert watch.take() == []


def refuse(route: Route) -> None:
    route.fulfill(status=500, content_type="application/problem+json", body=json.dumps(PROBLEM))


def test_loading_shows_where_data_will_be(page: Page, watch: Watch) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/positions**", hold)
    page.goto("/portfolio")
    expect(page.get_by_role("status", name="Loading Positions")).to_be_visible()
    expect(page.get_by_role("region", name="Account")).to_contain_text("Equity")
    assert axe_faults(page) == []
    shot(page, "states/loading")
    for route in held:
        route.continue_()
    page.unroute("**/api/v1/positions**")
    settle(page)
    expect(page.get_by_role("region", name="Positions", exact=True)).to_contain_text(
        re.compile(r"\.XN(AS|YS)")
    )


_TRY_AGAIN = (
    "() => [...document.querySelectorAll('button')].find(b => b.textContent === 'Try again')?.click()"
)


def test_an_error_names_its_request_and_can_be_tried_again(page: Page, watch: Watch) -> None:
    page.route("**/api/v1/positions**", refuse)
    page.goto("/portfolio")
    block = page.get_by_role("region", name="Positions", exact=True)
    expect(block.get_by_role("alert")).to_contain_text(str(PROBLEM["title"]))
    expect(block).to_contain_text(str(PROBLEM["detail"]))
    expect(block).to_contain_text(REQUEST_ID)
    expect(page.get_by_role("region", name="Account")).to_contain_text("Equity")
    assert axe_faults(page) == []
    shot(page, "states/error")
    with page.expect_request("**/api/v1/positions**"):
        block.get_by_role("button", name="Try again").click()
    expect(block.get_by_role("alert")).to_contain_text(str(PROBLEM["title"]))
    page.unroute("**/api/v1/positions**")
    page.evaluate(
        _TRY_AGAIN
    )  # At once, or not at all: news of the desk may have the block read again before.
    expect(block).to_contain_text(re.compile(r"\.XN(AS|YS)"))
    expect(block.get_by_role("alert")).to_have_count(0)


def test_what_failed_to_be_read_again_is_shown_as_old(page: Page, watch: Watch) -> None:
    page.goto("/ops")
    settle(page)
    page.route("**/api/v1/services**", refuse)
    page.get_by_role("button", name="Read everything again").click()
    block = page.get_by_role("region", name="Services", exact=True)
    expect(block).to_contain_text("Stale")
    expect(block).to_contain_text("core")
    assert axe_faults(page) == []
    shot(page, "states/stale")


def test_an_answer_that_is_no_problem_document_is_an_error_too(page: Page, watch: Watch) -> None:
    page.route("**/api/v1/positions**", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.goto("/portfolio")
    expect(page.get_by_role("region", name="Positions", exact=True).get_by_role("alert")).to_contain_text(
        "502"
    )


def test_without_its_line_the_page_says_so_and_blocks_market_orders(page: Page, watch: Watch) -> None:
    page.route_web_socket(re.compile("/ws/v1"), lambda socket: socket.close())
    page.goto("/trade")
    expect(page.get_by_role("banner")).to_contain_text("Offline")
    page.get_by_role("combobox", name="Type").select_option("MARKET")
    page.get_by_role("textbox", name="Quantity").fill("1")
    expect(page.get_by_text("Market orders are blocked while the live line is offline")).to_be_visible()
    expect(page.get_by_role("button", name="Review buy order")).to_be_disabled()
    shot(page, "states/offline")
    assert axe_faults(page) == []


def test_an_address_that_is_none(page: Page, watch: Watch) -> None:
    page.goto("/no/such/page")
    expect(page.get_by_role("main")).to_contain_text("There is no such page")
    expect(page.locator("h1")).to_have_count(1)
    shot(page, "states/not-found")


def test_a_viewer_sees_what_is_not_allowed_and_who_may(desk: RealDesk, browser: Browser) -> None:
    context = open_context(browser, desk.url)
    page = context.new_page()
    watch = Watch(page, desk.url)
    log_in(page, "viewer", f"{PASSWORD}-viewer")
    page.goto("/trade")
    expect(page.get_by_role("region", name="Ticket")).to_contain_text("This needs the role trader")
    expect(page.get_by_role("button", name="Cancel all")).to_have_count(0)
    shot(page, "states/viewer-trade")
    page.get_by_role("banner").get_by_role("button", name="Halt").click()
    expect(page.get_by_role("dialog")).to_contain_text("needs the role trader")
    shot(page, "states/viewer-halt")
    page.keyboard.press("Escape")
    page.goto("/strategies")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    shot(page, "states/viewer-strategies")
    for spec in pages():
        if spec.role is Role.ADMIN:
            page.goto(spec.path)
            expect(page.get_by_role("main")).to_contain_text("This needs the role admin")
            expect(page.get_by_role("link", name=spec.title, exact=True)).to_have_count(0)
            expect(page.locator("h1")).to_have_count(1)
            assert axe_faults(page) == []
            shot(page, "states/forbidden")
    assert watch.take() == []
    context.close()


def test_a_session_that_ended_asks_for_a_login_and_returns(desk: RealDesk, browser: Browser) -> None:
    context = open_context(browser, desk.url)
    page = context.new_page()
    log_in(page, "trader", f"{PASSWORD}-trader")
    page.goto("/portfolio/lots")
    settle(page)
    context.clear_cookies()
    page.get_by_role("button", name="Read everything again").click()
    expect(page.get_by_text("Sign in to the desk")).to_be_visible()
    page.get_by_label("Name").fill("trader")
    page.get_by_label("Password", exact=True).fill(f"{PASSWORD}-trader")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Lots")).to_be_visible()
    context.close()


def test_the_form_without_scripts_halts(desk: RealDesk, browser: Browser) -> None:
    """An instrument only: others use this desk."""
    context = open_context(browser, desk.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/ops/halt")
    expect(page.locator("h1")).to_have_count(1)
    page.get_by_label("Name").fill("operator")
    page.get_by_label("Password").fill(f"{PASSWORD}-operator")
    page.locator("select[name=scope]").select_option("INSTRUMENT")
    page.locator("input[name=target]").fill("GE.XNYS")
    page.get_by_label("Reason").fill("trying the plain form")
    page.get_by_role("button", name="Halt").click()
    expect(page.locator("body")).to_contain_text("INSTRUMENT GE.XNYS is halted")
    shot(page, "states/plain-halt")
    context.close()
