"""ccxt, unmodified, against the door: its addresses have another host, its market types are limited to
spot.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import pytest

from tests.contracts.binance.clients import PEM, make_house, pointed_at
from tests.web.binance.house import Served, serve
from trade2026.model.enums import Side

pytestmark = [pytest.mark.process, pytest.mark.filterwarnings("ignore")]
ccxt: Any = import_module("ccxt")
pro: Any = import_module("ccxt.pro")
PAIR = "BTC/USDT"
WAIT_S = 30


@pytest.fixture
def served() -> Iterator[Served]:
    with serve(make_house) as found:
        yield found


def options(name: str) -> dict[str, Any]:
    return {
        "apiKey": f"{name}key", "secret": f"{name}secret", "options": {"fetchMarkets": {"types": ["spot"]}},
    }  # fmt: skip


def client(served: Served, name: str = "ann", kind: Any = None) -> Any:
    made = (kind or ccxt.binance)(options(name))
    made.urls["api"] = pointed_at(served.host, made.urls["api"])
    return made


def test_markets_book_candles_and_tickers(served: Served) -> None:
    exchange = client(served)
    markets = exchange.load_markets()
    assert sorted(markets) == ["BTC/USDT", "ETH/BTC"]
    assert markets[PAIR]["precision"]["price"] == 0.01
    assert markets[PAIR]["limits"]["cost"]["min"] == 5
    assert {"BTC", "ETH", "USDT"} <= set(exchange.currencies)
    book = exchange.fetch_order_book(PAIR, 3)
    assert book["bids"][0] == [49_990, 1]
    assert book["asks"][2] == [50_030, 1]
    exchange.create_order(PAIR, "market", "buy", 0.01)
    assert exchange.fetch_ohlcv(PAIR, "1m")[-1][1:] == [50_010, 50_010, 50_010, 50_010, 0.01]
    assert exchange.fetch_ticker(PAIR)["last"] == 50_010
    assert set(exchange.fetch_tickers()) == set(markets)
    assert exchange.fetch_bids_asks([PAIR])[PAIR]["bid"] == 49_990
    assert exchange.fetch_trades(PAIR)[-1]["amount"] == 0.01
    assert exchange.fetch_trading_fee(PAIR)["taker"] == 0.0002
    assert exchange.fetch_status()["status"] == "ok"


def test_orders_and_what_they_traded(served: Served) -> None:
    exchange = client(served)
    order = exchange.create_order(PAIR, "limit", "buy", 0.01, 49_000)
    assert order["status"] == "open"
    assert [each["id"] for each in exchange.fetch_open_orders(PAIR)] == [order["id"]]
    assert exchange.fetch_balance()["USDT"]["used"] > 490
    changed = exchange.edit_order(order["id"], PAIR, "limit", "buy", 0.02, 49_100)
    assert changed["amount"] == 0.02
    assert exchange.cancel_order(changed["id"], PAIR)["status"] == "canceled"
    taken = exchange.create_order(PAIR, "limit", "buy", 0.5, 50_010)
    assert taken["status"] == "closed"
    assert taken["average"] == 50_010
    spent = exchange.create_market_buy_order_with_cost(PAIR, 1_000)
    assert 999 < spent["cost"] <= 1_000
    assert {each["order"] for each in exchange.fetch_my_trades(PAIR)} == {taken["id"], spent["id"]}
    assert exchange.fetch_order(taken["id"], PAIR)["filled"] == 0.5
    balance = exchange.fetch_balance()
    assert balance["BTC"]["total"] == pytest.approx(100 + 0.5 + spent["filled"])
    assert [each["status"] for each in exchange.fetch_orders(PAIR)] == [
        "canceled", "canceled", "closed", "closed",
    ]  # fmt: skip


def test_orders_with_triggers(served: Served) -> None:
    exchange = client(served)
    exchange.create_order(PAIR, "market", "buy", 0.01)
    stop = exchange.create_order(PAIR, "limit", "sell", 0.01, 49_900, {"stopLossPrice": 49_995})
    target = exchange.create_order(PAIR, "market", "sell", 0.01, None, {"takeProfitPrice": 50_020})
    maker = exchange.create_order(PAIR, "limit", "sell", 0.01, 60_000, {"postOnly": True})
    assert [exchange.fetch_order(each["id"], PAIR)["status"] for each in (stop, target, maker)] == [
        "open"
    ] * 3
    client(served, "bob").create_order(PAIR, "market", "buy", 1.5)
    assert exchange.fetch_order(target["id"], PAIR)["status"] == "closed"
    client(served, "bob").create_order(PAIR, "market", "sell", 0.01)
    assert exchange.fetch_order(stop["id"], PAIR)["status"] == "closed"
    assert len(exchange.cancel_all_orders(PAIR)) == 1


def test_a_no_is_the_right_error(served: Served) -> None:
    exchange = client(served)
    with pytest.raises(ccxt.InsufficientFunds):
        exchange.create_order(PAIR, "limit", "buy", 90, 49_000)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order("999", PAIR)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.fetch_order("999", PAIR)
    with pytest.raises(ccxt.BadRequest, match="NOTIONAL"):
        exchange.create_order(PAIR, "limit", "buy", 0.0001, 49_000)
    with pytest.raises(ccxt.InvalidOrder, match="lot size"):
        exchange.create_order(PAIR, "limit", "buy", 1_001, 49_000)
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        exchange.create_order(PAIR, "limit", "buy", 0.01, 51_000, {"postOnly": True})
    stranger = client(served)
    stranger.secret = "another"
    with pytest.raises(ccxt.AuthenticationError):
        stranger.fetch_balance()


def test_ed25519(served: Served) -> None:
    exchange = client(served, "ed")
    exchange.secret = PEM
    for _ in range(3):  # Signatures differ in what has to be escaped.
        assert exchange.create_order(PAIR, "limit", "buy", 0.01, 49_000)["status"] == "open"
        assert exchange.fetch_balance()["BTC"]["total"] == 100


# -------------------------------------------------------------------------------------------------- live


@asynccontextmanager
async def watching(served: Served, name: str = "ann") -> AsyncIterator[Any]:
    exchange = client(served, name, pro.binance)
    try:
        await exchange.load_markets()
        yield exchange
    finally:
        await exchange.close()


def live(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(WAIT_S):
            await test()

    asyncio.run(bounded())


def test_watch_book_and_trades(served: Served) -> None:
    async def test() -> None:
        async with watching(served) as exchange:
            book = await exchange.watch_order_book(PAIR)
            assert book["bids"][0][:2] == [49_990, 1]
            served.do(served.house.quote, 49_995.0, 1_000, Side.BUY)
            while (await exchange.watch_order_book(PAIR))["bids"][0][0] != 49_995:
                pass
            trades = asyncio.ensure_future(exchange.watch_trades(PAIR))
            ticker = asyncio.ensure_future(exchange.watch_ticker(PAIR))
            candles = asyncio.ensure_future(exchange.watch_ohlcv(PAIR, "1m"))
            best = asyncio.ensure_future(exchange.watch_bids_asks([PAIR]))
            await until(lambda: served.house.app.sockets.hub.channels >= 5)
            await exchange.create_order(PAIR, "market", "sell", 0.03)
            found = await trades
            while found[-1]["price"] != 49_990:
                found = await exchange.watch_trades(PAIR)
            assert (found[-1]["price"], found[-1]["side"]) == (49_990, "sell")
            assert (await ticker)["last"] in (49_990, 49_995)
            assert (await candles)[-1][5] == pytest.approx(0.03)
            assert (await best)[PAIR]["bid"] == 49_990
            book = exchange.orderbooks[PAIR]
            while book["bids"][0][0] != 49_990:
                book = await exchange.watch_order_book(PAIR)
            seen = await exchange.fetch_order_book(PAIR)
            assert [row[:2] for row in book["bids"]] == seen["bids"]

    live(test)


async def until(is_so: Callable[[], bool]) -> None:
    """Let the loop turn until something is so."""
    while not is_so():
        await asyncio.sleep(0.01)


def test_watch_own_orders_trades_and_balance(served: Served) -> None:
    async def test() -> None:
        async with watching(served) as exchange:
            orders = asyncio.ensure_future(exchange.watch_orders(PAIR))
            trades = asyncio.ensure_future(exchange.watch_my_trades(PAIR))
            balance = asyncio.ensure_future(exchange.watch_balance())
            await until(lambda: bool(served.house.app.sockets.events._by_owner))
            placed = await exchange.create_order(PAIR, "limit", "buy", 1.2, 50_010)
            seen = await orders
            assert seen[-1]["id"] == placed["id"]
            while seen[-1]["filled"] != 1:
                seen = await exchange.watch_orders(PAIR)
            assert (await trades)[-1]["price"] == 50_010
            assert (await balance)["BTC"]["total"] >= 100
            await exchange.cancel_order(placed["id"], PAIR)
            while seen[-1]["status"] != "canceled":
                seen = await exchange.watch_orders(PAIR)

    live(test)


def test_orders_over_the_websocket_api(served: Served) -> None:
    async def test() -> None:
        async with watching(served) as exchange:
            order = await exchange.create_order_ws(PAIR, "limit", "buy", 0.01, 49_000)
            assert order["status"] == "open"
            assert (await exchange.fetch_order_ws(order["id"], PAIR))["status"] == "open"
            assert len(await exchange.fetch_open_orders_ws(PAIR)) == 1
            changed = await exchange.edit_order_ws(order["id"], PAIR, "limit", "buy", 0.01, 49_050)
            assert (await exchange.cancel_order_ws(changed["id"], PAIR))["status"] == "canceled"
            taken = await exchange.create_order_ws(PAIR, "market", "buy", 0.01)
            assert taken["status"] == "closed"
            assert (await exchange.fetch_my_trades_ws(PAIR))[-1]["order"] == taken["id"]
            said = (await exchange.fetch_balance_ws())["info"]  # ccxt reads no more of a spot account.
            assert {"asset": "BTC", "free": "100.01000000", "locked": "0.00000000"} in said["balances"]
            with pytest.raises(ccxt.InsufficientFunds):
                await exchange.create_order_ws(PAIR, "limit", "buy", 90, 49_000)

    live(test)
