"""One browser for each module, and one desk in use that all but the walk share.

The desk of the walk is its own, because the walk kills, halts and restarts it.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.desk_process import RealDesk, start_desk
from tests.e2e.browser import Watch, open_context, shot, start_browser, why_not
from tests.e2e.people import PASSWORD, Api, add_people, log_in

_HERE = Path(__file__).parent
_CANNOT = why_not()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a picture of the page that a test failed on."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.failed and call.when == "call" and isinstance(page, Page) and not page.is_closed():
        shot(page, f"failed/{item.name}")
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and skip them where there is nothing to run them with."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.process)
            item.add_marker(pytest.mark.slow)
            if _CANNOT:
                item.add_marker(pytest.mark.skip(reason=_CANNOT))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for longer than a module: while it is there, no other event loop can run in this thread."""
    with start_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def desk() -> Iterator[RealDesk]:
    """A desk that has seen some days: fills, positions, working orders, a strategy, users, backtests."""
    replay = {"start": "2012-01-03", "speed": 20, "is_paused": False}
    with start_desk(replay=replay, web={"cool_down_seconds": 1, "reads_per_s": 0, "logins_per_s": 0}) as desk:
        admin = Api(desk.url, "admin", desk.password)
        admin.post("/auth/password", {"current_password": desk.password, "new_password": PASSWORD})
        admin.close()
        _use(desk)
        yield desk


@pytest.fixture(scope="module")
def view(desk: RealDesk, browser: Browser) -> Iterator[tuple[Page, Watch]]:
    """An administrator's page, and what is wrong behind it."""
    context = open_context(browser, desk.url)
    page = context.new_page()
    watch = Watch(page, desk.url)
    log_in(page, "admin", PASSWORD)
    yield page, watch
    context.close()


def _use(desk: RealDesk) -> None:
    """Bring the desk into the state that pages are looked at in."""
    api = Api(desk.url, "admin", PASSWORD)
    add_people(desk, "viewer", "trader", "operator")
    parameters = {"fast": 2, "slow": 5, "weight_pct": 40}
    run = {"strategy": "dual_moving_average", "parameters": parameters, "account_id": "PAPER"}
    run_id = api.post("/strategy-runs", run)["run_id"]
    for start in ("2015-01-02", "2018-01-02"):
        body = {"strategy": "momentum", "parameters": {}, "data": "sp500", "start": start}
        api.post("/backtests", body)
    _order(api, "AAPL.XNAS", "100")
    _order(api, "KO.XNYS", "200")
    _order(api, "BAC.XNYS", "50", limit_price="0.5")
    desk.wait_for(lambda: _is_in_use(api, run_id), "fills, positions and backtests", 60)
    api.post("/feed", {"action": "SPEED", "speed": 1})
    api.close()


def _order(api: Api, instrument: str, quantity: str, **more: str) -> None:
    kind = "LIMIT" if more else "MARKET"
    common = {"account_id": "PAPER", "side": "BUY", "time_in_force": "GTC", "order_type": kind}
    api.post("/orders", {**common, "instrument_id": instrument, "order_qty": quantity, **more})


def _is_in_use(api: Api, run_id: str) -> bool:
    run = api.get(f"/strategy-runs/{run_id}")
    jobs: list[dict[str, Any]] = api.get("/backtests")["items"]
    fills = api.get("/fills")["items"]
    return (
        run["state"] == "RUNNING"
        and any(each["strategy_id"] == run_id for each in fills)
        and len({each["instrument_id"] for each in fills}) >= 2
        and all(job["state"] == "DONE" for job in jobs)
    )
