"""What the door answers and tells is on the disk: over REST, the WebSocket API and in events of accounts."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.application.prism.test_durable import SlowSync
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimLoop, run
from tests.simulation.simstorage import SimStorage
from tests.web.binance.house import Answer, StillClock, caller
from tests.web.binance.kept import KeptHouse
from tests.web.binance.talker import talking
from tests.web.binance.test_late import LateExchange
from tests.web.binance.test_lists import OCO
from tests.web.binance.test_orders import LIMIT, MARKET, without
from tests.web.binance.test_ws_api import API, signed
from trade2026.application.prism.service import PrismDesk
from trade2026.model.enums import Side

UNKNOWN = {
    "code": -1006,
    "msg": "An unexpected response was received from the message bus. Execution status unknown.",
}
SYMBOL = {"symbol": "BTCUSDT"}
OVER = frozenset({"FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"})


def lives(*tests: Callable[[KeptHouse], Awaitable[None]], seed: int = 1, disk: SimDisk | None = None) -> None:
    """One life after the other on one disk; each ends as a process that is killed."""
    disk = disk or SimDisk(seed)
    for number, test in enumerate(tests):

        async def main(_loop: SimLoop, number: int = number, test: Any = test) -> None:
            await test(KeptHouse(SimStorage(disk, f"market {number}"), StillClock()))

        run(seed + number, main, shuffle=False)
        disk.kill()


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_nothing_is_said_that_a_loss_of_power_would_take_back() -> None:
    async def test(house: KeptHouse) -> None:
        ann = caller(house, "ann")
        async with talking(house, API) as talker:
            subscribed = await talker.ask("userDataStream.subscribe.signature", signed())
            assert subscribed["status"] == 200
            await house.keeper.sync()
            disk = SlowSync(house.keeper)
            asked = [
                asyncio.ensure_future(each)
                for each in (
                    ann("POST", "order", **LIMIT, newClientOrderId="mine"),
                    ann("POST", "order", **LIMIT, newClientOrderId="mine"),  # Refused because of the first.
                    ann("POST", "orderList/oco", **OCO),
                    ann("GET", "openOrders", **SYMBOL),
                    ann("GET", "account"),
                )
            ]
            await turns()
            await talker.say({"id": 9, "method": "order.place", "params": signed(**MARKET)})
            await turns()
            assert len(house.app.door.records.ledger("ann").open) == 3
            assert house.exchange.balances("ann")["BTC"].total == 100 * 10**9 + 10**7
            assert [each.done() for each in asked] == [False] * 5
            assert talker.heard_now() == []
            public = await caller(house)("GET", "depth", **SYMBOL)  # Which is nobody's property.
            assert public.status == 200
            disk.ends.set()
            answers = [await each for each in asked]
            assert [each.status for each in answers] == [200, 400, 200, 200, 200]
            assert len(answers[3].json) == 3
            said = [await talker.hear() for _ in range(10)]
            assert [each["event"]["e"] for each in said if "event" in each] == [
                "executionReport", "outboundAccountPosition", "executionReport",
                "outboundAccountPosition", "executionReport", "listStatus", "executionReport",
                "executionReport", "outboundAccountPosition",
            ]  # fmt: skip
            assert (said[-1]["id"], said[-1]["status"]) == (9, 200)
            assert not house.keeper.is_dirty

    lives(test)


def test_requests_share_a_sync() -> None:
    async def test(house: KeptHouse) -> None:
        await house.keeper.sync()
        disk = SlowSync(house.keeper)
        disk.ends.set()
        ann = caller(house, "ann")
        answers = await asyncio.gather(*(ann("POST", "order", **LIMIT) for _ in range(50)))
        assert {each.status for each in answers} == {200}
        assert disk.syncs <= 3
        assert (await ann("GET", "openOrders", **SYMBOL)).status == 200
        assert disk.syncs <= 3, "there was nothing to be synced"

    lives(test)


def test_a_change_that_nobody_asked_for_is_told_once_it_is_kept() -> None:
    async def test(house: KeptHouse) -> None:
        async with talking(house, API) as talker:
            await talker.ask("userDataStream.subscribe.signature", signed())
            running = asyncio.ensure_future(house.desk.run())
            price = "50005"
            assert (await caller(house, "ann")("POST", "order", **without(LIMIT, price=price))).status == 200
            house.quote(50_005, 100, Side.SELL)
            assert house.keeper.is_dirty
            assert all(each["event"].get("x") != "TRADE" for each in talker.heard_now())
            while (await talker.hear())["event"].get("x") != "TRADE":
                pass
            assert not house.keeper.is_dirty
            running.cancel()

    lives(test)


class Sending:
    """A client that sends at random, and notes what it was answered and told.

    Attributes
    ----------
    answered : dict
        By the number of an order: the last answer about it.
    told : dict
        By the number of a trade of the account: the event.
    """

    def __init__(self, house: KeptHouse, seed: int) -> None:
        self._house, self._chance = house, random.Random(seed)
        self._ann = caller(house, "ann")
        self.answered: dict[int, Any] = {}
        self.lists: set[int] = set()
        self.told: dict[int, Any] = {}
        self.reported: set[int] = set()

    async def work(self) -> None:
        while True:
            await self._once()

    async def listen(self) -> None:
        async with talking(self._house, API) as talker:
            await talker.say({"id": 1, "method": "userDataStream.subscribe.signature", "params": signed()})
            while True:
                event = (await talker.hear()).get("event", {})
                if event.get("e") == "executionReport":
                    self.reported.add(event["i"])
                    if event["x"] == "TRADE":
                        self.told[event["t"]] = event

    async def _once(self) -> None:
        chance, ann = self._chance, self._ann
        kind = chance.random()
        if kind < 0.4:
            answer = await ann("POST", "order", **without(LIMIT, price=str(chance.randint(49_900, 50_060))))
            self._note(answer)
        elif kind < 0.6:
            answer = await ann("POST", "order", **without(MARKET, side=chance.choice(("BUY", "SELL"))))
            self._note(answer)
        elif kind < 0.7:
            answer = await ann("POST", "orderList/oco", **without(OCO, quantity="0.001"))
            if answer.status == 200:
                self.lists.add(answer.json["orderListId"])
                for each in answer.json["orderReports"]:
                    self.answered[each["orderId"]] = each
        elif kind < 0.8 and self.answered:
            number = chance.choice(sorted(self.answered))
            answer = await ann(
                "POST", "order/cancelReplace", **LIMIT, cancelReplaceMode="STOP_ON_FAILURE",
                cancelOrderId=number,
            )  # fmt: skip
            if answer.status == 200:
                self.answered[number] = answer.json["cancelResponse"]
                self.answered[answer.json["newOrderResponse"]["orderId"]] = answer.json["newOrderResponse"]
        elif self.answered:
            number = chance.choice(sorted(self.answered))
            self._note(await ann("DELETE", "order", **SYMBOL, orderId=number))

    def _note(self, answer: Answer) -> None:
        if answer.status == 200:
            self.answered[answer.json["orderId"]] = answer.json


@pytest.mark.parametrize("seed", range(12))
def test_what_was_answered_and_told_is_there_after_a_loss_of_power(seed: int) -> None:
    disk = SimDisk(seed)
    sent: list[Sending] = []

    async def before(house: KeptHouse) -> None:
        sending = Sending(house, seed)
        sent.append(sending)
        tasks = [asyncio.ensure_future(each) for each in (*(sending.work() for _ in range(4)),)]
        tasks += [asyncio.ensure_future(sending.listen()), asyncio.ensure_future(house.desk.run())]
        await asyncio.sleep(random.Random(seed).uniform(0.1, 0.3))
        disk.power_loss()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def after(house: KeptHouse) -> None:
        (sending,) = sent
        ann = caller(house, "ann")
        for number, said in sending.answered.items():
            found = await ann("GET", "order", **SYMBOL, orderId=number)
            assert found.status == 200, f"order {number} was answered and is gone"
            assert found.json["clientOrderId"] == said.get("origClientOrderId", said["clientOrderId"])
            if said.get("status") in OVER:
                assert found.json["status"] == said["status"]
            else:  # It was open, or has ended since: what was open ends with the market.
                assert found.json["status"] in OVER
            assert float(found.json["executedQty"]) >= float(said.get("executedQty", 0))
        for number in sending.reported:
            assert (await ann("GET", "order", **SYMBOL, orderId=number)).status == 200
        trades = {each["id"]: each for each in (await ann("GET", "myTrades", **SYMBOL, limit=1000)).json}
        assert sending.told.keys() <= trades.keys()
        for number, event in sending.told.items():
            assert trades[number]["qty"] == event["l"]
        for number in sending.lists:
            shown = await ann("GET", "orderList", orderListId=number)
            assert shown.json["listOrderStatus"] == "ALL_DONE"
        assert (await ann("GET", "openOrders")).json == []
        held = {each["asset"]: each for each in (await ann("GET", "account")).json["balances"]}
        kept = house.keeper.state.accounts["ann"].holdings
        assert {asset: round(float(each["free"]) * 10**9) for asset, each in held.items()} == kept
        assert all(float(each["locked"]) == 0 for each in held.values())

    lives(before, after, seed=seed, disk=disk)
    assert sent[0].answered
    assert sent[0].told


@pytest.mark.parametrize("kind", ["sync_errors", "write_errors"])
def test_a_disk_that_fails_is_said_and_nothing_is_pretended(kind: str) -> None:
    disk = SimDisk(3)

    async def before(house: KeptHouse) -> None:
        ann = caller(house, "ann")
        assert (await ann("POST", "order", **LIMIT, newClientOrderId="kept")).status == 200
        async with talking(house, API) as talker:
            await talker.ask("userDataStream.subscribe.signature", signed())
            setattr(disk.faults, kind, 1)
            answer = await ann("POST", "order", **LIMIT, newClientOrderId="lost")
            assert (answer.status, answer.json) == (500, UNKNOWN)
            for again in (
                await ann("POST", "order", **LIMIT),
                await ann("DELETE", "order", **SYMBOL, origClientOrderId="kept"),
                await ann("POST", "orderList/oco", **OCO),
                await ann("GET", "order", **SYMBOL, origClientOrderId="kept"),
            ):  # The disk would take it by now, and what it took would prove nothing.
                assert (again.status, again.json) == (500, UNKNOWN)
            await talker.say({"id": 5, "method": "order.place", "params": signed(**MARKET)})
            (said,) = [await talker.hear()]
            assert (said["id"], said["status"], said["error"]) == (5, 500, UNKNOWN)
            assert talker.heard_now() == []
            assert (await caller(house)("GET", "depth", **SYMBOL)).status == 200

    async def after(house: KeptHouse) -> None:
        ann = caller(house, "ann")
        found = (await ann("GET", "allOrders", **SYMBOL)).json
        assert [(each["clientOrderId"], each["status"]) for each in found] == [("kept", "EXPIRED")]

    lives(before, after, disk=disk)


def test_an_order_that_is_under_way_when_the_disk_fails_is_answered() -> None:
    disk = SimDisk(4)

    async def test(storage: SimStorage) -> None:
        house = KeptHouse(storage, StillClock(), LateExchange)
        ann = caller(house, "ann")
        asked = [asyncio.ensure_future(ann("POST", "order", **LIMIT)) for _ in range(5)]
        disk.faults.write_errors = 1
        assert [(each.status, each.json) for each in await asyncio.gather(*asked)] == [(500, UNKNOWN)] * 5

    async def main(_loop: SimLoop) -> None:
        await test(SimStorage(disk, "market"))

    run(1, main, shuffle=False)


def test_who_left_is_told_nothing() -> None:
    async def test(house: KeptHouse) -> None:
        async with talking(house, API) as talker:
            await talker.ask("userDataStream.subscribe.signature", signed())
            await house.keeper.sync()
            disk = SlowSync(house.keeper)
            asked = asyncio.ensure_future(caller(house, "ann")("POST", "order", **LIMIT))
            await turns()
            assert (await talker.ask("userDataStream.unsubscribe", {"subscriptionId": 0}))["result"] == {}
            disk.ends.set()
            assert (await asked).status == 200
            assert talker.heard_now() == []

    lives(test)


def test_canary_a_door_that_does_not_wait_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seeds above are enough to see an answer that came too early."""

    async def at_once(_self: Any) -> None:
        await asyncio.sleep(0.001)

    monkeypatch.setattr(PrismDesk, "sync", at_once)
    found = 0
    for seed in range(12):
        try:
            test_what_was_answered_and_told_is_there_after_a_loss_of_power(seed)
        except AssertionError as error:
            found += "was answered and is gone" in str(error)
    assert found
