"""A whole day with the Python client on a real desk: trading, strategies, jobs, halts, crashes, restarts."""

import asyncio
import io
import time
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.desk_process import RealDesk, start_desk
from trade2026.client import (
    AsyncClient,
    Client,
    Conflict,
    LiveFeed,
    LoginNeeded,
    NewOrder,
    OrderRefused,
    RequestInvalid,
    Timestamp,
    Unavailable,
)
from trade2026.client.results.backtests import JobState
from trade2026.model.enums import OrderStatus, TradingState

pytestmark = [pytest.mark.process, pytest.mark.slow]

ACCOUNT = "PAPER"
KO = "KO.XNYS"


@pytest.fixture(scope="module")
def desk() -> Iterator[RealDesk]:
    with start_desk(replay={"is_paused": True, "speed": 20.0}, web={"cool_down_seconds": 1}) as desk:
        yield desk


@pytest.fixture(scope="module")
def client(desk: RealDesk) -> Iterator[Client]:
    with Client(desk.url, name="admin", password=desk.password) as client:
        yield client


def step(client: Client, count: int = 1) -> None:
    """Let the paused replay take steps, and wait until each is seen."""
    for _ in range(count):
        before = client.account(ACCOUNT).ts
        client.step()
        until(lambda: client.account(ACCOUNT).ts > before)  # noqa: B023 - called at once.


def until(condition: Any, timeout: float = 20.0) -> Any:
    ends = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.02)
    return found


def books(client: Client) -> dict[str, Any]:
    """All that must be the same after a crash: orders, fills, positions, lots, cash, ledger."""
    return {
        "orders": list(client.each_order()),
        "fills": list(client.each_fill()),
        "positions": [(p.instrument_id, p.quantity, p.cost, p.realized) for p in client.positions()],
        "lots": list(client.lots()),
        "cash": client.account(ACCOUNT).cash,
        "ledger": list(client.each_ledger_entry()),
        "halted": [(s.scope, s.target, s.state) for s in client.trading_state().items],
    }


def test_login_and_refusals(desk: RealDesk, client: Client) -> None:
    assert client.health().status == "ok"
    assert client.me().name == "admin"
    assert "resume" in client.me().permissions
    with (
        pytest.raises(LoginNeeded) as caught,
        Client(desk.url, name="admin", password="not this one") as other,
    ):
        other.me()
    assert (caught.value.status, caught.value.slug) == (401, "login-failed")
    with pytest.raises(LoginNeeded), Client(desk.url, token="not.a.token") as other:
        other.me()
    with Client(desk.url, token=client.token()) as other:
        assert other.me().name == "admin"


def test_a_session_ends_with_its_client(desk: RealDesk) -> None:
    with Client(desk.url, name="admin", password=desk.password) as other:
        token = other.token()
    with pytest.raises(LoginNeeded), Client(desk.url, token=token, patience_s=0) as other:
        other.me()


def test_tokens_are_exchanged_before_they_end(desk: RealDesk) -> None:
    with Client(desk.url, name="admin", password=desk.password) as other:
        first = other.token()
        assert other.token() == first
        clock = other._clock
        other._clock = lambda: clock() + 14 * 60 + 30  # Half a minute before the end.
        second = other.token()
        assert second != first
        assert other.me().name == "admin"


def test_market(client: Client) -> None:
    quotes = {each.instrument_id: each for each in client.quotes()}
    instruments = client.instruments()
    assert set(quotes) == {each.instrument_id for each in instruments}
    assert len(quotes) == 20
    assert client.instrument(KO).quote_currency == "USD"
    step(client, 2)
    until(lambda: client.bars(KO, limit=1).items[-1].ts == client.account(ACCOUNT).ts)  # Told apart.
    bars = client.bars(KO, limit=2)
    assert [bar.ts for bar in bars.items] == sorted(bar.ts for bar in bars.items)
    feed = client.feed()
    assert feed.state == "PAUSED"
    assert isinstance(feed.now, Timestamp)
    assert bars.items[-1].ts == client.account(ACCOUNT).ts
    table = client.quotes().to_polars()
    assert table.height == 20
    assert str(table.schema["ts"]).startswith("Datetime")


