"""Auctions, halts and bands over random commands, against what can be said of them without knowing how."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.streams import draw_with_phases
from trade2026.matching.auction import find_cross, pair_up
from trade2026.matching.book import OrderBook
from trade2026.matching.order import BookOrder
from trade2026.matching.words import (
    BookEvent,
    Phase,
    PhaseSet,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    SelfTradePrevention,
    SetBands,
    Traded,
    Uncrossed,
)
from trade2026.model.enums import OrderType, Side, TimeInForce

STEPS = 600
LIMITS = st.one_of(st.none(), st.integers(95, 105))


def resting(side: Side, drawn: list[tuple[int | None, int]], first_place: int) -> list[BookOrder]:
    """Orders of a side as a book would queue them."""
    orders = [
        BookOrder(
            number, "", side, OrderType.MARKET if price is None else OrderType.LIMIT, TimeInForce.GTC,
            quantity, price, None, 0, 0, False, SelfTradePrevention.NONE, number,
        )
        for number, (price, quantity) in enumerate(drawn, first_place)
    ]  # fmt: skip
    sign = -1 if side is Side.BUY else 1
    return sorted(
        orders,
        key=lambda each: (each.limit_price is not None, sign * (each.limit_price or 0), each.place),
    )


SIDE = st.lists(st.tuples(LIMITS, st.integers(1, 9)), max_size=8)


@given(SIDE, SIDE, st.one_of(st.none(), st.integers(90, 110)))
def test_the_price_trades_most_leaves_least_and_follows_what_is_left(bids, offers, last_price):
    buys, sells = resting(Side.BUY, bids, 1), resting(Side.SELL, offers, 100)

    def at(price: int) -> tuple[int, int]:
        bought = sum(each.order_qty for each in buys if (each.limit_price or 999) >= price)
        sold = sum(each.order_qty for each in sells if (each.limit_price or 0) <= price)
        return min(bought, sold), bought - sold

    limits = {each.limit_price for each in (*buys, *sells) if each.limit_price is not None}
    possible = range(90, 111) if limits else [] if last_price is None else [last_price]
    most = max((at(price)[0] for price in possible), default=0)
    cross = find_cross(buys, sells, last_price)
    assert (cross is None) == (most == 0)
    if cross is None:
        return
    assert cross.quantity == at(cross.price)[0] == most, "no price trades more"
    best = [price for price in limits or possible if at(price)[0] == most]
    least = min(abs(at(price)[1]) for price in best)
    best = [price for price in best if abs(at(price)[1]) == least]
    signs = {(at(price)[1] > 0) - (at(price)[1] < 0) for price in best}
    if signs == {1}:
        assert cross.price == max(best)
    elif signs == {-1} or last_price is None:
        assert cross.price == min(best)
    else:
        assert cross.price == sorted((min(best), last_price, max(best)))[1]
    pairs = pair_up(buys, sells, cross.quantity)
    assert sum(pair.quantity for pair in pairs) == cross.quantity
    for buy, sell, quantity in pairs:
        assert quantity > 0
        assert (buy.limit_price or 999) >= cross.price >= (sell.limit_price or 0)


class Watch:
    """Plays commands and checks what each of them did."""

    def __init__(self, seed: int) -> None:
        self.chance, self.book = random.Random(seed), OrderBook()
        self.crosses = self.halts = 0

    def step(self, number: int) -> None:
        book = self.book
        command = draw_with_phases(self.chance, book, number)
        before, phase, bands, last = book.state_sha256(), book.phase, book.bands, book.last_price
        queues = [msgspec.structs.replace(each) for side in Side for each in book.queue(side)]
        events = book.handle(command)
        if events and isinstance(events[0], Refused):
            assert len(events) == 1
            assert book.state_sha256() == before
            return
        if phase is Phase.HALTED:
            assert not isinstance(command, PlaceOrder | ReplaceOpen)
        rest = self._auction(events, queues)
        self._outside(rest, bands)
        if book.phase is Phase.CONTINUOUS:
            bid, offer = book.best_price(Side.BUY), book.best_price(Side.SELL)
            assert bid is None or offer is None or bid < offer
            assert all(each.limit_price is not None or each.is_waiting for each in book.orders.values())
        elif phase is not Phase.CONTINUOUS and len(rest) == len(events):
            assert book.last_price == last, "nothing trades but in an auction"

    def _auction(self, events: tuple[BookEvent, ...], queues: list[BookOrder]) -> list[BookEvent]:
        """Check the trades of an auction; the events that are not of it."""
        cross = next((each for each in events if isinstance(each, Uncrossed)), None)
        if cross is None:
            return list(events)
        self.crosses += 1
        at = events.index(cross)
        traded: dict[int, int] = {}
        for each in events[at + 1 : at + 1 + cross.trades]:
            assert isinstance(each, Traded)
            assert each.price == cross.price
            for order_id in (each.maker_id, each.taker_id):
                traded[order_id] = traded.get(order_id, 0) + each.quantity
        assert sum(traded.values()) == 2 * cross.quantity
        assert_fair(queues, traded, cross.price)
        return [*events[:at], *events[at + 1 + cross.trades :]]

    def _outside(self, events: list[BookEvent], bands: SetBands) -> None:
        """Check the trades that are not of an auction, and what a halt does."""
        low, high = bands.trade_low or 0, bands.trade_high or 999
        is_halted = False
        for event in events:
            if isinstance(event, Traded):
                assert low <= event.price <= high
                assert not is_halted, "nothing trades after a halt"
            elif isinstance(event, PhaseSet) and event.halting_price is not None:
                self.halts += 1
                is_halted = True
                assert not low <= event.halting_price <= high
                assert self.book.phase is Phase.AUCTION


def assert_fair(before: list[BookOrder], traded: dict[int, int], price: int) -> None:
    """Whoever got less than all in an auction stood behind everybody who got something."""
    for side in Side:
        queue = [each for each in before if each.side is side]
        got = [traded.get(each.order_id, 0) for each in queue]
        left = [each.leaves_qty - quantity for each, quantity in zip(queue, got, strict=True)]
        short = next((index for index, rest in enumerate(left) if rest > 0), len(queue))
        assert all(quantity == 0 for quantity in got[short + 1 :]), "somebody was passed over"
        for each, quantity in zip(queue, got, strict=True):
            if quantity and each.limit_price is not None:
                assert each.limit_price >= price if side is Side.BUY else each.limit_price <= price


@pytest.mark.parametrize("seed", range(30))
def test_phases_keep_their_promises(seed):
    watch = Watch(seed)
    for number in range(1, STEPS):
        watch.step(number)
    assert watch.crosses > 1
    assert watch.halts > 0
