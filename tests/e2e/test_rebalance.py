"""From weights to orders on the page: proposed, confirmed once, waiting, reloaded, filled; in both themes."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk_process import RealDesk, start_desk
from tests.e2e.browser import WIDE, Watch, axe_faults, open_context, overflow, shot
from tests.e2e.people import PASSWORD, Api, add_people, log_in, settle

PHONE = {"width": 390, "height": 844}
PAGE = "/portfolio/rebalance?account=CASH"


@pytest.fixture(scope="module")
def desk() -> Iterator[RealDesk]:
    """A desk of its own whose days a test plays; the account holds three shares, nearly without cash."""
    cash = {"account_id": "CASH", "account_type": "CASH", "cash": "250000"}
    web = {"reads_per_s": 0, "logins_per_s": 0}
    replay = {"start": "2012-01-03", "is_paused": True}
    with start_desk(replay=replay, config={"accounts": [cash]}, web=web) as desk:
        admin = Api(desk.url, "admin", desk.password)
        admin.post("/auth/password", {"current_password": desk.password, "new_password": PASSWORD})
        add_people(desk, "viewer", "trader")
        desk.wait_for(lambda: is_quoted(admin), "the first prices")
        weights = {"KO.XNYS": "0.4", "AAPL.XNAS": "0.3", "GE.XNYS": "0.3"}
        body = {"account_id": "CASH", "weights": weights, "order_type": "MARKET"}
        made = admin.post("/portfolio/rebalancing", body)
        admin.post(f"/portfolio/rebalancing/{made['proposal_id']}/confirm", {})
        admin.post("/feed", {"action": "STEP"})
        desk.wait_for(lambda: len(admin.get("/positions")["items"]) == 3, "the first positions")
        admin.close()
        yield desk


def is_quoted(api: Api) -> bool:
    if api.get("/quotes")["items"]:
        return True
    api.post("/feed", {"action": "STEP"})
    return False


@pytest.fixture(scope="module")
def api(desk: RealDesk) -> Iterator[Api]:
    api = Api(desk.url, "trader", f"{PASSWORD}-trader")
    yield api
    api.close()


@pytest.fixture
def page(desk: RealDesk, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A trader with a theme; nothing goes wrong behind the page."""
    theme = getattr(request, "param", "dark")
    context = open_context(browser, desk.url)
    kept = json.dumps({"theme": theme})
    context.add_init_script(f"localStorage.setItem('trade2026.preferences', '{kept}')")
    page = context.new_page()
    watch = Watch(page, desk.url)
    log_in(page, "trader", f"{PASSWORD}-trader")
    yield page
    assert watch.take() == []
    context.close()


def look(page: Page, name: str) -> None:
    for width, size in (("1440", WIDE), ("phone", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert overflow(page) == 0
        shot(page, f"rebalance/{name}-{width}")
    page.set_viewport_size(WIDE)
    assert axe_faults(page) == []


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_a_proposal_looks_right_and_sends_nothing(
    page: Page, api: Api, request: pytest.FixtureRequest
) -> None:
    theme = request.node.callspec.params["page"]
    before = len(api.get("/orders")["items"])
    page.goto(PAGE)
    settle(page)
    page.get_by_label("Weights, one instrument a line").fill("KO.XNYS 10%\nXOM.XNYS 0.5")
    expect(page.get_by_text("2 instruments, 60.00% in all, 40.00% stays cash")).to_be_visible()
    page.get_by_role("button", name="Propose orders").click()
    expect(page.get_by_text("s to confirm")).to_be_visible()
    expect(page.get_by_role("cell", name="XOM.XNYS")).to_be_visible()
    look(page, f"open-{theme}")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("By trader.")).to_be_visible()
    page.get_by_role("button", name="Propose again").click()
    expect(page.get_by_text("s to confirm")).to_be_visible()
    assert len(api.get("/orders")["items"]) == before


def test_from_an_analysis_to_filled_orders(page: Page, api: Api) -> None:
    body = {"data": "sp500", "start": "2008-01-02", "end": "2011-12-30", "upper": 0.2}
    job = api.post("/portfolio/mean-variance", body)["job_id"]
    page.goto(f"/portfolio/mean-variance?job={job}&account=CASH")
    page.get_by_role("link", name="Propose orders").click(timeout=60_000)
    settle(page)
    page.get_by_label("Positions not named").select_option("CLOSE")
    page.get_by_label("Limit through the touch").fill("400")
    page.get_by_role("button", name="Propose orders").click()
    expect(page.get_by_text("s to confirm")).to_be_visible()
    look(page, "job")
    page.get_by_role("button", name="Confirm").click()
    shot(page, "rebalance/dialog-1440")
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.get_by_text("wait for cash of the sells")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_text("wait for cash of the sells")).to_be_visible()
    look(page, "waiting")
    api.post("/feed", {"action": "STEP"})
    status = page.locator(".rb-proposal .panel-head .spec-status")
    expect(status).to_have_text("Sent")
    api.post("/feed", {"action": "STEP"})
    expect(page.locator(".rb-proposal").get_by_text("Filled").nth(2)).to_be_visible()
    look(page, "sent")
    names = [each["client_order_id"] for each in api.get("/orders", limit=200)["items"]]
    assert len(names) == len(set(names))


def test_a_viewer_looks_and_does_not_touch(desk: RealDesk, browser: Browser) -> None:
    context = open_context(browser, desk.url)
    page = context.new_page()
    log_in(page, "viewer", f"{PASSWORD}-viewer")
    page.goto(PAGE)
    settle(page)
    expect(page.get_by_text("This needs the role trader.")).to_be_visible()
    expect(page.get_by_role("button", name="Propose orders")).to_be_disabled()
    page.get_by_role("region", name="Proposals of the account").get_by_role("link").first.click()
    expect(page.get_by_text("Confirmed by")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    context.close()