def test_an_order_from_preview_to_the_books(client: Client) -> None:
    preview = client.preview(ACCOUNT, KO, "BUY", 100)
    assert preview.accepted
    assert preview.notional is not None
    assert preview.reference_price is not None
    assert preview.notional == 100 * preview.reference_price

    cash = client.account(ACCOUNT).cash["USD"]
    sent = client.submit(ACCOUNT, KO, "BUY", 100, time_in_force="GTC", key="walk-1")
    assert not sent.repeated
    again = client.submit(ACCOUNT, KO, "BUY", Decimal(100), time_in_force="GTC", key="walk-1")
    assert again.repeated
    assert again.order.order_id == sent.order.order_id
    with pytest.raises(OrderRefused) as caught:
        client.submit(ACCOUNT, KO, "BUY", 101, time_in_force="GTC", key="walk-1")
    assert caught.value.slug == "idempotency-conflict"

    step(client)
    assert sent.order.order_id is not None
    order = until(lambda: (o := client.order(sent.order.order_id)).status is OrderStatus.FILLED and o)
    (fill,) = client.fills(order_id=order.order_id)
    assert fill.last_qty == order.cum_qty == 100
    assert order.average_price == fill.last_px
    (position,) = client.positions(account_id=ACCOUNT)
    assert position.quantity == 100
    assert position.cost == 100 * fill.last_px
    (lot,) = client.lots(instrument_id=KO)
    assert lot.quantity == 100
    assert lot.execution_id == fill.execution_id
    after = client.account(ACCOUNT).cash["USD"]
    assert after == cash - 100 * fill.last_px - fill.commission

    entries = list(client.each_ledger_entry(account_id=ACCOUNT))
    assert len(entries) == 2  # The starting cash, and the trade.
    for entry in entries:
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for posting in entry.postings:
            sums[posting.commodity] += posting.amount
        assert set(sums.values()) == {0}, entry
    step(client, 2)
    point = client.equity(ACCOUNT)[-1]
    assert point.equity is not None
    assert point.cash is not None
    assert point.net is not None
    assert point.equity == point.cash + point.net
    assert point.cash == after


def test_risk_says_no(client: Client) -> None:
    with pytest.raises(OrderRefused) as caught:
        client.submit(ACCOUNT, KO, "BUY", 100_000_000, limit_price="2")
    error = caught.value
    assert error.slug == "order-refused"
    assert {each.check for each in error.failures} >= {"MAX_ORDER_NOTIONAL", "LEVERAGE"}
    assert error.largest_qty is not None
    assert 0 < error.largest_qty < 100_000_000
    assert client.preview(ACCOUNT, KO, "BUY", error.largest_qty, limit_price="2").accepted
    refused = client.orders(limit=1)[0]
    assert refused.status is OrderStatus.REFUSED
    assert refused.largest_qty == error.largest_qty


def test_bad_fields_are_named(client: Client) -> None:
    with pytest.raises(RequestInvalid) as caught:
        client.submit(ACCOUNT, KO, "HOLD", 1)
    assert caught.value.errors[0].field == "side"
    with pytest.raises(RequestInvalid) as caught:
        client.submit("NOBODY", KO, "BUY", 1)
    assert caught.value.status == 404
    with pytest.raises(RequestInvalid):
        client.order(10**9)


def test_many_orders_pages_cancel_and_replace(client: Client) -> None:
    orders = [
        NewOrder(account_id=ACCOUNT, instrument_id=KO, side="BUY", order_qty=1 + n, limit_price="1.9",
                 time_in_force="GTC")
        for n in range(25)
    ]  # fmt: skip
    answer = client.submit_many(orders, key="many")
    assert [each.order.order_qty for each in answer.results if each.order] == [1 + n for n in range(25)]
    assert all(each.repeated for each in client.submit_many(orders, key="many").results)
    part = client.orders(status="open", limit=10)
    rest = client.orders(status="open", limit=100, cursor=part.next_cursor)
    whole = [each.order_id for each in client.each_order(status="open")]
    assert [each.order_id for each in (*part, *rest)] == whole
    assert len(whole) == 25

    first = answer.results[0].order
    assert first is not None
    assert first.order_id is not None
    client.replace(first.order_id, 5, limit_price="1.95")
    until(lambda: client.order(first.order_id).limit_price == Decimal("1.95"))
    client.cancel(first.order_id)
    until(lambda: client.order(first.order_id).status is OrderStatus.CANCELED)
    with pytest.raises(Conflict):
        client.cancel(first.order_id)
    assert len(client.cancel_all(instrument_id=KO).canceled) == 24
    until(lambda: not client.orders(status="open"))


