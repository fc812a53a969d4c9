"""What every live venue must do, run on the simulated one (on virtual time, behind a line of the fault
wrapper), on the adapter for Binance against a served door of ours, and on the one for the simulated market
against a line of its own.
"""

import asyncio

import pytest

from tests.contracts.live_markets import DoorMarket, LineMarket, SimMarket
from tests.simulation.market_harness import cancel, order, replace
from trade2026.model.enums import ExecType, Side, TimeInForce
from trade2026.model.instructions import OrderInstructions
from trade2026.ports.venue import StreamState, VenueTerms
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT

NEW, TRADE, CANCELED, EXPIRED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED, ExecType.EXPIRED
REPLACED, REJECTED, CANCEL_REJECTED = ExecType.REPLACED, ExecType.REJECTED, ExecType.CANCEL_REJECTED
LONG_S = 5.0


@pytest.fixture(params=["simulated", "binance", "prism"])
def market(request, tmp_path):
    if request.param == "simulated":
        yield SimMarket()
    elif request.param == "prism":
        yield LineMarket(tmp_path)
    else:
        with DoorMarket.served() as made:
            yield made


def after(market, *requests, then=None):
    """Send the requests one after the other, each when the one before has come to rest, then ask."""

    async def main():
        for request in requests:
            await sent(market, request)
        return await then() if then else None

    return market.live(main)


async def sent(market, request):
    name = type(request).__name__
    send = {
        "OrderApproved": market.venue.submit,
        "OrderPendingCancel": market.venue.cancel,
        "OrderPendingReplace": market.venue.replace,
    }[name]
    before = len(market.told)
    send(request)
    assert len(market.told) == before, "never from inside the call"
    await market.settle()


def test_a_stream_begins_and_beats(market):
    after(market, then=lambda: market.beats(3))
    assert market.stream[0] is StreamState.CONNECTED
    assert market.stream.count(StreamState.HEARTBEAT) >= 3


def test_the_clock_can_be_asked(market):
    first, second = after(market, then=lambda: two_times(market))
    assert 0 < first <= second < first + 60 * UNIT


async def two_times(market):
    return await market.venue.server_time_ns(), await market.venue.server_time_ns()


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
    assert sorted(market.kinds()) == [NEW, NEW, TRADE, TRADE]
    told = [each for each in market.told if each.exec_type is TRADE]
    assert {(r.client_order_id, r.last_qty, r.last_px) for r in told} == {
        ("o", 4 * UNIT, 100 * UNIT),
        ("p", 4 * UNIT, 100 * UNIT),
    }
    assert executions.is_complete
    assert {named(each) for each in executions.items} == {named(each) for each in told}
    assert len({named(each) for each in told}) == len(executions.items) == 2
    assert all(each.instrument_id and each.side for each in executions.items)


def named(report):
    """What stream and queries have to call the same."""
    return (
        report.execution_id, report.venue_order_id, report.client_order_id, report.last_qty, report.last_px,
        report.commission, report.commission_currency, report.ts_event, report.instrument_id, report.side,
    )  # fmt: skip


def test_history_has_what_is_done_and_how_it_ended(market):
    requests = (order("o"), cancel("c", "o"), order("p", time_in_force=TimeInForce.IOC))
    page = after(market, *requests, then=lambda: market.venue.order_history("a", 0))
    assert [(each.client_order_id, each.exec_type, each.is_open) for each in page.items] == [
        ("o", CANCELED, False),
        ("p", EXPIRED, False),
    ]
    assert market.kinds("c") == [CANCELED]


def test_another_account_sees_nothing_of_it(market):
    page = after(market, order("o"), then=lambda: market.of("b").open_orders("b"))
    assert page.items == ()


def test_a_replace_answers_under_its_own_id_and_is_known_by_it(market):
    requests = (order("o"), replace("r", "o", 4), cancel("c", "r"))
    after(market, *requests)
    assert market.kinds() == [NEW, REPLACED, CANCELED]
    assert (market.told[1].client_order_id, market.told[1].order_qty) == ("r", 4 * UNIT)


def test_what_comes_too_late_is_refused(market):
    first = order("o", time_in_force=TimeInForce.IOC)
    after(market, first, cancel("c", "o"), replace("r", "o", 5), cancel("d", "nothing"))
    assert market.kinds() == [NEW, EXPIRED, CANCEL_REJECTED, CANCEL_REJECTED, CANCEL_REJECTED]


def test_a_second_order_under_an_open_id_is_rejected_and_the_first_works_on(market):
    async def main():
        await sent(market, order("o"))
        market.allow_twice()
        await sent(market, order("o"))
        return await market.venue.open_orders("a")

    page = market.live(main)
    assert market.kinds() == [NEW, REJECTED]
    assert len(page.items) == 1
    assert market.told[1].venue_order_id != market.told[0].venue_order_id


def test_holdings_follow_executions(market):
    async def main():
        before = {each.commodity: each.amount for each in (await market.venue.holdings("a")).items}
        await sent(market, order("o", Side.BUY, 3, 100))
        await market.trade_at(100)  # One lot.
        after = {each.commodity: each.amount for each in (await market.venue.holdings("a")).items}
        return {name: after[name] - before.get(name, 0) for name in after}

    changes = {name: change for name, change in market.live(main).items() if change}
    assert changes == {market.unit: UNIT, "USD": -100 * UNIT}


def test_a_stop_waits_until_the_price_is_there(market):
    async def main():
        stop = OrderInstructions(trigger_price=105 * UNIT)
        await sent(market, order("o", price=110, instructions=stop))
        await market.trade_at(104)
        waiting = len(market.told)
        await market.trade_at(105)
        await market.trade_at(110)
        return waiting

    assert market.live(main) == 1
    assert market.kinds() == [NEW, TRADE]


def test_a_dead_man_switch_fires_unless_it_is_renewed():
    market = SimMarket(terms=VenueTerms(dead_man_ns=60 * UNIT))

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


def test_a_venue_without_a_dead_man_switch_says_so(market):
    with pytest.raises(InputError, match="no dead-man switch"):
        after(market, then=lambda: market.venue.renew_dead_man("a", UNIT))
