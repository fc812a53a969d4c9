"""The door in front of an exchange that takes its time: what is under way is neither done twice nor
forgotten.

- One name is one open order, however many ask for it at once.
- Of the orders of a list never two trade, whatever trades while one is taken back for the other.
- Nothing stays reserved at the door once all is answered, and what is held back is what open orders need.
"""

import asyncio
import random

import pytest

from tests.web.binance.house import House, StillClock, caller
from tests.web.binance.test_lists import OCO
from tests.web.binance.test_orders import LIMIT, MARKET, without
from trade2026.matching.words import BookCommand
from trade2026.model.enums import Side
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.simulation.exchange.reports import Report

BOTH_WAIT = without(OCO, "abovePrice", aboveType="TAKE_PROFIT", aboveStopPrice="50015")


class LateExchange(InstantExchange):
    """Does what it is asked some turns of the loop later, in the order it was asked."""

    turns = 4

    async def request(self, owner: str, number: int, command: BookCommand) -> Report:
        for _ in range(self.turns):
            await asyncio.sleep(0)
        report = self.do(owner, number, command)
        for _ in range(self.turns):
            await asyncio.sleep(0)
        return report


async def settle() -> None:
    """Let everything that was begun come to its end."""
    for _ in range(200):
        await asyncio.sleep(0)


def late_house() -> House:
    house = House(StillClock(), exchange_kind=LateExchange)
    house.book()
    return house


def test_one_name_is_one_order() -> None:
    async def test() -> None:
        house = late_house()
        ann = caller(house, "ann")
        asked = [ann("POST", "order", **LIMIT, newClientOrderId="one") for _ in range(5)]
        answers = await asyncio.gather(*asked)
        assert sorted(each.status for each in answers) == [200, 400, 400, 400, 400]
        assert {each.json["msg"] for each in answers if each.status == 400} == {"Duplicate order sent."}
        gone = [ann("DELETE", "order", symbol="BTCUSDT", origClientOrderId="one") for _ in range(3)]
        assert sorted(each.status for each in await asyncio.gather(*gone)) == [200, 400, 400]
        assert not house.app.door.names_taken
        assert not house.app.door.records._terms
        assert not house.app.door.records._cancels

    asyncio.run(test())


@pytest.mark.parametrize("seed", range(12))
def test_of_a_list_one_trades(seed: int) -> None:
    async def test() -> None:
        house = late_house()
        chance = random.Random(seed)
        ann, bob = caller(house, "ann"), caller(house, "bob")

        async def disturb() -> None:
            for _ in range(chance.randrange(12)):
                await asyncio.sleep(0)
            kind = chance.random()
            if kind < 0.2:
                await ann("DELETE", "openOrders", symbol="BTCUSDT")
            else:
                side = chance.choice(("BUY", "SELL"))
                quantity = f"{chance.randint(1, 150) / 100}"
                await bob("POST", "order", **without(MARKET, side=side, quantity=quantity))

        for _ in range(15):
            house.quote(49_990, 50_000, Side.BUY)
            house.quote(50_010, 50_000, Side.SELL)
            legs = chance.choice((OCO, BOTH_WAIT))
            await asyncio.gather(ann("POST", "orderList/oco", **legs), *(disturb() for _ in range(4)))
        await settle()
        ledger = house.app.door.records.ledger("ann")
        traded = 0
        for record in ledger.lists.values():
            executed = [order.executed for order in record.orders if order.executed]
            assert len(executed) <= 1
            assert sum(executed) <= 2_000
            traded += bool(executed)
        assert traded
        await ann("DELETE", "openOrders", symbol="BTCUSDT")
        await settle()
        assert not ledger.open
        assert house.exchange.balances("ann")["BTC"].held == 0
        assert not house.market.books[0].orders.keys() & ledger.closed.keys()
        assert not house.app.door.records._open
        assert not house.app.door.records._cancels

    asyncio.run(test())