def test_a_strategy_runs_and_stops(client: Client) -> None:
    names = [each.name for each in client.strategies()]
    assert "dual_moving_average" in names
    with pytest.raises(RequestInvalid):
        client.start_strategy("dual_moving_average", ACCOUNT, {"no_such": 1})
    run = client.start_strategy("dual_moving_average", ACCOUNT, {"fast": "5", "slow": "20"})
    until(lambda: client.strategy_run(run.run_id).state == "RUNNING")
    client.set_speed(50)
    client.play()
    until(lambda: client.strategy_run(run.run_id).fills, timeout=60)
    client.pause()
    seen = client.strategy_run(run.run_id)
    assert seen.orders >= seen.fills > 0
    assert list(client.each_fill(strategy_id=run.run_id))
    client.stop_strategy(run.run_id, "the test has seen it")
    done = until(lambda: (r := client.strategy_run(run.run_id)).state == "STOPPED" and r)
    assert done.stopped is not None
    assert not client.orders(status="open", strategy_id=run.run_id)
    assert client.strategy_runs()[0].run_id == run.run_id
    log = client.strategy_log(run.run_id, after=-1)
    assert [line.n for line in log] == sorted(line.n for line in log)


def test_an_analysis_as_a_job(client: Client) -> None:
    (found,) = [each for each in client.analyses() if each.analysis_id == "portfolio/assets"]
    assert found.request_schema["properties"]["frequency"]["default"] == "day"
    run = client.analyze("portfolio/assets", assets=["AAPL.XNAS", "XOM.XNYS"], start="2015-01-01")
    over = run.wait(timeout_s=60)
    assert over.state is JobState.DONE
    result = run.result()
    assert [row["asset"] for row in result.data["assets"]] == ["AAPL.XNAS", "XOM.XNYS"]
    assert result.provenance["data"] == "sp500"
    table = pl.read_parquet(io.BytesIO(run.table("/data/assets")))
    assert table["asset"].to_list() == ["AAPL.XNAS", "XOM.XNYS"]
    with pytest.raises(RequestInvalid, match="path must be one of /data/assets"):
        run.table("/data/none")
    again = client.analyze("portfolio/assets", assets=["AAPL.XNAS", "XOM.XNYS"], start="2015-01-01")
    assert again.wait(timeout_s=60).state is JobState.DONE
    assert again.result() == result
    over = run.job
    assert client.analysis_jobs()[1].job_id == run.job_id
    assert client.analysis(run.job_id).job == over
    assert over.job_id in {job.job_id for job in client.each_analysis_job()}


def test_a_backtest_as_a_job(client: Client) -> None:
    seen: list[float] = []
    job = client.start_backtest("momentum", {"top": 3}, start="2018-01-01", end="2020-12-31")
    over = job.wait(lambda each: seen.append(each.progress), timeout_s=60)
    assert over.state is JobState.DONE
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    result = job.result()
    assert result.equity[-1]["equity"] == pytest.approx(result.summary["ending_equity"])
    assert result.provenance["strategy"] == "momentum"
    assert client.backtests()[0].job_id == job.job_id
    assert client.backtest(job.job_id).job == over
    with pytest.raises(RequestInvalid):
        client.start_backtest("momentum", {"top": 0})


def test_halt_and_resume(client: Client) -> None:
    resting = client.submit(ACCOUNT, KO, "BUY", 10, limit_price="1.9", time_in_force="GTC").order
    halted = client.halt("prices look wrong")
    assert resting.order_id in halted.canceled
    until(lambda: client.order(resting.order_id or 0).status is OrderStatus.CANCELED)
    with pytest.raises(OrderRefused) as caught:
        client.submit(ACCOUNT, KO, "BUY", 1)
    assert caught.value.failures or caught.value.slug == "order-denied"
    state = client.trading_state()
    assert state.halted
    assert state.items[0].state is TradingState.HALTED
    assert state.items[0].text == "prices look wrong"
    assert client.halt("once more").canceled == ()
    with pytest.raises(RequestInvalid):
        client.resume("too short")
    until(lambda: resumed(client))
    assert not client.trading_state().halted
    assert client.submit(ACCOUNT, KO, "BUY", 1, limit_price="1.9").order.order_id
    client.cancel_all()
    with pytest.raises(Conflict):
        client.resume("nothing is halted here")


def resumed(client: Client) -> bool:
    """Whether the cool-down let it resume; while it does not, it says for how long."""
    try:
        client.resume("prices were checked with the vendor")
    except Conflict as error:
        return not (error.slug == "cool-down" and error.retry_after_s)
    return True


def test_events_tell_it_all(client: Client) -> None:
    halts = list(client.each_event(types=["TradingStateSet"]))
    assert [each.seq for each in halts] == sorted(each.seq for each in halts)
    assert any(each.data.get("text") == "prices look wrong" for each in halts)
    assert len(list(client.each_event(types=["OrderFilled"]))) == len(list(client.each_fill()))


