"""python-binance, unmodified, against the door: only the hosts of its addresses are others."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.contracts.binance.clients import PEM, make_house
from tests.web.binance.house import Served, serve
from trade2026.model.enums import Side

pytestmark = [pytest.mark.process, pytest.mark.filterwarnings("ignore")]
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # The client imports what its libraries deprecate.
    binance: Any = import_module("binance")
    exceptions: Any = import_module("binance.exceptions")
WAIT_S = 30
BTC = {"symbol": "BTCUSDT"}


@pytest.fixture
def served() -> Iterator[Served]:
    with serve(make_house) as found:
        yield found


@pytest.fixture(autouse=True)
def loop() -> Iterator[None]:
    """The client wants one to be there even where it does not use it."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    asyncio.set_event_loop(None)
    made.close()


def pointed(kind: Any, host: str) -> Any:
    """The client class with other hosts."""
    return type("Pointed", (kind,), {
        "API_URL": f"http://{host}/api", "MARGIN_API_URL": f"http://{host}/sapi",
        "WS_API_URL": f"ws://{host}/ws-api/v3",
    })  # fmt: skip


def client(served: Served, name: str = "ann") -> Any:
    return pointed(binance.Client, served.host)(f"{name}key", f"{name}secret")


def test_market_data(served: Served) -> None:
    found = client(served)
    assert [each["symbol"] for each in found.get_exchange_info()["symbols"]] == ["BTCUSDT", "ETHBTC"]
    assert found.get_symbol_info("BTCUSDT")["filters"][0]["tickSize"] == "0.01000000"
    book = found.get_order_book(**BTC, limit=5)
    assert book["bids"][0] == ["49990.00000000", "1.00000000"]
    found.order_market_buy(**BTC, quantity="0.01")
    assert found.get_klines(**BTC, interval="1m")[-1][4] == "50010.00000000"
    assert found.get_recent_trades(**BTC)[-1]["qty"] == "0.01000000"
    assert found.get_aggregate_trades(**BTC)[-1]["a"] == 0
    assert found.get_historical_trades(**BTC, fromId=1)[0]["id"] == 1
    assert found.get_avg_price(**BTC)["price"] == "50010.00000000"
    assert found.get_ticker(**BTC)["lastPrice"] == "50010.00000000"
    assert found.get_symbol_ticker(**BTC)["price"] == "50010.00000000"
    assert found.get_orderbook_ticker(**BTC)["askQty"] == "0.99000000"
    assert found.get_system_status() == {"status": 0, "msg": "normal"}


def test_orders(served: Served) -> None:
    found = client(served)
    assert found.create_test_order(**BTC, side="BUY", type="MARKET", quantity="0.01") == {}
    order = found.order_limit_buy(**BTC, quantity="0.01", price="49000.00")
    assert order["status"] == "NEW"
    name = {"origClientOrderId": order["clientOrderId"]}
    assert found.get_order(**BTC, **name)["orderId"] == order["orderId"]
    assert len(found.get_open_orders(**BTC)) == 1
    assert found.cancel_order(**BTC, **name)["status"] == "CANCELED"
    taken = found.create_order(
        **BTC, side="SELL", type="LIMIT", timeInForce="IOC", quantity="0.5", price="49990"
    )
    assert taken["status"] == "FILLED"
    assert taken["fills"][0]["commission"] == "4.99900000"
    assert [each["status"] for each in found.get_all_orders(**BTC)] == ["CANCELED", "FILLED"]
    assert found.get_my_trades(**BTC)[0]["orderId"] == taken["orderId"]
    assert found.get_asset_balance(asset="BTC")["free"] == "99.50000000"
    assert found.get_account()["commissionRates"]["taker"] == "0.00020000"
    with pytest.raises(exceptions.BinanceAPIException) as caught:
        found.order_limit_buy(**BTC, quantity="90", price="49000.00")
    assert (caught.value.code, caught.value.status_code) == (-2010, 400)


