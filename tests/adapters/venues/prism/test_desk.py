"""A whole desk at the simulated market: what it knows is what the market knows, whatever happened."""

import asyncio
import contextlib
import random
from pathlib import Path

import pytest

from tests.adapters.venues.binance.desk import Desk
from tests.adapters.venues.prism.served import CASH, LISTINGS, House, Wire, run
from trade2026.application.prism.customers import Customer
from trade2026.application.prism.instruments import instrument_of
from trade2026.model.enums import OrderStatus, Side
from trade2026.oms.status import order_status
from trade2026.ports.venue import IdRule, VenueTerms
from trade2026.primitives.fixed_point import UNIT

BITCOIN = instrument_of(LISTINGS[0])
PARTLY = OrderStatus.PARTIALLY_FILLED
LONG = VenueTerms(
    request_window_ns=2 * UNIT, id_rule=IdRule.FOREVER, dead_man_ns=30 * UNIT, heartbeat_ns=2 * UNIT
)
FAST = VenueTerms(request_window_ns=UNIT // 4, id_rule=IdRule.FOREVER, heartbeat_ns=2 * UNIT)


@contextlib.asynccontextmanager
async def opened(folder: Path):
    async with House(folder) as house:
        house.book()
        yield house


@contextlib.asynccontextmanager
async def living(house, folder, *, through_wire=False, terms=LONG):
    desk = Desk(str(folder / "desk"), house.venue("a", through_wire=through_wire, terms=terms), BITCOIN)
    await desk.open()
    try:
        yield desk
    finally:
        await desk.close()


async def squared(desk):
    """The session compares anew, and finds nothing."""
    before = desk.session.last
    desk.session.reconcile_now("a look")
    await desk.until(lambda: desk.session.last is not before)
    await desk.ready()
    assert desk.session.last.differences == ()


def test_orders_fills_replaces_and_cancels(tmp_path):
    async def test():
        async with opened(tmp_path) as house, living(house, tmp_path) as desk:
            await desk.ready()
            await desk.buy("o", 50_010)
            await desk.status("o", OrderStatus.FILLED)
            assert desk.held() == house.held("a")
            assert desk.held()["USDT"] < CASH
            await desk.buy("p")
            await desk.status("p", OrderStatus.NEW)
            await desk.replace("r", "p", UNIT // 50, 49_995)
            await desk.until(lambda: desk.order("p").limit_price == 49_995 * UNIT)
            house.quote(49_995, 100, Side.SELL)
            await desk.status("r", OrderStatus.PARTIALLY_FILLED)
            await desk.cancel("c", "r")
            await desk.status("p", OrderStatus.CANCELED)
            assert desk.order("p").cum_qty == UNIT // 1_000
            assert desk.held() == house.held("a")
            await squared(desk)

    run(test)


def test_a_short_position_is_one_on_both_sides(tmp_path):
    async def test():
        async with opened(tmp_path) as house, living(house, tmp_path) as desk:
            await desk.ready()
            await desk.buy("s", 49_990, side=Side.SELL)
            await desk.status("s", OrderStatus.FILLED)
            assert desk.held() == house.held("a")
            assert desk.held()["BTC"] == -UNIT // 100
            await squared(desk)
            await house.kill()
            async with opened(tmp_path) as again:
                await desk.until(lambda: desk.session.state.value != "READY")
                await desk.ready()
                assert desk.held() == again.held("a")

    run(test)


def test_a_margin_account_buys_with_what_it_owes_and_no_more(tmp_path):
    customer = Customer("a", (("USDT", CASH),), (("BTC", 10 * UNIT), ("USDT", CASH)))

    def lives():
        return House(tmp_path, customers={"a": customer})

    async def test():
        async with lives() as house, living(house, tmp_path) as desk:
            await desk.ready()
            house.quote(50_000, 10_000_000, Side.SELL)
            await desk.buy("o", 50_000, 30 * UNIT)
            await desk.status("o", OrderStatus.FILLED)
            owed = desk.held()["USDT"]
            assert owed == house.held("a")["USDT"] == CASH - 1_500_300 * UNIT
            await desk.buy("p", 50_000, 11 * UNIT)
            await desk.status("p", OrderStatus.REJECTED)
            assert desk.held()["USDT"] == owed
            await house.kill()
            async with lives() as again:  # A debt is there again after a start, and does not grow.
                await desk.until(lambda: desk.session.state.value != "READY")
                await desk.ready()
                assert desk.held() == again.held("a")
                assert again.held("a")["USDT"] == owed
                again.quote(50_000, 1_500_000, Side.BUY)
                await desk.buy("s", 50_000, 15 * UNIT, side=Side.SELL)
                await desk.status("s", OrderStatus.FILLED)
                assert again.held("a") == {"BTC": 15 * UNIT, "USDT": owed + 749_850 * UNIT}
                await squared(desk)

    run(test)


def test_what_happened_while_the_desk_was_down_is_found(tmp_path):
    async def test():
        async with opened(tmp_path) as house:
            async with living(house, tmp_path) as desk:
                await desk.ready()
                for name in ("filled", "canceled", "replaced"):
                    await desk.buy(name, 49_995)
                    await desk.status(name, OrderStatus.NEW)
                await desk.replace("r", "replaced", UNIT // 50, 49_000)
                await desk.until(lambda: desk.order("replaced").order_qty == UNIT // 50)
                number = int(desk.order("canceled").venue_order_id.rpartition("-")[2])
            house.take_back(number, "a")
            house.quote(49_995, 1_000, Side.SELL)
            house.quote(48_000, 2_000, Side.BUY, "a")
            async with living(house, tmp_path) as desk:
                await desk.ready()
                await desk.status("filled", OrderStatus.FILLED)
                await desk.status("canceled", OrderStatus.CANCELED)
                await desk.status("r", OrderStatus.NEW)
                (hand,) = (
                    name
                    for name in desk.core.engines.oms.accounts["a"].requests
                    if name.startswith("external:")
                )
                assert desk.order(hand).strategy_id == "EXTERNAL"
                assert desk.held() == house.held("a")
                for name in ("r", hand):
                    await desk.cancel(f"cancel-{name[:3]}", name)
                    await desk.status(name, OrderStatus.CANCELED)

    run(test)


def test_a_line_that_is_cut_is_opened_again_and_nothing_is_missed(tmp_path):
    async def test():
        async with (
            opened(tmp_path) as house,
            Wire(house) as wire,
            living(house, tmp_path, through_wire=True) as desk,
        ):
            await desk.ready()
            await desk.buy("o", 49_995)
            await desk.status("o", OrderStatus.NEW)
            await wire.stop()
            await desk.until(lambda: desk.session.state.value == "DOWN", "DOWN")
            house.quote(49_995, 1_000, Side.SELL)
            await wire.start()
            await desk.ready()
            await desk.status("o", OrderStatus.FILLED)
            assert desk.held() == house.held("a")

    run(test)


def test_a_lost_answer_is_unknown_until_the_order_is_found(tmp_path):
    async def test():
        async with (
            opened(tmp_path) as house,
            Wire(house) as wire,
            living(house, tmp_path, through_wire=True) as desk,
        ):
            await desk.ready()
            wire.drops_answers = True
            await desk.buy("o")
            await desk.until(lambda: house.keeper.state.accounts["a"].open)
            wire.cut()
            wire.drops_answers = False
            await desk.ready()
            await desk.status("o", OrderStatus.NEW)
            assert len(house.keeper.state.accounts["a"].open) == 1

    run(test)


def test_a_lost_request_is_proved_absent(tmp_path):
    async def test():
        async with (
            opened(tmp_path) as house,
            Wire(house) as wire,
            living(house, tmp_path, through_wire=True, terms=FAST) as desk,
        ):
            await desk.ready()
            wire.drops_requests = True
            wire.requests.clear()
            await desk.buy("lost-one")
            await desk.until(lambda: b"lost-one" in wire.requests)
            wire.cut()
            wire.drops_requests = False
            await desk.status("lost-one", OrderStatus.NOT_RECEIVED)
            await desk.ready()

    run(test)


def test_a_market_that_is_killed_and_made_anew_has_ended_what_was_open_and_lost_nothing(tmp_path):
    async def test():
        async with opened(tmp_path) as house, living(house, tmp_path) as desk:
            await desk.ready()
            await desk.buy("filled", 50_010)
            await desk.status("filled", OrderStatus.FILLED)
            await desk.buy("open", 49_995)
            await desk.status("open", OrderStatus.NEW)
            house.quote(49_995, 100, Side.SELL)
            await desk.status("open", OrderStatus.PARTIALLY_FILLED)
            held = desk.held()
            await house.kill()
            await desk.until(lambda: desk.session.state.value == "DOWN", "DOWN")
            async with opened(tmp_path) as again:
                await desk.ready()
                await desk.status("open", OrderStatus.CANCELED)
                assert desk.held() == held == again.held("a")
                await desk.buy("after", 50_010)
                await desk.status("after", OrderStatus.FILLED)
                assert desk.held() == again.held("a")
                await squared(desk)

    run(test)


@pytest.mark.parametrize("moment", range(4))
def test_a_desk_and_a_market_that_both_end_agree_in_the_end(tmp_path, moment):
    async def test():
        async with opened(tmp_path) as house, living(house, tmp_path) as desk:
            await desk.ready()
            for number in range(4):
                await desk.buy(f"o{number}", 50_010 if number % 2 else 49_995)
                if number == moment:
                    await house.kill()
        async with opened(tmp_path) as house, living(house, tmp_path) as desk:
            await desk.ready()
            assert desk.held() == house.held("a")
            open_there = {order.name for order in house.keeper.state.accounts["a"].open.values()}
            assert open_there == set()
            await squared(desk)

    run(test)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_whatever_order_the_books_agree_in_the_end(tmp_path, seed):
    chance = random.Random(seed)
    troubles = [["cut"], ["kill"], ["desk"], ["cut", "kill", "desk"]][seed]

    async def trade(desk, house, number):
        house.quote(chance.choice((49_990, 50_010)), chance.randint(1, 2_000), chance.choice(list(Side)))
        requests = desk.core.engines.oms.accounts["a"].requests
        open_names = [
            name
            for name in sorted(requests)
            if requests[name].order_id and order_status(desk.order(name)) in (OrderStatus.NEW, PARTLY)
        ]
        kind = chance.random()
        if kind < 0.5 or not open_names:
            price, side = chance.choice((49_980, 49_990, 50_010, 50_020)), chance.choice(list(Side))
            await desk.buy(f"o{seed}-{number}", price, chance.randint(1, 20) * UNIT // 1_000, side)
        elif kind < 0.75:
            await desk.cancel(f"c{seed}-{number}", chance.choice(open_names))
        else:
            quantity = chance.randint(1, 20) * UNIT // 1_000
            await desk.replace(f"r{seed}-{number}", chance.choice(open_names), quantity, 49_985)

    async def life(house, wire, number):
        async with living(house, tmp_path, through_wire=True) as desk:
            await desk.ready()
            for step in range(8):
                await trade(desk, house, f"{number}-{step}")
                await asyncio.sleep(chance.choice((0, 0.001, 0.01)))
            if troubles[0] == "cut":
                wire.cut()
                await trade(desk, house, f"{number}-cut")
            elif troubles[0] == "kill":
                await house.kill()
            if troubles[0] != "kill":
                await desk.ready()

    async def test():
        number = 0
        while troubles:
            number += 1
            async with opened(tmp_path) as house, Wire(house) as wire:
                await life(house, wire, number)
            troubles.pop(0)
        async with opened(tmp_path) as house, living(house, tmp_path) as desk:
            await desk.ready()
            await squared(desk)
            assert desk.held() == house.held("a") == house.keeper.state.accounts["a"].holdings
            for order in desk.core.engines.oms.orders.values():
                assert order_status(order) not in (OrderStatus.NEW, PARTLY, OrderStatus.UNKNOWN)

    run(test)
