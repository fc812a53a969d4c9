"""Orders, trades and lists of an account are found again after an end of the market, as they were shown."""

from typing import Any

import msgspec
import pytest

from tests.simulation.simdisk import SimDisk
from tests.web.binance.house import Caller, caller
from tests.web.binance.kept import KeptHouse
from tests.web.binance.test_durable import SYMBOL, lives, turns
from tests.web.binance.test_lists import OCO
from tests.web.binance.test_orders import LIMIT, MARKET, STOP, without
from trade2026.application.prism.keeping import shown as shown_module
from trade2026.application.prism.keeping.shown import KeptList, Shown
from trade2026.model.enums import Side
from trade2026.simulation.exchange import order_records
from trade2026.simulation.exchange.order_records import FillRecord, OrderRecord, Status, Terms


async def everything(ann: Caller) -> dict[str, Any]:
    """All that the door says of an account's past."""
    orders = (await ann("GET", "allOrders", **SYMBOL, limit=1000)).json
    return {
        "orders": {each["orderId"]: each for each in orders},
        "trades": (await ann("GET", "myTrades", **SYMBOL, limit=1000)).json,
        "lists": (await ann("GET", "allOrderList", limit=1000)).json,
        "balances": (await ann("GET", "account")).json["balances"],
    }


async def trade_of_all_kinds(house: KeptHouse) -> None:
    """Orders of all kinds in all states."""
    ann, bob = caller(house, "ann"), caller(house, "bob")
    names = {"newClientOrderId": "mine", "strategyId": "7", "strategyType": "1000001"}
    asked = [
        (LIMIT, names),
        (without(LIMIT, price="50010"), {}),
        (MARKET, {"newOrderRespType": "ACK"}),
        (without(MARKET, "quantity", quoteOrderQty="700"), {}),
        (without(LIMIT, price="49995", quantity="0.5", icebergQty="0.1"), {}),
        (without(LIMIT, "timeInForce", type="LIMIT_MAKER", price="49996"), {"newClientOrderId": "gone"}),
        (without(LIMIT, timeInForce="IOC", quantity="15", price="50010"), {}),
        (STOP, {"selfTradePreventionMode": "NONE"}),
        (without(STOP, type="TAKE_PROFIT", stopPrice="50900"), {}),
        (without(MARKET, type="STOP_LOSS_LIMIT", timeInForce="GTC", stopPrice="51000", price="51100"), {}),
        (without(LIMIT, side="SELL", price="50001", quantity="0.02"), {}),
    ]
    for params, more in asked:
        answer = await ann("POST", "order", **params, **more)
        assert answer.status == 200, answer.json
    house.quote(49_990, 100_000, Side.BUY)
    decrement = {"selfTradePreventionMode": "DECREMENT"}
    assert (await ann("POST", "order", **without(LIMIT, price="50001"), **decrement)).status == 200
    await ann("DELETE", "order", **SYMBOL, origClientOrderId="gone", newClientOrderId="off")
    await bob("POST", "order", **without(MARKET, side="SELL", quantity="0.2"))  # Triggers the stop.
    await bob("POST", "order", **without(MARKET, quantity="0.005"))
    house.quote(50_012, 100_000, Side.SELL)
    for leg in ("pair", "other"):
        made = await ann("POST", "orderList/oco", **without(OCO, abovePrice="50011"), listClientOrderId=leg)
        assert made.status == 200, made.json
        if leg == "pair":
            await bob("POST", "order", **without(MARKET, quantity="0.05"))
    await turns()


