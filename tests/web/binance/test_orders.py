"""Orders through the door: each type with its answer, and each mistake with its documented code and no
change.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from tests.web.binance.house import WIDE, Answer, Caller, House, StillClock, caller
from trade2026.model.enums import Side

LIMIT = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
    "price": "49000.00",
}  # fmt: skip
MARKET = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
STOP = {**MARKET, "side": "SELL", "type": "STOP_LOSS", "stopPrice": "49995"}
FULL = {
    "symbol", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "origQty", "executedQty",
    "origQuoteOrderQty", "cummulativeQuoteQty", "status", "timeInForce", "type", "side", "workingTime",
    "fills", "selfTradePreventionMode",
}  # fmt: skip
QUERY = FULL - {"transactTime", "fills"} | {"stopPrice", "icebergQty", "time", "updateTime", "isWorking"}


def without(params: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in names} | more


def run(test: Callable[[House, Caller], Awaitable[None]], **limits: int) -> None:
    async def running() -> None:
        house = House(StillClock(), msgspec.structs.replace(WIDE, **limits))
        house.book()
        await test(house, caller(house, "ann"))

    asyncio.run(running())


@pytest.mark.parametrize(
    ("params", "code", "text"),
    [
        (without(LIMIT, "symbol"), -1102, "Mandatory parameter 'symbol' was not sent, was"),
        (without(LIMIT, symbol="NONE"), -1121, "Invalid symbol."),
        (without(LIMIT, "side"), -1102, "Mandatory parameter 'side' was not sent"),
        (without(LIMIT, side="HOLD"), -1117, "Invalid side."),
        (without(LIMIT, type="PEG"), -1116, "Invalid orderType."),
        (without(LIMIT, "timeInForce"), -1102, "Mandatory parameter 'timeInForce' was not sent"),
        (without(LIMIT, timeInForce="DAY"), -1115, "Invalid timeInForce."),
        (without(LIMIT, "price"), -1102, "Mandatory parameter 'price' was not sent"),
        (without(LIMIT, "quantity"), -1102, "Mandatory parameter 'quantity' was not sent"),
        (without(LIMIT, price=""), -1105, "Parameter 'price' was empty."),
        (without(LIMIT, price="1e4"), -1100, "Illegal characters found in parameter 'price'; legal"),
        (without(LIMIT, price="-1"), -1100, "Illegal characters"),
        (without(LIMIT, price="49000.001"), -1013, "Filter failure: PRICE_FILTER"),
        (without(LIMIT, price="0"), -1013, "Filter failure: PRICE_FILTER"),
        (without(LIMIT, price="0.123456789"), -1111, "Parameter 'price' has too much precision."),
        (without(LIMIT, price="99999999999999999999"), -1111, "Parameter 'price'"),
        (without(LIMIT, quantity="0.00001"), -1013, "Filter failure: LOT_SIZE"),
        (without(LIMIT, quantity="0.010001"), -1013, "Filter failure: LOT_SIZE"),
        (without(LIMIT, quantity="0"), -1013, "Filter failure: LOT_SIZE"),
        (without(LIMIT, quantity="0.0001"), -1013, "Filter failure: NOTIONAL"),
        (without(MARKET, quantity="1001"), -1013, "Filter failure: MARKET_LOT_SIZE"),
        (without(MARKET, price="5"), -1106, "Parameter 'price' sent when not required."),
        (without(MARKET, timeInForce="GTC"), -1106, "Parameter 'timeInForce' sent when not required."),
        (without(MARKET, quoteOrderQty="5"), -1106, "Parameter 'quoteOrderQty' sent when not required."),
        (without(LIMIT, quoteOrderQty="5"), -1106, "Parameter 'quoteOrderQty'"),
        (without(LIMIT, stopPrice="5"), -1106, "Parameter 'stopPrice' sent when not required."),
        (without(LIMIT, trailingDelta="5"), -2010, "Trailing stop orders are not supported for this symbol."),
        (without(LIMIT, newClientOrderId="a b"), -1100, "Illegal characters found in parameter"),
        (without(LIMIT, newClientOrderId="a" * 37), -1100, "Illegal characters"),
        (without(LIMIT, newOrderRespType="LOUD"), -1130, "Data sent for parameter 'newOrder"),
        (without(LIMIT, selfTradePreventionMode="TRANSFER"), -2010, "This symbol does not allow the"),
        (without(LIMIT, selfTradePreventionMode="x"), -1130, "Data sent for parameter"),
        (without(LIMIT, strategyType="5"), -1134, "strategyType was less than 1000000."),
        (without(LIMIT, icebergQty="0.02"), -2010, "IcebergQty exceeds QTY."),
        (without(LIMIT, quantity="0.1", icebergQty="0.001"), -1013, "Filter failure: ICEBERG_PARTS"),
        (without(LIMIT, timeInForce="IOC", icebergQty="0.001"), -1106, "Parameter 'icebergQty'"),
        (without(LIMIT, colour="red"), -1104, "Not all sent parameters were read; read"),
        (without(LIMIT, quantity="30"), -2010, "Account has insufficient balance for requested action."),
        (
            without(LIMIT, "timeInForce", type="LIMIT_MAKER", price="51000"), -2010,
            "Order would immediately match and take.",
        ),
        (without(STOP, stopPrice="50010"), -2010, "Order would trigger immediately."),
        (without(STOP, "stopPrice"), -1102, "Mandatory parameter 'stopPrice' was not sent"),
        (without(MARKET, symbol="ETHBTC"), -2010, "Order book liquidity is less than LOT_SIZE"),
        (without(MARKET, "quantity", quoteOrderQty="1"), -2010, "Order book liquidity is less than LOT_SIZE"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_code_and_changes_nothing(params: dict[str, Any], code: int, text: str) -> None:
    async def test(house: House, ann: Caller) -> None:
        await caller(house, "bob")("POST", "order", **MARKET)
        before = house.market.state_sha256()
        answer = await ann("POST", "order", **params)
        assert answer.code == code
        assert answer.json["msg"].startswith(text)
        assert house.market.state_sha256() == before
        assert not house.app.door.records._terms

    run(test)


def test_the_answers_have_the_documented_fields() -> None:
    async def test(_house: House, ann: Caller) -> None:
        acknowledged = await ann("POST", "order", **LIMIT, newOrderRespType="ACK", newClientOrderId="mine")
        assert set(acknowledged.json) == {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
        result = await ann("POST", "order", **LIMIT, newOrderRespType="RESULT")
        assert set(result.json) == FULL - {"fills"}
        full = (await ann("POST", "order", **MARKET)).json
        assert set(full) == FULL
        assert full["fills"] == [{
            "price": "50010.00000000", "qty": "0.01000000", "commission": "0.10002000",
            "commissionAsset": "USDT", "tradeId": 1,
        }]  # fmt: skip
        assert full["status"] == "FILLED"
        assert full["cummulativeQuoteQty"] == "500.10000000"
        query = (await ann("GET", "order", symbol="BTCUSDT", origClientOrderId="mine")).json
        assert set(query) == QUERY
        assert query["isWorking"] is True
        canceled = (await ann("DELETE", "order", symbol="BTCUSDT", orderId=query["orderId"])).json
        assert canceled["origClientOrderId"] == "mine"
        assert canceled["status"] == "CANCELED"
        again = await ann("DELETE", "order", symbol="BTCUSDT", orderId=query["orderId"])
        assert again.json == {"code": -2011, "msg": "Unknown order sent."}
        default = (await ann("POST", "order", **without(LIMIT, "timeInForce", type="LIMIT_MAKER"))).json
        assert "status" not in default

    run(test)


def statuses(answer: Answer) -> list[str]:
    return [each["status"] for each in answer.json]


def test_times_in_force_and_hidden_quantity() -> None:
    async def test(house: House, ann: Caller) -> None:
        taken = await ann("POST", "order", **without(LIMIT, quantity="1.5", price="50010", timeInForce="IOC"))
        assert (taken.json["status"], taken.json["executedQty"]) == ("EXPIRED", "1.00000000")
        refused = await ann("POST", "order", **without(LIMIT, quantity="9", price="50020", timeInForce="FOK"))
        assert (refused.json["status"], refused.json["executedQty"]) == ("EXPIRED", "0.00000000")
        iceberg = await ann("POST", "order", **without(LIMIT, price="49995"), icebergQty="0.002")
        assert iceberg.json["icebergQty"] == "0.00200000"
        book = await ann("GET", "/api/v3/depth", symbol="BTCUSDT", limit=5)
        assert book.code == -1104  # It was signed, and a public call reads no signature.
        book = await caller(house)("GET", "depth", symbol="BTCUSDT", limit=5)
        assert book.json["bids"][0] == ["49995.00000000", "0.00200000"]

    run(test)


def test_self_trade_prevention() -> None:
    async def test(_house: House, ann: Caller) -> None:
        def sell(mode: str) -> Any:
            return ann("POST", "order", **without(
                LIMIT, side="SELL", price="49995", quantity="0.02", selfTradePreventionMode=mode
            ))  # fmt: skip

        async def resting() -> Any:
            return (await ann("POST", "order", **without(LIMIT, price="49995"))).json["orderId"]

        for mode, mine, theirs in (
            ("EXPIRE_TAKER", "EXPIRED_IN_MATCH", "NEW"), ("EXPIRE_MAKER", "NEW", "EXPIRED_IN_MATCH"),
            ("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"), ("DECREMENT", "NEW", "EXPIRED_IN_MATCH"),
            ("NONE", "PARTIALLY_FILLED", "FILLED"),
        ):  # fmt: skip
            maker = await resting()
            taker = (await sell(mode)).json
            found = (await ann("GET", "order", symbol="BTCUSDT", orderId=maker)).json
            assert (mode, taker["status"], found["status"]) == (mode, mine, theirs)
            await ann("DELETE", "openOrders", symbol="BTCUSDT")

    run(test)


def test_orders_sized_by_cost() -> None:
    async def test(_house: House, ann: Caller) -> None:
        spent = (await ann("POST", "order", **without(MARKET, "quantity", quoteOrderQty="60000"))).json
        assert 59_999 < float(spent["cummulativeQuoteQty"]) <= 60_000
        assert spent["origQuoteOrderQty"] == "60000.00000000"
        assert len(spent["fills"]) == 2
        got = await ann("POST", "order", **without(MARKET, "quantity", quoteOrderQty="1000", side="SELL"))
        assert 999 < float(got.json["cummulativeQuoteQty"]) <= 1_000

    run(test)


def test_stops_wait_in_the_book_and_targets_outside() -> None:
    async def test(house: House, ann: Caller) -> None:
        bob = caller(house, "bob")
        await bob("POST", "order", **MARKET)
        stop = (await ann("POST", "order", **STOP, newOrderRespType="RESULT")).json
        assert (stop["status"], stop["workingTime"], stop["stopPrice"]) == ("NEW", -1, "49995.00000000")
        target = (await ann("POST", "order", **without(
            LIMIT, side="SELL", type="TAKE_PROFIT_LIMIT", price="50015", stopPrice="50020"
        ))).json  # fmt: skip
        assert [each["isWorking"] for each in (await ann("GET", "openOrders", symbol="BTCUSDT")).json] == [
            False
        ] * 2
        assert (await ann("POST", "order", **STOP, newClientOrderId=target["clientOrderId"])).code == -2010
        await bob("POST", "order", **without(MARKET, quantity="1.5"))
        await asyncio.sleep(0)  # What its trade triggered runs after the answer.
        found = (await ann("GET", "order", symbol="BTCUSDT", orderId=target["orderId"])).json
        assert (found["isWorking"], found["type"]) == (True, "TAKE_PROFIT_LIMIT")
        await bob("POST", "order", **without(MARKET, side="SELL", quantity="0.02"))
        found = (await ann("GET", "order", symbol="BTCUSDT", orderId=stop["orderId"])).json
        assert (found["status"], found["type"]) == ("FILLED", "STOP_LOSS")

    run(test)


def test_cancel_and_replace() -> None:
    async def test(_house: House, ann: Caller) -> None:
        first = (await ann("POST", "order", **LIMIT)).json["orderId"]
        both = await ann(
            "POST", "order/cancelReplace", **LIMIT, cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=first
        )
        assert (both.json["cancelResult"], both.json["newOrderResult"]) == ("SUCCESS", "SUCCESS")
        gone = await ann(
            "POST", "order/cancelReplace", **LIMIT, cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=first
        )
        assert (gone.status, gone.code) == (400, -2022)
        assert gone.json["data"]["newOrderResult"] == "NOT_ATTEMPTED"
        assert gone.json["data"]["cancelResponse"] == {"code": -2011, "msg": "Unknown order sent."}
        half = await ann(
            "POST", "order/cancelReplace", **LIMIT, cancelReplaceMode="ALLOW_FAILURE", cancelOrderId=first
        )
        assert (half.status, half.code, half.json["data"]["newOrderResult"]) == (409, -2021, "SUCCESS")
        none = await ann(
            "POST",
            "order/cancelReplace",
            **without(LIMIT, quantity="90"),
            cancelReplaceMode="ALLOW_FAILURE",
            cancelOrderId=first,
        )
        assert (none.status, none.code) == (400, -2022)
        assert none.json["data"]["newOrderResponse"]["code"] == -2010

    run(test)


def test_bounds_of_open_orders() -> None:
    async def test(house: House, ann: Caller) -> None:
        for _ in range(3):
            assert (await ann("POST", "order", **LIMIT)).status == 200
        assert (await ann("POST", "order", **LIMIT)).json["msg"] == "Filter failure: MAX_NUM_ORDERS"
        restricted = await ann(
            "DELETE", "order", symbol="BTCUSDT", orderId=11, cancelRestrictions="ONLY_PARTIALLY_FILLED"
        )
        assert restricted.json["msg"] == "Order was not canceled due to cancel restrictions."
        assert len((await ann("DELETE", "openOrders", symbol="BTCUSDT")).json) == 3
        assert (await ann("DELETE", "openOrders", symbol="BTCUSDT")).code == -2011
        named = {**STOP, "newClientOrderId": "one"}
        house.quote(50_010, 10, Side.BUY)
        assert (await ann("POST", "order", **named)).status == 200
        assert (await ann("POST", "order", **named)).json["msg"] == "Duplicate order sent."
        assert (await ann("POST", "order", **STOP)).json["msg"] == "Filter failure: MAX_NUM_ALGO_ORDERS"

    run(test, open_orders=3, algo_orders=1)
