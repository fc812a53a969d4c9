"""Each fault of a line does what its name says, is counted, and leaves the market's truth alone."""

import asyncio

import pytest

from tests.simulation.faults import LineFaults
from tests.simulation.market_harness import QUIET, STOCK, Market, cancel, order
from tests.simulation.simvenue import Habits
from trade2026.matching.words import SelfTradePrevention
from trade2026.model.enums import ExecType, Side
from trade2026.model.instructions import OrderInstructions
from trade2026.ports.venue import IdRule, StreamState, VenueTerms
from trade2026.primitives.errors import RateLimited, VenueUnreachable
from trade2026.primitives.fixed_point import UNIT

WINDOW = VenueTerms(request_window_ns=5 * UNIT)


def send(market, *requests, wait_s=1.0):
    async def main():
        for request in requests:
            (market.venue.submit if hasattr(request, "side") else market.venue.cancel)(request)
            await asyncio.sleep(0.1)
        await asyncio.sleep(wait_s)
        return len(market.inner.exchange.open_orders())

    return market.live(main)


def test_a_lost_request_never_arrives_and_is_told_after_the_time_out():
    market = Market(LineFaults(lost_request=1.0, timeout_s=2.0))
    assert send(market, order("o")) == 0
    assert market.failed == []
    send(market, wait_s=3.0)
    assert market.failed == [], "the desk that had sent it is gone"
    market = Market(LineFaults(lost_request=1.0, timeout_s=2.0))
    send(market, order("o"), wait_s=3.0)
    assert market.failed == [("o", "no answer in time")]
    assert market.venue.counts["request lost"] == 1


def test_a_lost_response_is_told_as_failed_although_the_order_is_there():
    market = Market(LineFaults(lost_response=1.0))
    assert send(market, order("o"), wait_s=2.0) == 1
    assert [name for name, _ in market.failed] == ["o"]


def test_an_error_may_be_answered_although_the_order_is_there():
    market = Market(LineFaults(error_though_placed=1.0))
    assert send(market, order("o")) == 1
    assert "cannot be read" in market.failed[0][1]


def test_a_plain_no_may_be_answered_although_the_order_is_there():
    market = Market(LineFaults(false_reject=1.0))
    assert send(market, order("o")) == 1
    assert sorted(market.kinds("o")) == [ExecType.NEW, ExecType.REJECTED]


def test_what_comes_after_its_window_is_refused():
    market = Market(LineFaults(late=1.0), terms=WINDOW)
    assert send(market, order("o"), wait_s=60.0) == 0
    assert len(market.failed) == 1
    assert market.venue.counts["late request refused by its window"] == 1


def test_without_a_window_what_is_late_takes_effect_even_after_the_desk_has_died():
    market = Market(LineFaults(late=1.0, late_s=5.0))
    assert send(market, order("o")) == 0
    assert send(market, wait_s=10.0) == 1


def test_a_slow_request_stays_within_its_window():
    for seed in range(20):
        market = Market(LineFaults(slow=1.0, slow_s=60.0), terms=WINDOW, seed=seed)
        assert send(market, order("o"), wait_s=6.0) == 1


def test_reports_are_dropped_and_the_gap_is_told_where_the_stream_is_numbered():
    market = Market(LineFaults(dropped_report=1.0, gap_told=1.0))
    assert send(market, order("o")) == 1
    assert market.told == []
    assert StreamState.GAP in market.stream
    market = Market(LineFaults(dropped_report=1.0))
    send(market, order("o"))
    assert StreamState.GAP not in market.stream


def test_fills_alone_are_dropped_while_heartbeats_go_on():
    market = Market(LineFaults(dropped_fill=1.0))
    send(market, order("o", Side.SELL), order("p", Side.BUY), wait_s=2.0)
    assert market.kinds() == [ExecType.NEW, ExecType.NEW]
    assert len(market.inner.fills) == 2
    assert StreamState.HEARTBEAT in market.stream


def test_reports_come_twice_and_out_of_their_order():
    faults = LineFaults(duplicate=0.5, reordered=0.5, duplicate_s=3.0, reordered_s=3.0)
    market = Market(faults, seed=3)
    requests = [order(f"o{number}") for number in range(20)]
    send(market, *requests, wait_s=10.0)
    names = [report.client_order_id for report in market.told]
    assert len(names) > len(set(names)) == 20
    assert names != sorted(names, key=lambda name: int(name[1:]))


