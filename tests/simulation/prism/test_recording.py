"""A recording is what happened: against all that an ear heard, whatever the chunks."""

import numpy as np
import pytest

from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS, Ear
from trade2026.analytics.microstructure.tape import return_series
from trade2026.matching.compiled import layout as book_at
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.recording import Recorder

SPAN = 300 * SECOND


def recorded(**options) -> tuple[Recorder, Ear]:
    """A small room makes many chunks, of which some end in the middle of a command."""
    market = PrismMarket(TWO_BOOKS, 3, START, room=16)
    ear, recorder = Ear(market), Recorder(market, **options)
    market.run_until(START + SPAN)
    return recorder, ear


def obvious_trades(ear: Ear, book: int) -> list[list[int]]:
    """Time, price, lots, sign and command of every trade, event by event."""
    times = {int(row[0]): int(row[1]) for row in ear.commands}
    return [
        [times[int(e[1])], int(e[3]), int(e[4]), 1 if e[7] == book_at.BUY else -1, int(e[1])]
        for e in ear.events(book)
        if e[0] == book_at.TRADED
    ]


def test_every_trade_is_kept_with_its_time_and_the_side_that_took():
    recorder, ear = recorded()
    for book in range(2):
        expected = obvious_trades(ear, book)
        assert len(expected) > 200
        assert recorder.trades(book).tolist() == expected


def test_the_sign_is_that_of_the_taker():
    """A trade of a buyer who takes is at the ask that was there before, one of a seller at the bid."""
    recorder, ear = recorded()
    trades, quotes = recorder.trades(0), ear.quotes[ear.quotes[:, 2] == 0]
    before = np.searchsorted(quotes[:, 0], trades[:, 4]) - 1
    seen = before >= 0
    bid, ask = quotes[before[seen], 3], quotes[before[seen], 4]
    prices, signs = trades[seen, 1], trades[seen, 3]
    assert (prices[signs > 0] >= ask[signs > 0]).all()
    assert (prices[signs < 0] <= bid[signs < 0]).all()


def test_bars_are_those_of_the_trades():
    recorder, ear = recorded(interval_ns=7 * SECOND)
    found: dict[int, list[int]] = {}
    for time, price, lots, _, _ in obvious_trades(ear, 1):
        bar = found.setdefault(time // (7 * SECOND) * 7 * SECOND, [price, price, price, price, 0])
        bar[1], bar[2], bar[3], bar[4] = max(bar[1], price), min(bar[2], price), price, bar[4] + lots
    assert recorder.bars(1).tolist() == [[start, *bar] for start, bar in found.items()]


def test_thinned_quotes_are_exact_at_every_multiple():
    every = SECOND // 2
    recorder, ear = recorded(quote_every_ns=every)
    quotes, thin = ear.quotes[ear.quotes[:, 2] == 0], recorder.quotes(0)
    assert len(thin) < 0.3 * len(quotes)
    at = np.arange(START + 10 * SECOND, START + SPAN, every) - 1
    exact = quotes[np.searchsorted(quotes[:, 1], at, side="right") - 1]
    kept = thin[np.searchsorted(thin[:, 0], at, side="right") - 1]
    assert (kept == exact[:, (1, 3, 4, 5, 6)]).all()


def test_the_detail_bounds_trades_and_quotes_and_not_the_bars():
    begin, end = START + 100 * SECOND, START + 200 * SECOND
    part, _ = recorded(detail=(begin, end), keeps_orders=True)
    whole, ear = recorded(keeps_orders=True)
    assert part.bars(0).tolist() == whole.bars(0).tolist()
    for small, large in (
        (part.trades(0), whole.trades(0)),
        (part.quotes(0), whole.quotes(0)),
        (part.events(0), whole.events(0)),
    ):
        inside = (large[:, 0] >= begin) & (large[:, 0] < end)
        assert 0 < inside.sum() < len(large)
        assert small.tolist() == large[inside].tolist()
    assert whole.commands().tolist() == ear.commands.tolist()
    assert whole.events(0)[:, 1:].tolist() == ear.events(0).tolist()


def test_what_is_dropped_is_gone_and_the_rest_goes_on():
    market = PrismMarket(TWO_BOOKS, 3, START)
    recorder = Recorder(market)
    market.run_until(START + SPAN // 2)
    first = recorder.trades(0)
    recorder.drop_detail()
    market.run_until(START + SPAN)
    whole, _ = recorded()
    assert np.concatenate((first, recorder.trades(0))).tolist() == whole.trades(0).tolist()
    assert recorder.bars(0).tolist() == whole.bars(0).tolist()


def test_a_tape_has_money_and_base_quantities():
    recorder, _ = recorded()
    tape = recorder.tape(0, "BTC")
    assert tape.trades is not None
    assert tape.quotes is not None
    assert np.median(tape.trades.prices) == pytest.approx(60_000, rel=0.02)
    assert np.median(np.asarray(tape.quotes.bid_sizes)) < 100
    returns = return_series(tape)
    assert returns is not None
    assert returns.source == "closes of bars"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"interval_ns": 0}, "interval_ns"),
        ({"quote_every_ns": -1}, "quote_every_ns"),
        ({"detail": (2, 1)}, "detail"),
    ],
)
def test_what_cannot_be_recorded_is_named(options, field):
    with pytest.raises(InputError, match=field):
        Recorder(PrismMarket(TWO_BOOKS, 3, START), **options)
