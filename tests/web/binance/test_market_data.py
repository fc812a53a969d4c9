"""Public calls: what they answer with, and that bad questions have their codes."""

import asyncio
from typing import Any

import pytest

from tests.web.binance.house import Caller, House, StillClock, caller
from tests.web.binance.test_orders import MARKET, run


def test_market_data() -> None:
    async def test(house: House, ann: Caller) -> None:
        ask = caller(house)
        for seconds in (0, 0, 70, 200):
            house.clock.ns += seconds * 10**9
            await ann("POST", "order", **MARKET)
        assert (await ask("GET", "ping")).json == {}
        assert (await ask("GET", "time")).json == {"serverTime": house.clock.ns // 10**6}
        trades = (await ask("GET", "trades", symbol="BTCUSDT", limit=2)).json
        assert [each["id"] for each in trades] == [3, 4]
        assert trades[0]["quoteQty"] == "500.10000000"
        old = (await ask("GET", "historicalTrades", symbol="BTCUSDT", fromId=2, limit=2)).json
        assert [each["id"] for each in old] == [2, 3]
        since = trades[1]["time"]
        joined = (await ask("GET", "aggTrades", symbol="BTCUSDT", startTime=since)).json
        assert [(each["a"], each["f"], each["l"]) for each in joined] == [(3, 4, 4)]
        bars = (await ask("GET", "klines", symbol="BTCUSDT", interval="1m")).json
        assert [bar[8] for bar in bars] == [2, 1, 0, 0, 0, 1]
        assert bars[2][1:6] == ["50010.00000000"] * 4 + ["0.00000000"]
        assert all(bar[6] - bar[0] == 59_999 for bar in bars)
        day = (await ask("GET", "ticker/24hr", symbol="BTCUSDT")).json
        assert (day["count"], day["volume"], day["lastId"]) == (4, "0.04000000", 4)
        assert (day["bidPrice"], day["askQty"]) == ("49990.00000000", "0.96000000")
        hour = (await ask("GET", "ticker", symbol="BTCUSDT", windowSize="1m")).json
        assert hour["count"] == 1
        assert (await ask("GET", "avgPrice", symbol="BTCUSDT")).json["price"] == "50010.00000000"
        assert len((await ask("GET", "ticker/price")).json) == 2
        both = await ask("GET", "ticker/bookTicker", symbols='["BTCUSDT","ETHBTC"]')
        assert both.json[1]["bidPrice"] == "0.00000000"

    run(test)


def test_exchange_info() -> None:
    async def test(house: House, _ann: Caller) -> None:
        info = (await caller(house)("GET", "exchangeInfo", symbol="BTCUSDT")).json
        symbol = info["symbols"][0]
        filters = {each["filterType"]: each for each in symbol["filters"]}
        assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
        assert filters["LOT_SIZE"] == {
            "filterType": "LOT_SIZE", "minQty": "0.00010000", "maxQty": "1000.00000000",
            "stepSize": "0.00001000",
        }  # fmt: skip
        assert filters["NOTIONAL"]["minNotional"] == "5.00000000"
        assert symbol["permissionSets"] == [["SPOT"]]
        assert "DECREMENT" in symbol["allowedSelfTradePreventionModes"]
        assert {each["rateLimitType"] for each in info["rateLimits"]} == {
            "REQUEST_WEIGHT",
            "ORDERS",
            "CONNECTIONS",
        }

    run(test)


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("nothing", {}, 404, -1000),
        ("order", {}, 400, -1102),
        ("depth", {}, 400, -1102),
        ("depth", {"symbol": "NONE"}, 400, -1121),
        ("depth", {"symbol": "BTCUSDT", "limit": "0"}, 400, -1130),
        ("depth", {"symbol": "BTCUSDT", "limit": "many"}, 400, -1100),
        ("depth", {"symbol": "BTCUSDT", "more": "1"}, 400, -1104),
        ("klines", {"symbol": "BTCUSDT", "interval": "7m"}, 400, -1120),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "startTime": 2, "endTime": 1}, 400, -1130),
        ("ticker", {"symbol": "BTCUSDT", "windowSize": "8d"}, 400, -1130),
        ("ticker", {}, 400, -1102),
        ("ticker/24hr", {"symbol": "BTCUSDT", "symbols": '["ETHBTC"]'}, 400, -1128),
        ("exchangeInfo", {"symbols": "BTCUSDT"}, 400, -1100),
        ("aggTrades", {"symbol": "BTCUSDT", "fromId": 1, "startTime": 1}, 400, -1128),
        ("userDataStream", {}, 405, -1000),
    ],
)
def test_bad_questions(path: str, params: dict[str, Any], status: int, code: int) -> None:
    async def test() -> None:
        ask = caller(House(StillClock()), "ann" if path == "order" else "")
        answer = await ask("GET", path, **params)
        assert (answer.status, answer.code) == (status, code)

    asyncio.run(test())


def test_listen_keys_are_gone() -> None:
    async def test() -> None:
        assert (await caller(House(StillClock()))("POST", "userDataStream")).status == 410

    asyncio.run(test())