@pytest.mark.parametrize("query", ["open_orders", "order_history", "executions"])
def test_a_part_never_says_that_it_is_the_whole(query):
    market = Market(LineFaults(partial_page=0.5), seed=2)

    async def main():
        for number in range(6):
            market.venue.submit(order(f"s{number}", Side.SELL))
            market.venue.submit(order(f"b{number}", Side.BUY, 5))
        await asyncio.sleep(1)
        ask = getattr(market.venue, query)
        return [await (ask("a") if query == "open_orders" else ask("a", 0)) for _ in range(40)]

    pages = market.live(main)
    whole = {len(page.items) for page in pages if page.is_complete}
    assert len(whole) == 1
    parts = [len(page.items) for page in pages if not page.is_complete]
    assert parts
    assert max(parts) < whole.pop()


def test_a_query_may_not_know_yet_what_has_happened_and_knows_after_the_lag():
    market = Market(LineFaults(hidden_s=3.0))

    async def main():
        for number in range(20):
            market.venue.submit(order(f"o{number}"))
        await asyncio.sleep(0.5)
        early = await market.venue.open_orders("a")
        await asyncio.sleep(market.venue.terms.history_lag_ns / 1e9)
        return early, await market.venue.open_orders("a")

    early, later = market.live(main)
    assert len(early.items) < len(later.items) == 20


def test_queries_are_refused_and_unanswered_as_the_port_says():
    async def ask(market):
        return await market.venue.open_orders("a")

    limited = Market(LineFaults(rate_limited=1.0))
    with pytest.raises(RateLimited) as caught:
        limited.live(lambda: ask(limited))
    assert caught.value.retry_after_ns
    silent = Market(LineFaults(unanswered_query=1.0))
    with pytest.raises(VenueUnreachable):
        silent.live(lambda: ask(silent))


def test_a_rate_limit_keeps_room_for_cancels():
    terms = VenueTerms(requests_per_window=10, cancel_reserve=4)
    market = Market(terms=terms)

    async def main():
        for number in range(10):
            market.venue.submit(order(f"o{number}"))
        for number in range(3):
            market.venue.cancel(cancel(f"c{number}", f"o{number}"))
        await asyncio.sleep(0.5)

    market.live(main)
    assert market.kinds().count(ExecType.REJECTED) == 4
    assert market.kinds().count(ExecType.CANCELED) == 3
    assert market.inner.counts["rate limit met"] == 4


def test_maintenance_reaches_nobody_and_ends():
    faults = LineFaults(episode_s=1.0, episode_length_s=2.0, maintenance=True, cancel_on_disconnect=True)
    market = Market(faults)

    async def main():
        market.venue.submit(order("o"))
        while StreamState.DISCONNECTED not in market.stream:
            await asyncio.sleep(0.1)
        with pytest.raises(VenueUnreachable):
            await market.venue.open_orders("a")
        with pytest.raises(VenueUnreachable):
            await market.venue.open()
        market.venue.submit(order("p"))
        await asyncio.sleep(3)
        market.venue.heal()
        await market.venue.open()
        return await market.venue.order_history("a", 0)

    page = market.live(main)
    assert [(each.client_order_id, each.exec_type) for each in page.items] == [("o", ExecType.CANCELED)]
    assert [name for name, _ in market.failed] == ["p"]


def test_a_half_open_stream_says_nothing_until_it_is_opened_again():
    market = Market(LineFaults(episode_s=1.0, half_open=True), seed=4)

    async def main():
        while not market.venue.counts["stream half open"]:
            await asyncio.sleep(0.01)
        heard = len(market.stream), len(market.told)
        market.venue.submit(order("o"))
        await asyncio.sleep(5)
        assert (len(market.stream), len(market.told)) == heard
        market.venue.faults.half_open = False
        await market.venue.open()
        market.venue.submit(order("p"))
        await asyncio.sleep(1)

    market.live(main)
    assert market.kinds() == [ExecType.NEW]


def test_a_lost_line_is_told_and_reports_made_meanwhile_reach_nobody():
    market = Market(LineFaults(episode_s=0.5, disconnects=True))

    async def main():
        while StreamState.DISCONNECTED not in market.stream:
            await asyncio.sleep(0.1)
        market.venue.submit(order("o"))
        await asyncio.sleep(0.5)
        assert market.told == []
        return await market.venue.open_orders("a")

    assert len(market.live(main).items) == 1


def test_clocks_differ_by_the_skew():
    market = Market(LineFaults(skew_s=5.0))

    async def main():
        return await market.venue.server_time_ns() - market.inner.timeline.now()

    assert market.live(main) == 5 * UNIT


