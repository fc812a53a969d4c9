"""Lists of which one order ends the other: neither ever trades after the other has."""

import asyncio
from typing import Any

import pytest

from tests.web.binance.house import Caller, House, caller
from tests.web.binance.test_orders import LIMIT, MARKET, run, without

OCO = {
    "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.02", "aboveType": "LIMIT_MAKER",
    "abovePrice": "50015", "belowType": "STOP_LOSS", "belowStopPrice": "49995",
}  # fmt: skip
OLD = {
    "symbol": "BTCUSDT", "side": "BUY", "quantity": "0.02", "price": "49995", "stopPrice": "50040",
    "stopLimitPrice": "50100", "stopLimitTimeInForce": "GTC",
}  # fmt: skip


async def states(ann: Caller, made: Any) -> list[str]:
    await asyncio.sleep(0)  # What a trade ended or triggered is done after its answer.
    found = [
        (await ann("GET", "order", symbol="BTCUSDT", orderId=each["orderId"])).json for each in made["orders"]
    ]
    return [each["status"] for each in found]


def test_the_limit_fills() -> None:
    async def test(house: House, ann: Caller) -> None:
        made = (await ann("POST", "orderList/oco", **OCO, listClientOrderId="pair")).json
        assert (made["listStatusType"], made["listClientOrderId"]) == ("EXEC_STARTED", "pair")
        assert [each["type"] for each in made["orderReports"]] == ["LIMIT_MAKER", "STOP_LOSS"]
        held = (await ann("GET", "account", omitZeroBalances="true")).json["balances"][0]
        assert held == {"asset": "BTC", "free": "99.98000000", "locked": "0.02000000"}
        await caller(house, "bob")("POST", "order", **without(MARKET, quantity="1.01"))
        assert await states(ann, made) == ["PARTIALLY_FILLED", "EXPIRED"]
        shown = (await ann("GET", "orderList", origClientOrderId="pair")).json
        assert shown["listOrderStatus"] == "EXECUTING"
        await caller(house, "bob")("POST", "order", **MARKET)
        assert await states(ann, made) == ["FILLED", "EXPIRED"]
        shown = (await ann("GET", "orderList", orderListId=made["orderListId"])).json
        assert shown["listOrderStatus"] == "ALL_DONE"
        assert (await ann("GET", "openOrderList")).json == []
        assert len((await ann("GET", "allOrderList")).json) == 1

    run(test)


def test_the_stop_is_met() -> None:
    async def test(house: House, ann: Caller) -> None:
        made = (await ann("POST", "orderList/oco", **OCO)).json
        await caller(house, "bob")("POST", "order", **without(MARKET, side="SELL"))
        assert await states(ann, made) == ["EXPIRED", "FILLED"]
        held = (await ann("GET", "account", omitZeroBalances="true")).json["balances"][0]
        assert held == {"asset": "BTC", "free": "99.98000000", "locked": "0.00000000"}

    run(test)


def test_both_wait() -> None:
    async def test(house: House, ann: Caller) -> None:
        await caller(house, "bob")("POST", "order", **MARKET)
        target = without(OCO, "abovePrice", aboveType="TAKE_PROFIT", aboveStopPrice="50020")
        made = (await ann("POST", "orderList/oco", **target)).json
        await caller(house, "bob")("POST", "order", **without(MARKET, quantity="1.5"))
        assert await states(ann, made) == ["FILLED", "EXPIRED"]

    run(test)


def test_what_cannot_be_paid_when_its_time_has_come_is_rejected() -> None:
    async def test(house: House, ann: Caller) -> None:
        await caller(house, "bob")("POST", "order", **MARKET)
        target = without(MARKET, side="SELL", quantity="60", type="TAKE_PROFIT", stopPrice="50020")
        made = (await ann("POST", "order", **target)).json
        await ann("POST", "order", **without(LIMIT, side="SELL", price="60000", quantity="50"))
        await caller(house, "bob")("POST", "order", **without(MARKET, quantity="1.5"))
        assert await states(ann, {"orders": [made]}) == ["REJECTED"]

    run(test)


