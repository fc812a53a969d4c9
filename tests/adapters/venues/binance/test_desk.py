"""A whole desk in front of the door: what it knows is what the exchange knows, whatever happened between."""

import asyncio
import contextlib

import pytest

from tests.adapters.venues.binance.desk import CASH, Desk, house_with_zoe
from tests.adapters.venues.binance.served import run, setting
from tests.web.binance.house import caller
from trade2026.model.enums import OrderStatus, Side
from trade2026.primitives.fixed_point import UNIT

BUY = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.02"}


@pytest.fixture
def door():
    with setting(house_with_zoe) as made:
        yield made


@contextlib.asynccontextmanager
async def living(door, folder, **changes):
    desk = Desk(str(folder), door.venue("zoe", **changes))
    await desk.open()
    try:
        yield desk
    finally:
        await desk.close()


def by_hand(door, method, **params):
    """Somebody uses the account at the exchange's own screen."""
    call = caller(door.house, "zoe")
    coroutine = call(method, "order", **params)
    return asyncio.run_coroutine_threadsafe(coroutine, door.served._loop).result(30).json


def held_there(door):
    found = door.served.do(door.house.exchange.balances, "zoe")
    return {asset: each.total for asset, each in found.items() if each.total}


def test_orders_fills_replaces_and_cancels(door, tmp_path):
    async def test() -> None:
        async with living(door, tmp_path) as desk:
            await desk.ready()
            await desk.buy("o", 50_010)
            await desk.status("o", OrderStatus.FILLED)
            assert desk.held() == held_there(door)
            assert desk.held()["USDT"] < CASH
            await desk.buy("p")
            await desk.status("p", OrderStatus.NEW)
            await desk.replace("r", "p", UNIT // 50, 49_995)
            await desk.until(lambda: desk.order("p").limit_price == 49_995 * UNIT)
            door.served.do(door.house.quote, 49_995, 100, Side.SELL, "bob")
            await desk.status("r", OrderStatus.PARTIALLY_FILLED)
            await desk.cancel("c", "r")
            await desk.status("p", OrderStatus.CANCELED)
            assert desk.order("p").cum_qty == UNIT // 1_000
            assert desk.held() == held_there(door)
            before = desk.session.last
            desk.session.reconcile_now("a look")
            await desk.until(lambda: desk.session.last is not before)
            await desk.ready()
            assert desk.session.last.differences == ()

    run(test)


def test_what_happened_while_the_desk_was_down_is_found(door, tmp_path):
    async def test() -> None:
        async with living(door, tmp_path) as desk:
            await desk.ready()
            for name in ("filled", "canceled", "replaced"):
                await desk.buy(name, 49_995)
                await desk.status(name, OrderStatus.NEW)
            await desk.replace("r", "replaced", UNIT // 50, 49_000)
            await desk.until(lambda: desk.order("replaced").order_qty == UNIT // 50)
        by_hand(door, "DELETE", symbol="BTCUSDT", origClientOrderId="canceled")
        door.served.do(door.house.quote, 49_995, 1_000, Side.SELL, "bob")
        by_hand(door, "POST", **BUY, price="48000", newClientOrderId="hand")
        async with living(door, tmp_path) as desk:
            await desk.ready()
            await desk.status("filled", OrderStatus.FILLED)
            await desk.status("canceled", OrderStatus.CANCELED)
            await desk.status("r", OrderStatus.NEW)
            await desk.status("hand", OrderStatus.NEW)
            assert desk.order("hand").strategy_id == "EXTERNAL"
            assert desk.held() == held_there(door)
            for name in ("r", "hand"):
                await desk.cancel(f"cancel-{name}", name)
                await desk.status(name, OrderStatus.CANCELED)

    run(test)


def test_a_line_that_is_cut_is_opened_again_and_nothing_is_missed(door, tmp_path):
    async def test() -> None:
        async with door.wired() as wire, living(door, tmp_path, through_wire="rest stream") as desk:
            await desk.ready()
            await desk.buy("o", 49_995)
            await desk.status("o", OrderStatus.NEW)
            await wire.stop()
            await desk.until(lambda: desk.session.state.value == "DOWN", "DOWN")
            door.served.do(door.house.quote, 49_995, 1_000, Side.SELL, "bob")
            by_hand(door, "POST", **BUY, price="48000", newClientOrderId="hand")
            await wire.start()
            await desk.ready()
            await desk.status("o", OrderStatus.FILLED)
            await desk.status("hand", OrderStatus.NEW)
            assert desk.held() == held_there(door)

    run(test)


def test_a_lost_answer_is_unknown_until_the_order_is_found(door, tmp_path):
    async def test() -> None:
        async with door.wired() as wire, living(door, tmp_path, through_wire="rest") as desk:
            await desk.ready()
            wire.drops_answers = True
            await desk.buy("o")
            await desk.until(lambda: b"newClientOrderId=o" in b"".join(wire.requests))
            wire.drops_answers = False
            await desk.ready()
            await desk.status("o", OrderStatus.NEW)
            assert b"".join(wire.requests).count(b"newClientOrderId=o") == 1

    run(test)


def test_a_lost_request_is_proved_absent(door, tmp_path):
    async def test() -> None:
        fast = {"recv_window_ms": 300, "history_lag_ms": 100}
        async with door.wired() as wire, living(door, tmp_path, through_wire="rest", **fast) as desk:
            await desk.ready()
            wire.drops_requests = True
            wire.requests.clear()
            await desk.buy("o")
            await desk.until(lambda: b"newClientOrderId=o" in b"".join(wire.requests))
            wire.cut()
            wire.drops_requests = False
            await desk.status("o", OrderStatus.NOT_RECEIVED)
            await desk.ready()

    run(test)