def test_ed25519(served: Served) -> None:
    found = pointed(binance.Client, served.host)("edkey", private_key=PEM)
    for count in range(1, 4):
        assert found.order_limit_buy(**BTC, quantity="0.01", price="49000.00")["status"] == "NEW"
        assert len(found.get_open_orders(**BTC)) == count


def test_one_cancels_the_other(served: Served) -> None:
    found = client(served)
    made = found.create_oco_order(
        **BTC, side="SELL", quantity="0.01", aboveType="LIMIT_MAKER", abovePrice="50015",
        belowType="STOP_LOSS", belowStopPrice="49985",
    )  # fmt: skip
    assert made["listOrderStatus"] == "EXECUTING"
    assert [each["status"] for each in made["orderReports"]] == ["NEW", "NEW"]
    above, below = ({"orderId": each["orderId"]} for each in made["orders"])
    client(served, "bob").order_market_buy(**BTC, quantity="1.01")
    assert found.get_order(**BTC, **above)["status"] == "FILLED"
    assert found.get_order(**BTC, **below)["status"] == "EXPIRED"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client notices only after so many seconds of silence that it is to close."""
    module: Any = import_module("binance.ws.reconnecting_websocket")
    monkeypatch.setattr(module.ReconnectingWebsocket, "TIMEOUT", 2)


def live(test: Callable[[Any], Awaitable[None]], served: Served) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(WAIT_S):
            made = await pointed(binance.AsyncClient, served.host).create("annkey", "annsecret")
            try:
                await test(made)
            finally:
                await made.close_connection()

    asyncio.run(bounded())


def manager(made: Any, served: Served) -> Any:
    found = binance.BinanceSocketManager(made)
    found.STREAM_URL = f"ws://{served.host}/"
    return found


def test_streams(served: Served) -> None:
    async def test(made: Any) -> None:
        sockets = manager(made, served)
        async with (
            sockets.trade_socket("BTCUSDT") as trades,
            sockets.multiplex_socket(["btcusdt@bookTicker", "btcusdt@kline_1m"]) as several,
            sockets.depth_socket("BTCUSDT", depth="5") as depth,
        ):
            assert (await depth.recv())["bids"][0] == ["49990.00000000", "1.00000000"]
            await made.order_market_buy(**BTC, quantity="0.01")
            trade = await trades.recv()
            assert (trade["e"], trade["p"], trade["m"]) == ("trade", "50010.00000000", False)
            heard = {(await several.recv())["stream"] for _ in range(2)}
            assert heard == {"btcusdt@bookTicker", "btcusdt@kline_1m"}

    live(test, served)


def test_depth_cache(served: Served) -> None:
    async def test(made: Any) -> None:
        sockets = manager(made, served)
        cache = binance.DepthCacheManager(made, "BTCUSDT", bm=sockets, ws_interval=100)
        async with cache as kept:
            served.do(served.house.quote, 49_995.0, 1_000, Side.BUY)
            found = await kept.recv()
            while not found.get_bids() or found.get_bids()[0] != [49_995.0, 0.01]:
                found = await kept.recv()

    live(test, served)


def test_account_events_and_the_websocket_api(served: Served) -> None:
    async def test(made: Any) -> None:
        async with manager(made, served).user_socket() as account:
            order = await made.ws_create_order(
                **BTC, side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.02", price="49000"
            )
            event = await account.recv()
            assert (event["e"], event["x"], event["i"]) == ("executionReport", "NEW", order["orderId"])
            event = await account.recv()
            assert (event["e"], event["B"][1]["a"]) == ("outboundAccountPosition", "USDT")
            await made.ws_cancel_order(**BTC, orderId=order["orderId"])
            event = await account.recv()
            assert (event["x"], event["X"], event["C"]) == ("CANCELED", "CANCELED", order["clientOrderId"])
            book = await made.ws_get_order_book(**BTC)
            assert book["bids"][0][0] == "49990.00000000"
            status = await made.ws_get_account()
            assert status["accountType"] == "SPOT"
            with pytest.raises(exceptions.BinanceAPIException):
                await made.ws_cancel_order(**BTC, orderId=order["orderId"])

    live(test, served)