def test_the_old_form() -> None:
    async def test(house: House, ann: Caller) -> None:
        made = (await ann("POST", "order/oco", **OLD)).json
        assert [each["type"] for each in made["orderReports"]] == ["STOP_LOSS_LIMIT", "LIMIT_MAKER"]
        await caller(house, "bob")("POST", "order", **without(MARKET, quantity="3.5"))
        assert await states(ann, made) == ["FILLED", "EXPIRED"]

    run(test)


@pytest.mark.parametrize("by", ["list", "limit", "stop", "all"])
def test_canceling_one_cancels_all(by: str) -> None:
    async def test(house: House, ann: Caller) -> None:
        made = (await ann("POST", "orderList/oco", **OCO)).json
        if by == "list":
            answer = await ann("DELETE", "orderList", symbol="BTCUSDT", orderListId=made["orderListId"])
            assert [each["status"] for each in answer.json["orderReports"]] == ["CANCELED", "CANCELED"]
        elif by == "all":
            answer = await ann("DELETE", "openOrders", symbol="BTCUSDT")
            assert len(answer.json[0]["orderReports"]) == 2
        else:
            number = made["orders"][0 if by == "limit" else 1]["orderId"]
            await ann("DELETE", "order", symbol="BTCUSDT", orderId=number)
        assert await states(ann, made) == ["CANCELED", "CANCELED"]
        assert house.exchange.balances("ann")["BTC"].held == 0
        again = await ann("DELETE", "orderList", symbol="BTCUSDT", orderListId=made["orderListId"])
        assert again.code == -2011

    run(test)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        (without(OCO, abovePrice="49990"), -2010),
        (without(OCO, belowStopPrice="50020"), -2010),
        (without(OCO, belowType="LIMIT_MAKER", belowPrice="49000"), -1106),
        (without(OCO, "belowStopPrice", belowType="LIMIT_MAKER", belowPrice="49000"), -1158),
        (without(OCO, "aboveType"), -1102),
        (without(OCO, quantity="200"), -2010),
        (without(OCO, belowTimeInForce="GTC"), -1106),
        (without(OCO, side="BUY"), -1158),
    ],
)
def test_a_list_that_is_none_leaves_nothing(params: dict[str, Any], code: int) -> None:
    async def test(house: House, ann: Caller) -> None:
        before = house.market.state_sha256()
        assert (await ann("POST", "orderList/oco", **params)).code == code
        assert house.market.state_sha256() == before
        assert (await ann("GET", "openOrders")).json == []
        assert (await ann("GET", "orderList", orderListId=1)).code == -2018

    run(test)


def test_the_two_orders_have_names_of_their_own() -> None:
    async def test(house: House, ann: Caller) -> None:
        before = house.market.state_sha256()
        named = {"aboveClientOrderId": "one", "belowClientOrderId": "one"}
        refused = await ann("POST", "orderList/oco", **OCO, **named)
        assert (refused.status, refused.code, refused.json["msg"]) == (400, -2010, "Duplicate order sent.")
        assert (await ann("GET", "openOrders")).json == []
        assert house.market.state_sha256() == before
        taken = await ann("POST", "orderList/oco", **OCO, **{**named, "belowClientOrderId": "two"})
        assert [each["clientOrderId"] for each in taken.json["orders"]] == ["one", "two"]

    run(test)


def test_both_orders_count_against_the_limits() -> None:
    async def test(house: House, ann: Caller) -> None:
        refused = await ann("POST", "orderList/oco", **OCO)
        assert (refused.code, refused.json["msg"]) == (-1013, "Filter failure: MAX_NUM_ORDERS")
        assert (await ann("POST", "order", **LIMIT)).status == 200

    run(test, open_orders=1)

    async def test_algo(house: House, ann: Caller) -> None:
        both = {**without(OCO, "abovePrice"), "aboveType": "TAKE_PROFIT", "aboveStopPrice": "50015"}
        refused = await ann("POST", "orderList/oco", **both)
        assert (refused.code, refused.json["msg"]) == (-1013, "Filter failure: MAX_NUM_ALGO_ORDERS")
        assert (await ann("POST", "orderList/oco", **OCO)).status == 200

    run(test_algo, algo_orders=1)