@pytest.mark.parametrize(
    ("rule", "kinds"),
    [
        (IdRule.NONE, [ExecType.NEW, ExecType.CANCELED, ExecType.NEW]),
        (IdRule.OPEN_ORDERS, [ExecType.NEW, ExecType.CANCELED, ExecType.NEW]),
        (IdRule.FOREVER, [ExecType.NEW, ExecType.CANCELED, ExecType.REJECTED]),
    ],
)
def test_an_id_may_come_again_where_the_rule_allows_it(rule, kinds):
    market = Market(terms=VenueTerms(id_rule=rule))

    async def main():
        market.venue.submit(order("o"))
        market.venue.cancel(cancel("c", "o"))
        await asyncio.sleep(1)
        market.inner.received.clear()
        market.venue.submit(order("o"))
        await asyncio.sleep(1)

    market.live(main)
    assert market.kinds() == kinds


# --------------------------------------------------------------------------- what the market does by itself


def test_a_bust_takes_an_execution_back_and_a_filled_order_works_again():
    market = Market()

    async def main():
        market.venue.submit(order("o", Side.SELL, 10))
        market.venue.submit(order("p", Side.BUY, 10))
        await asyncio.sleep(1)
        bought = next(r for r in market.told if r.exec_type is ExecType.TRADE and r.side is Side.BUY)
        market.inner.exchange.bust(bought.execution_id)
        assert market.inner.exchange.bust(bought.execution_id) is None
        await asyncio.sleep(1)
        return bought, await market.venue.executions("a", 0), await market.venue.open_orders("a")

    bought, executions, open_orders = market.live(main)
    last = market.told[-1]
    assert (last.exec_type, last.ref_execution_id) == (ExecType.TRADE_CANCEL, bought.execution_id)
    assert bought not in executions.items
    assert [(each.client_order_id, each.cum_qty) for each in open_orders.items] == [("p", 0)]


def test_a_correction_names_the_execution_before_it_and_a_query_has_the_last_form():
    market = Market()

    async def main():
        market.venue.submit(order("o", Side.SELL, 10))
        market.venue.submit(order("p", Side.BUY, 10))
        await asyncio.sleep(1)
        name = next(r.execution_id for r in market.told if r.exec_type is ExecType.TRADE)
        first = market.inner.exchange.correct(name, 101 * UNIT)
        second = market.inner.exchange.correct(name, 102 * UNIT)
        assert first is not None
        assert second is not None
        assert second.ref_execution_id == first.execution_id
        return second, await market.venue.executions("a", 0)

    second, executions = market.live(main)
    assert second.execution_id in {each.execution_id for each in executions.items}
    assert sorted(each.last_px for each in executions.items) == [100 * UNIT, 102 * UNIT]
    assert {each.exec_type for each in executions.items} == {ExecType.TRADE}


def test_a_suspended_order_does_not_trade_and_works_again_later():
    market = Market()

    async def main():
        market.venue.submit(order("o", Side.SELL, 10))
        await asyncio.sleep(1)
        (own,) = market.inner.exchange.open_orders()
        market.inner.exchange.suspend(own, ExecType.SUSPENDED)
        market.venue.submit(order("p", Side.BUY, 4))
        await asyncio.sleep(1)
        assert market.inner.fills == []
        market.inner.exchange.resume(own)
        await asyncio.sleep(1)

    market.live(main)
    assert market.kinds("o") == [
        ExecType.NEW, ExecType.SUSPENDED, ExecType.RESTATED, ExecType.TRADE,
    ]  # fmt: skip


def test_an_order_by_hand_is_told_with_all_that_is_needed_to_take_it_up():
    market = Market()

    async def main():
        market.inner.exchange.place_by_hand("a", STOCK.instrument_id, Side.BUY, UNIT, 99 * UNIT)
        await asyncio.sleep(1)

    market.live(main)
    (report,) = market.told
    assert report.client_order_id
    assert (report.instrument_id, report.side) == (STOCK.instrument_id, Side.BUY)


def test_self_trade_prevention_is_told_as_expired_with_what_was_prevented():
    habits = Habits(
        delay_s=0.001, tail=0.0, silent=1.0, rejects=0.0, unsolicited=0.0, fees=False,
        prevention=SelfTradePrevention.EXPIRE_TAKER,
    )  # fmt: skip
    market = Market(habits=habits)
    send(market, order("o", Side.SELL, 4), order("p", Side.BUY, 10))
    assert market.kinds("p") == [ExecType.NEW, ExecType.EXPIRED]
    assert market.told[-1].prevented_qty == 10 * UNIT


def test_an_iceberg_fills_as_a_whole_order():
    market = Market(habits=QUIET)
    send(market, order("o", Side.SELL, 10, instructions=OrderInstructions(display_qty=3 * UNIT)))
    send(market, order("p", Side.BUY, 10))
    sold = [fill.last_qty for fill in market.inner.fills if fill.side is Side.SELL]
    assert sold == [3 * UNIT, 3 * UNIT, 3 * UNIT, UNIT]
