"""Round trips from fills: worked cases, and a twin that keeps every unit apart."""

from collections import deque
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.application.round_trips import RoundTrip, round_trips
from trade2026.model.enums import Side
from trade2026.model.instrument import crypto_spot, equity
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.backtest import FillRecord

SHARE = equity("ACME", "XNAS")
COIN = crypto_spot("BTCUSDT")
INSTRUMENTS = {each.instrument_id: each for each in (SHARE, COIN)}


class Books:
    """Makes fills as the ledger would book them: exact for whole units and prices."""

    def __init__(self) -> None:
        self.units: deque[Fraction] = deque()  # Price of each unit held, positive for long.
        self.is_long = True
        self.fills: list[FillRecord] = []

    def trade(self, quantity: int, price: int, commission: int = 0) -> None:
        """Buy (positive) or sell whole units at a whole price."""
        closed, realized = 0, 0
        for _ in range(abs(quantity)):
            if self.units and self.is_long != (quantity > 0):
                entry = self.units.popleft()
                realized += int(price - entry) * (1 if self.is_long else -1)
                closed += 1
            else:
                self.is_long = quantity > 0
                self.units.append(Fraction(price))
        self.fills.append(
            FillRecord(
                ts_event=len(self.fills) + 1,
                order_id=1,
                instrument_id=SHARE.instrument_id,
                side=Side.BUY if quantity > 0 else Side.SELL,
                quantity=abs(quantity) * UNIT,
                price=price * UNIT,
                currency="USD",
                notional=abs(quantity) * price * UNIT,
                realized=realized * UNIT,
                closed_qty=closed * UNIT,
                commission=commission * UNIT,
                commission_currency="USD",
            )
        )


def trips_of(*trades: tuple[int, ...]) -> list[RoundTrip]:
    books = Books()
    for trade in trades:
        books.trade(*trade)
    return round_trips(books.fills, INSTRUMENTS)


def test_a_purchase_and_its_sale_are_one_trip_after_both_commissions() -> None:
    (trip,) = trips_of((10, 100, 3), (-10, 110, 4))
    assert trip == RoundTrip(
        SHARE.instrument_id, True, 10 * UNIT, 1, 2, 100 * UNIT, 110 * UNIT, (100 - 3 - 4) * UNIT
    )


def test_parts_are_closed_oldest_first_with_their_share_of_commission() -> None:
    first, second = trips_of((10, 100, 10), (10, 120, 20), (-15, 130, 15), (-5, 90, 5))
    assert first.pnl == (10 * 30 + 5 * 10 - 10 - 10 - 15) * UNIT
    assert first.opened_ts == 1
    assert first.entry_price * 15 == pytest.approx((10 * 100 + 5 * 120) * UNIT, abs=15)
    assert second.pnl == (5 * -30 - 10 - 5) * UNIT
    assert second.opened_ts == 2


def test_a_flip_closes_a_short_and_opens_a_long() -> None:
    first, second = trips_of((-10, 100, 10), (15, 90, 15), (-5, 95, 5))
    assert not first.is_long
    assert first.pnl == (10 * 10 - 10 - 10) * UNIT
    assert second.is_long
    assert second.pnl == (5 * 5 - 5 - 5) * UNIT


def test_a_commission_in_coins_is_in_the_cost_already() -> None:
    def fill(ts: int, side: Side, quantity: int, realized: int, closed: int, fee: int) -> FillRecord:
        return FillRecord(
            ts, 1, COIN.instrument_id, side, quantity, 100 * UNIT, "USDT", 0, realized, closed, fee, "BTC"
        )

    # Buy 1 BTC at 100, of which 0.001 is the fee; sell the 0.999 that are left at 100, without one.
    bought = fill(1, Side.BUY, UNIT, 0, 0, UNIT // 1_000)
    sold = fill(2, Side.SELL, UNIT * 999 // 1_000, -UNIT // 10, UNIT * 999 // 1_000, 0)
    (trip,) = round_trips([bought, sold], INSTRUMENTS)
    assert trip.pnl == -UNIT // 10  # The fee at the price paid, once.
    assert trip.quantity == UNIT * 999 // 1_000


TRADES = st.lists(
    st.tuples(st.integers(-6, 6).filter(bool), st.integers(1, 50), st.integers(0, 9)), max_size=12
)


@given(TRADES)
def test_flat_books_earn_what_cash_says(trades: list[tuple[int, int, int]]) -> None:
    """Once flat, the trips' P&L is the cash received less paid, commissions included, to the last unit."""
    held = sum(quantity for quantity, _, _ in trades)
    if held:
        trades = [*trades, (-held, 25, 1)]
    trips = trips_of(*trades)
    cash = sum(-quantity * price - commission for quantity, price, commission in trades)
    assert sum(trip.pnl for trip in trips) == cash * UNIT
    assert all(trip.opened_ts <= trip.closed_ts for trip in trips)
    assert sum(trip.quantity for trip in trips) == sum(abs(quantity) for quantity, _, _ in trades) * UNIT // 2