def test_what_was_shown_is_shown_after_each_end() -> None:
    seen: list[dict[str, Any]] = []

    async def first(house: KeptHouse) -> None:
        await trade_of_all_kinds(house)
        ann = caller(house, "ann")
        found = await everything(ann)
        statuses = {each["status"] for each in found["orders"].values()}
        assert statuses >= {"NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED", "EXPIRED"}
        assert len(found["trades"]) >= 5
        assert len(found["lists"]) == 2
        assert await ann_by_name(ann) == found["orders"][min(found["orders"])]
        seen.append(found)

    async def again(house: KeptHouse) -> None:
        ann = caller(house, "ann")
        before, now = seen[-1], await everything(ann)
        assert now["trades"] == before["trades"]
        assert now["orders"].keys() == before["orders"].keys()
        for number, was in before["orders"].items():
            order = now["orders"][number]
            if was["status"] in ("NEW", "PARTIALLY_FILLED"):
                assert order["status"] == "EXPIRED"
                assert order["updateTime"] >= was["updateTime"]
                was = {**was, "status": "EXPIRED", "updateTime": order["updateTime"]}
            assert order == was
            assert (await ann("GET", "order", **SYMBOL, orderId=number)).json == order
        for was, each in zip(before["lists"], now["lists"], strict=True):
            assert each == {**was, "listStatusType": "ALL_DONE", "listOrderStatus": "ALL_DONE"}
        assert (await ann("GET", "openOrders")).json == []
        assert [each["asset"] for each in now["balances"]] == ["BTC", "ETH", "USDT"]
        for was, each in zip(before["balances"], now["balances"], strict=True):
            assert float(each["free"]) == pytest.approx(float(was["free"]) + float(was["locked"]))
        # What comes now has numbers of its own, and is found beside the rest.
        highest = max(now["orders"])
        made = (await ann("POST", "order", **MARKET, newClientOrderId="mine")).json
        assert made["orderId"] > highest
        assert made["fills"][0]["tradeId"] > max(each["id"] for each in now["trades"])
        pair = (await ann("POST", "orderList/oco", **OCO)).json
        assert pair["orderListId"] > max(each["orderListId"] for each in now["lists"])
        assert (await ann_by_name(ann))["orderId"] == made["orderId"]
        page = await ann("GET", "allOrders", **SYMBOL, orderId=made["orderId"])
        assert len(page.json) == 3
        page = await ann("GET", "myTrades", **SYMBOL, fromId=made["fills"][0]["tradeId"])
        assert [each["orderId"] for each in page.json] == [made["orderId"]]
        seen.append(await everything(ann))

    async def ann_by_name(ann: Caller) -> Any:
        return (await ann("GET", "order", **SYMBOL, origClientOrderId="mine")).json

    lives(first, again, again, again)


def test_an_account_without_a_key_leaves_no_records() -> None:
    async def first(house: KeptHouse) -> None:
        house.keys._owners.pop("bob")
        assert (await caller(house, "bob")("POST", "order", **MARKET)).status == 200
        shown = house.keeper.state.accounts["bob"].shown
        assert not shown.closed
        assert not shown.fills
        assert house.keeper.state.accounts["bob"].closed

    lives(first)


def test_so_many_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (shown_module, order_records):
        monkeypatch.setattr(module, "CLOSED_KEPT", 10)
        monkeypatch.setattr(module, "LISTS_KEPT", 3)
    seen: list[Any] = []
    disk = SimDisk(5)

    async def first(house: KeptHouse) -> None:
        ann = caller(house, "ann")
        for _ in range(25):
            assert (await ann("POST", "order", **MARKET)).status == 200
        for _ in range(5):
            made = (await ann("POST", "orderList/oco", **OCO)).json
            await ann("DELETE", "orderList", **SYMBOL, orderListId=made["orderListId"])
        found = await everything(ann)
        assert [len(found[name]) for name in ("orders", "trades", "lists")] == [10, 10, 3]
        seen.append(found)

    async def second(house: KeptHouse) -> None:
        assert await everything(caller(house, "ann")) == seen[0]

    lives(first, second, second, disk=disk)


def order(number: int, order_id: int, status: Status) -> OrderRecord:
    terms = Terms(client_order_id=f"n{order_id}", order_type="LIMIT", time_in_force="GTC")
    return OrderRecord(
        order_id=order_id, number=number, owner="ann", terms=terms, side="BUY", lots=1, price=1, iceberg=0,
        prevention="NONE", time_ns=order_id, update_ns=order_id, status=status,
    )  # fmt: skip


def test_records_follow_their_listing_or_go_with_it() -> None:
    shown = Shown()
    for number in range(3):
        shown.put(order(number, 10 + number, Status.FILLED))
        shown.add_fill(FillRecord(20 + number, 10 + number, -1, number, 1, 1, 1, 0, 5, True, False))
        shown.begin_list(KeptList(number, number, "l", 5, (10 + number,)))
    before = (("A", 1, 1), ("B", 1, 1), ("C", 1, 1))
    shown.renumber(before, (("C", 1, 1), ("B", 2, 1), ("A", 1, 1)))  # B has other steps by now.
    assert {each.order_id: each.number for each in shown.closed.values()} == {10: 2, 12: 0}
    assert [(each.trade_id, each.number) for each in shown.fills] == [(20, 2), (22, 0)]
    assert {each.list_id: each.number for each in shown.lists.values()} == {0: 2, 2: 0}
    assert shown.last_trades == {2: 20, 0: 22}
    assert shown.last_order == 12
    ledger = shown.ledger("ann")
    assert ledger.by_client[2, "n10"].order_id == 10
    assert all(each.is_done for each in ledger.lists.values())
    again = Shown()
    again.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(shown.saved()), type=type(shown.saved())))
    assert msgspec.msgpack.encode(again.saved()) == msgspec.msgpack.encode(shown.saved())
