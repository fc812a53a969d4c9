"""Spread, slippage, tick rounding, volume units and fees, each on the side that hurts."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.paper.scripts import SHARE, WHOLE_VOLUME, Stage, approved, describe
from trade2026.model.enums import Environment, Side
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import VolumeUnit, crypto_spot
from trade2026.model.market_data import Bar
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.paper import (
    BpsFees,
    FeeCurrency,
    NoFees,
    PaperConfig,
    PaperVenue,
    PerShareFees,
)
from trade2026.simulation.paper.rules import worsen

BAR = "20 bar 100 110 90 100 v900"
CLOSE = "20 close 100 v900"
QUOTE = "20 quote 99x900 101x900"
TRADE = "20 trade 100x900"


@pytest.mark.parametrize(
    ("spread_bps", "slippage_bps", "order", "event", "expected"),
    [
        (20, 0, "buy 5", BAR, "TRADE 5 @ 100.1 TAKER"),
        (20, 0, "sell 5", BAR, "TRADE 5 @ 99.9 TAKER"),
        (20, 0, "buy 5", CLOSE, "TRADE 5 @ 100.1 TAKER"),
        (20, 0, "sell 5", CLOSE, "TRADE 5 @ 99.9 TAKER"),
        (20, 0, "buy 5", TRADE, "TRADE 5 @ 100.1 TAKER"),
        (20, 0, "sell 5", TRADE, "TRADE 5 @ 99.9 TAKER"),
        # A quote carries its own spread.
        (20, 0, "buy 5", QUOTE, "TRADE 5 @ 101 TAKER"),
        (20, 0, "sell 5", QUOTE, "TRADE 5 @ 99 TAKER"),
        (0, 10, "buy 5", QUOTE, "TRADE 5 @ 101.11 TAKER"),  # 101.101
        (0, 10, "sell 5", QUOTE, "TRADE 5 @ 98.9 TAKER"),  # 98.901
        (20, 10, "buy 5", BAR, "TRADE 5 @ 100.2 TAKER"),
        (20, 10, "sell 5", BAR, "TRADE 5 @ 99.8 TAKER"),
        # Rounded to the tick against us.
        (1, 0, "buy 5", BAR, "TRADE 5 @ 100.01 TAKER"),  # 100.005
        (1, 0, "sell 5", BAR, "TRADE 5 @ 99.99 TAKER"),  # 99.995
        # Never worse than the limit.
        (20, 0, "buy 5 @ 100.05", BAR, "TRADE 5 @ 100.05 TAKER"),
        (20, 0, "sell 5 @ 99.95", BAR, "TRADE 5 @ 99.95 TAKER"),
        (20, 0, "buy 5 @ 100.05", CLOSE, "TRADE 5 @ 100.05 TAKER"),
        (20, 0, "sell 5 @ 99.95", CLOSE, "TRADE 5 @ 99.95 TAKER"),
        (20, 10, "buy 5 @ 101", QUOTE, "TRADE 5 @ 101 TAKER"),
        (20, 10, "sell 5 @ 99", QUOTE, "TRADE 5 @ 99 TAKER"),
        # Who waits pays neither.
        (20, 10, "buy 5 @ 95", BAR, "TRADE 5 @ 95 MAKER"),
        (20, 10, "sell 5 @ 105", BAR, "TRADE 5 @ 105 MAKER"),
    ],
)
def test_spread_and_slippage(spread_bps, slippage_bps, order, event, expected):
    config = PaperConfig(spread_bps=spread_bps * UNIT, slippage_bps=slippage_bps * UNIT)
    lines = Stage(config).play(f"10 {order}\n{event}")
    assert lines[-1] == f"20 #1 {expected}"


@given(
    st.integers(1, 10**14),
    st.integers(0, 10**13),
    st.sampled_from([1, 10_000, 10**7, 25 * 10**7, UNIT]),
    st.sampled_from([1, -1]),
)
def test_worsen_is_the_exact_price_rounded_against_us(price, cost, tick_size, sign):
    exact = sign * price + Fraction(price * cost, 20_000 * UNIT)
    found = worsen(sign * price, cost, tick_size)
    assert found % tick_size == 0
    assert exact <= found < exact + tick_size


def test_sell_whose_price_rounds_to_nothing_waits():
    lines = Stage(PaperConfig(spread_bps=100 * UNIT)).play("10 sell 5\n20 close 0.01 v900")
    assert lines == ["10 #1 NEW"]


# ---------------------------------------------------------------------------------------------- volume


def fill_qty(instrument, bar_volume, *, high=200, participation=1_000):
    config = PaperConfig(participation_bps=participation * UNIT)
    venue = PaperVenue("PAPER", Environment.BACKTEST, [instrument], config, data=describe())
    reports: list[ExecutionReport] = []
    venue.connect(reports.append)
    name = instrument.instrument_id
    venue.submit(approved(1, 10, Side.BUY, 10**6 * UNIT, instrument_id=name))
    volume = None if bar_volume is None else bar_volume * UNIT
    venue.on_bar(Bar(name, 20, 20, 100 * UNIT, high * UNIT, 100 * UNIT, 100 * UNIT, volume))
    return sum(report.last_qty for report in reports), venue.notes()


COIN = crypto_spot("BTCUSDT")
LOT = COIN.lot_size


def with_unit(instrument, unit, multiplier=UNIT):
    return msgspec.structs.replace(instrument, volume_unit=unit, multiplier=multiplier)


@pytest.mark.parametrize(
    ("instrument", "volume", "expected"),
    [
        (COIN, 5, 5 * UNIT // 10),
        (msgspec.structs.replace(COIN, lot_size=1), 5, 5 * UNIT // 10),
        (
            with_unit(COIN, VolumeUnit.QUOTE),
            5_000,
            5 * UNIT // 2,
        ),  # 25 units at the high of 200, a tenth of it
        (with_unit(COIN, VolumeUnit.QUOTE, 10 * UNIT), 5_000, UNIT // 4),
        (with_unit(COIN, VolumeUnit.CONTRACTS, 10 * UNIT), 50, 5 * UNIT),  # The unit is a contract.
        (SHARE, 19, UNIT),  # 1.9 shares, in whole lots
        (SHARE, 9, 0),
        (with_unit(COIN, VolumeUnit.CONTRACTS), 0, 0),  # None is none in any unit.
    ],
)
def test_cap_in_units_of_the_instrument(instrument, volume, expected):
    filled, notes = fill_qty(instrument, volume)
    assert filled == expected
    assert notes == ()


@pytest.mark.parametrize(("instrument", "volume"), [(COIN, None), (with_unit(COIN, VolumeUnit.CONTRACTS), 5)])
def test_unknown_volume_is_said(instrument, volume):
    filled, notes = fill_qty(instrument, volume)
    assert filled == 10**6 * UNIT
    assert len(notes) == 1
    assert "Volume of BTCUSDT.BINANCE is unknown" in notes[0]


def test_notes_say_nothing_of_volume_nobody_needed():
    stage = Stage()
    stage.play("10 close 99 v?\n20 close 99 v?")
    assert stage.venue.notes() == ()


# ---------------------------------------------------------------------------------------------- fees


def commissions(fees, script, instrument=SHARE):
    config = msgspec.structs.replace(WHOLE_VOLUME, fees=fees)
    stage = Stage(config, instrument)
    stage.play(script)
    return [(report.commission, report.commission_currency) for report in stage.reports if report.last_qty]


TWO_FILLS = "10 buy 9\n20 bar 10 10 10 10 v5\n30 bar 10 10 10 10 v5"
MAKER_TAKER = BpsFees(maker_bps=-1 * UNIT, taker_bps=10 * UNIT)
BTC = {
    currency: BpsFees(maker_bps=10 * UNIT, taker_bps=10 * UNIT, currency=FeeCurrency(currency))
    for currency in ("QUOTE", "BASE", "RECEIVED")
}


@pytest.mark.parametrize(
    ("fees", "script", "expected"),
    [
        (NoFees(), f"10 buy 5\n{BAR}", [(0, "USD")]),
        (MAKER_TAKER, f"10 buy 5\n{BAR}", [(UNIT // 2, "USD")]),  # 0.1 % of 500
        (MAKER_TAKER, f"10 sell 5\n{BAR}", [(UNIT // 2, "USD")]),
        (MAKER_TAKER, f"10 buy 5 @ 95\n{BAR}", [(-UNIT * 475 // 10_000, "USD")]),
        (BpsFees(0, 10 * UNIT, min_per_fill=UNIT), TWO_FILLS, [(UNIT, "USD"), (UNIT, "USD")]),
        # Ten percent of 50 and of 40: nine in all, not less than six.
        (BpsFees(0, 1_000 * UNIT, min_per_order=6 * UNIT), TWO_FILLS, [(6 * UNIT, "USD"), (3 * UNIT, "USD")]),
        (BpsFees(0, 10 * UNIT, min_per_order=6 * UNIT), TWO_FILLS, [(6 * UNIT, "USD"), (0, "USD")]),
        (PerShareFees(5_000_000), f"10 buy 300\n{BAR}", [(3 * UNIT // 2, "USD")]),
        (PerShareFees(5_000_000), f"10 sell 300\n{BAR}", [(3 * UNIT // 2, "USD")]),
        (PerShareFees(5_000_000, UNIT), f"10 buy 100\n{BAR}", [(UNIT, "USD")]),
    ],
)  # fmt: skip
def test_fees(fees, script, expected):
    assert commissions(fees, script) == expected


@pytest.mark.parametrize(
    ("currency", "side", "expected"),
    [
        ("QUOTE", "buy", (UNIT // 10, "USDT")),
        ("QUOTE", "sell", (UNIT // 10, "USDT")),
        ("BASE", "buy", (UNIT // 1_000, "BTC")),
        ("BASE", "sell", (UNIT // 1_000, "BTC")),
        ("RECEIVED", "buy", (UNIT // 1_000, "BTC")),
        ("RECEIVED", "sell", (UNIT // 10, "USDT")),
    ],
)
def test_fee_currency(currency, side, expected):
    assert commissions(BTC[currency], f"10 {side} 1\n{BAR}", COIN) == [expected]


def test_fee_rounds_half_to_even_at_the_ninth_decimal():
    tiny = BpsFees(0, UNIT * 5_000)  # Half of the value.
    lines = [
        commissions(tiny, f"10 buy {qty}\n20 close 0.01 v?", msgspec.structs.replace(COIN, min_notional=0))[
            0
        ][0]
        for qty in ("0.00010", "0.00030")
    ]
    assert lines == [500, 1_500]
    one_unit = msgspec.structs.replace(COIN, tick_size=1, lot_size=UNIT, min_notional=0)
    halves = [
        commissions(tiny, f"10 buy {qty}\n20 close 0.000000001 v?", one_unit)[0][0] for qty in (1, 3, 5)
    ]
    assert halves == [0, 2, 2]  # 0.5, 1.5 and 2.5 units of 1e-9.


@pytest.mark.parametrize(
    "make",
    [
        lambda: PaperConfig(spread_bps=5),  # A plain number of basis points.
        lambda: PaperConfig(spread_bps=-UNIT),
        lambda: PaperConfig(spread_bps=10_000 * UNIT, slippage_bps=5_000 * UNIT),
        lambda: PaperConfig(participation_bps=0),
        lambda: PaperConfig(participation_bps=10_001 * UNIT),
        lambda: BpsFees(1, UNIT),
        lambda: BpsFees(-UNIT, UNIT, min_per_order=UNIT),
        lambda: BpsFees(0, UNIT, FeeCurrency.BASE, min_per_fill=UNIT),
        lambda: BpsFees(0, UNIT, min_per_fill=-1),
        lambda: PerShareFees(-1),
        lambda: PerShareFees(1, -1),
    ],
)
def test_unusable_configuration_is_refused(make):
    with pytest.raises(InputError, match=r"was|cannot"):
        make()


def test_per_share_fees_are_refused_on_adjusted_prices():
    config = PaperConfig(fees=PerShareFees(5_000_000))
    with pytest.raises(InputError, match=r"adjusted.*use BpsFees"):
        PaperVenue(
            "PAPER", Environment.BACKTEST, [SHARE], config, data=describe(permits_per_share_fees=False)
        )


def test_base_currency_fees_need_a_base_currency():
    config = PaperConfig(fees=BpsFees(0, UNIT, FeeCurrency.BASE))
    with pytest.raises(InputError, match=r"ACME\.XNAS has no base"):
        PaperVenue("PAPER", Environment.BACKTEST, [SHARE], config)