def test_users(desk: RealDesk, client: Client) -> None:
    made = client.create_user("ann", "viewer", [ACCOUNT])
    assert made.password
    assert made.password not in repr(made)
    with Client(desk.url, name="ann", password=made.password) as ann:
        assert ann.accounts()[0].account_id == ACCOUNT
        with pytest.raises(Exception, match="trader") as caught:
            ann.submit(ACCOUNT, KO, "BUY", 1)
        assert caught.value.status == 403  # type: ignore[attr-defined]
    assert client.change_user("ann", disabled=True).disabled
    client.remove_user("ann")
    assert [each.name for each in client.users()] == ["admin"]


def test_the_core_is_killed(desk: RealDesk, client: Client) -> None:
    client.submit(ACCOUNT, KO, "BUY", 7, limit_price="1.8", time_in_force="GTC", key="before-the-crash")
    until(lambda: client.orders(limit=1)[0].status is OrderStatus.NEW)
    before = books(client)
    with Client(desk.url, token=client.token(), patience_s=0) as hasty:
        desk.kill("core")
        away = until(lambda: (h := hasty.health()).status != "ok" and h)
        assert away.core == "away"
        with pytest.raises(Unavailable) as caught:
            hasty.submit(ACCOUNT, KO, "BUY", 1)
        assert caught.value.status == 503
        assert caught.value.retry_after_s
        assert "core" in str(caught.value)
        assert books(hasty) == before  # What is shown stays.
    # Patience waits for the supervisor, and the same key is the same order.
    again = client.submit(
        ACCOUNT, KO, "BUY", 7, limit_price="1.8", time_in_force="GTC", key="before-the-crash"
    )
    assert again.repeated
    until(lambda: client.health().status == "ok")
    core = next(each for each in client.services().items if each.role == "core")
    assert core.restarts == 1
    after = books(client)
    for name in ("fills", "positions", "lots", "cash", "ledger", "halted"):
        assert after[name] == before[name], name
    assert [(o.order_id, o.created_seq, o.cum_qty) for o in after["orders"]] == [
        (o.order_id, o.created_seq, o.cum_qty) for o in before["orders"]
    ]


def test_the_desk_restarts(desk: RealDesk, client: Client) -> None:
    before = books(client)
    desk.stop()
    desk.start()
    until(lambda: client.health().status == "ok")
    after = books(client)
    for name in ("fills", "positions", "lots", "cash", "ledger", "halted"):
        assert after[name] == before[name], name
    step(client)
    assert client.submit(ACCOUNT, KO, "SELL", 1, limit_price="9", time_in_force="DAY").order.order_id


def test_the_live_feed_resumes(desk: RealDesk) -> None:
    asyncio.run(follow(desk))


async def follow(desk: RealDesk) -> None:
    """Orders of three lines: before, while the web service is gone, and after; each seen, and in order."""
    async with (
        AsyncClient(desk.url, name="admin", password=desk.password) as client,
        LiveFeed(client) as feed,
    ):
        start = (await client.orders(limit=1)).as_of_seq
        assert start is not None
        orders = await feed.subscribe("orders", from_seq=start + 1)
        quotes = await feed.subscribe("quotes", max_hz=5)
        positions = await feed.subscribe("positions")
        seen: list[Any] = []
        rest = {quotes, positions}

        async def submit(key: str) -> None:
            await client.submit(ACCOUNT, KO, "BUY", 3, limit_price="1.5", time_in_force="GTC", key=key)

        async def see(key: str) -> None:
            async with asyncio.timeout(30):
                async for update in feed:
                    rest.discard(update.subscription)
                    if update.subscription == quotes and update.is_snapshot:
                        assert update.columns is not None
                        rows = update.columns.to_dicts()
                        if rows:  # A web process that has just started may not know a price yet.
                            assert rows[KO]["last"] > 0  # type: ignore[operator]
                            assert len(update.columns.to_numpy()["last"]) == 20
                    if update.subscription == orders:
                        seen.extend(update.rows)
                    if (
                        any(o.client_order_id == key and o.status is OrderStatus.NEW for o in seen)
                        and not rest
                    ):
                        return

        await submit("live-1")
        await see("live-1")
        await asyncio.to_thread(desk.kill, "web")
        await submit("live-2")
        await see("live-2")
        assert feed.reconnects >= 1
        await asyncio.to_thread(desk.restart, "core")
        await submit("live-3")
        await see("live-3")
        wanted = [
            (o.client_order_id, o.status)
            for o in seen
        ]  # fmt: skip
        assert len(set(wanted)) == len(wanted), "twice"
        assert [o.seq for o in seen] == sorted(o.seq for o in seen)
        for key in ("live-1", "live-2", "live-3"):
            assert [status for name, status in wanted if name == key] == [
                OrderStatus.PENDING_NEW, OrderStatus.NEW,
            ]  # fmt: skip
