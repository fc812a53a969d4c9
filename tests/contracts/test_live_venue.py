"""What every live venue must do, run on the simulated one and on it behind a line of the fault wrapper."""

import asyncio

import pytest

from tests.simulation.market_harness import STOCK, Market, cancel, order, replace
from trade2026.model.enums import ExecType, Side, TimeInForce
from trade2026.model.instructions import OrderInstructions
from trade2026.ports.venue import Holding, StreamState, VenueTerms
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT

NEW, TRADE, CANCELED, EXPIRED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED, ExecType.EXPIRED
REPLACED, REJECTED, CANCEL_REJECTED = ExecType.REPLACED, ExecType.REJECTED, ExecType.CANCEL_REJECTED
LONG_S = 5.0


@pytest.fixture
def market():
    return Market(terms=VenueTerms(dead_man_ns=60 * UNIT))


def after(market, *requests, then=None, wait_s=1.0):
    """Send the requests one after the other, half a second apart, then ask."""

    async def main():
        for request in requests:
            name = type(request).__name__
            send = {
                "OrderApproved": market.venue.submit,
                "OrderPendingCancel": market.venue.cancel,
                "OrderPendingReplace": market.venue.replace,
            }[name]
            before = len(market.told)
            send(request)
            assert len(market.told) == before, "never from inside the call"
            await asyncio.sleep(0.5)
        await asyncio.sleep(wait_s)
        return await then() if then else None

    return market.live(main)


def test_a_stream_begins_and_beats(market):
    after(market, wait_s=3.2)
    assert market.stream[0] is StreamState.CONNECTED
    assert market.stream.count(StreamState.HEARTBEAT) >= 3


def test_an_order_is_acknowledged_and_an_open_one_is_listed(market):
    page = after(market, order("o"), then=lambda: market.venue.open_orders("a"))
    assert market.kinds() == [NEW]
    assert page.is_complete
    (found,) = page.items
    assert (found.client_order_id, found.is_open, found.cum_qty) == ("o", True, 0)
    assert found.venue_order_id == market.told[0].venue_order_id != ""


def test_two_that_meet_trade_at_the_resting_price_and_history_has_both(market):
    requests = (order("o", Side.SELL, 10, 100), order("p", Side.BUY, 4, 101))
    executions = after(market, *requests, then=lambda: market.venue.executions("a", 0))
    assert market.kinds() == [NEW, NEW, TRADE, TRADE]
    assert {(r.client_order_id, r.last_qty, r.last_px) for r in market.told[2:]} == {
        ("o", 4 * UNIT, 100 * UNIT),
        ("p", 4 * UNIT, 100 * UNIT),
    }
    assert list(executions.items) == market.told[2:]
    assert all(each.instrument_id and each.side for each in executions.items)


def test_history_has_what_is_done_and_how_it_ended(market):
    requests = (order("o"), cancel("c", "o"), order("p", time_in_force=TimeInForce.IOC))
    page = after(market, *requests, then=lambda: market.venue.order_history("a", 0))
    assert [(each.client_order_id, each.exec_type, each.is_open) for each in page.items] == [
        ("o", CANCELED, False),
        ("p", EXPIRED, False),
    ]
    assert market.kinds("c") == [CANCELED]


def test_another_account_sees_nothing_of_it(market):
    page = after(market, order("o"), then=lambda: market.venue.open_orders("b"))
    assert page.items == ()


def test_a_replace_answers_under_its_own_id_and_is_known_by_it(market):
    requests = (order("o"), replace("r", "o", 4), cancel("c", "r"))
    after(market, *requests)
    assert market.kinds() == [NEW, REPLACED, CANCELED]
    assert (market.told[1].client_order_id, market.told[1].order_qty) == ("r", 4 * UNIT)


def test_what_comes_too_late_is_refused(market):
    after(market, order("o", price=None), cancel("c", "o"), replace("r", "o", 5), cancel("d", "nothing"))
    assert market.kinds() == [NEW, EXPIRED, CANCEL_REJECTED, CANCEL_REJECTED, CANCEL_REJECTED]


def test_a_second_order_under_an_open_id_is_rejected_and_the_first_works_on(market):
    async def main():
        market.venue.submit(order("o"))
        await asyncio.sleep(1)
        market.inner.received.clear()  # What a careless sender does, and the simulated venue never forgives.
        market.venue.submit(order("o"))
        await asyncio.sleep(1)
        return await market.venue.open_orders("a")

    page = market.live(main)
    assert market.kinds() == [NEW, REJECTED]
    assert len(page.items) == 1
    assert market.told[1].venue_order_id != market.told[0].venue_order_id


def test_holdings_follow_deposits_and_executions(market):
    market.inner.deposit("a", "USD", 1000 * UNIT)

    async def main():
        market.venue.submit(order("o", Side.BUY, 3, 100))
        await asyncio.sleep(1)
        market.trade(100)  # One lot.
        return await market.venue.holdings("a")

    assert market.live(main).items == (
        Holding("a", STOCK.instrument_id, UNIT),
        Holding("a", "USD", 900 * UNIT),
    )


def test_a_stop_waits_until_the_price_is_there(market):
    async def main():
        stop = OrderInstructions(trigger_price=105 * UNIT)
        market.venue.submit(order("o", price=110, instructions=stop))
        await asyncio.sleep(1)
        market.trade(104)
        waiting = len(market.inner.fills)
        market.trade(105)
        await asyncio.sleep(1)
        market.trade(110)
        await asyncio.sleep(1)
        return waiting

    assert market.live(main) == 0
    assert market.kinds() == [NEW, TRADE]


def test_a_dead_man_switch_fires_unless_it_is_renewed(market):
    async def main():
        market.venue.submit(order("o"))
        for _ in range(5):
            await market.venue.renew_dead_man("a", 2 * UNIT)
            await asyncio.sleep(1.5)
        assert market.kinds() == [NEW]
        await asyncio.sleep(1)
        assert market.kinds() == [NEW, CANCELED]
        market.venue.submit(order("p"))
        await market.venue.renew_dead_man("a", 0)
        await asyncio.sleep(LONG_S)

    market.live(main)
    assert market.kinds("p") == [NEW]


def test_a_venue_without_a_dead_man_switch_says_so():
    market = Market()
    with pytest.raises(InputError, match="no dead-man switch"):
        after(market, then=lambda: market.venue.renew_dead_man("a", UNIT))
