"""Spreads and depth: what a book offers, and what trades paid.

Quotes are best bid and ask, each holding from its time to the next; NaN is an empty side, and the time in
which either side is empty has no spread and is left out. The mid is (bid + ask) / 2. A trade is measured
against the mid strictly before it (Holden and Jacobsen 2014, J. Finance 69, 1747-1785). Basis points are of
the mid.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.averages import Distribution, mean_estimate, weighted_quantiles
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.estimate import Estimate, NotTestable, too_few
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.primitives.errors import InputError

QUOTES_NEEDED: Final = 30
TRADES_NEEDED: Final = 30
QUARTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
_BPS: Final = 10_000.0


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """One spread in two units."""

    absolute: Estimate
    """In the unit of price."""
    bps: Estimate
    """In basis points of the mid."""


class SpreadAtHorizon(msgspec.Struct, frozen=True, kw_only=True):
    """Effective spread split in two over one horizon, on the trades that have a mid on both ends.

    effective = realised + impact, exactly, in either unit.
    """

    horizon_ns: int
    effective: Spread
    """Mean of 2 s (p - m), m the mid before the trade: what the aggressor paid for a round trip."""
    realised: Spread
    """Mean of 2 s (p - m_h), m_h the mid `horizon_ns` later: what the provider of liquidity kept."""
    impact: Spread
    """Mean of 2 s (m_h - m): what the provider lost to the move."""
    left_out: int
    """Trades without a sign, without a mid before, or without a quote at or after the horizon."""


class Depth(msgspec.Struct, frozen=True, kw_only=True):
    """Time-weighted mean quantity on the best levels, and how lopsided it is."""

    levels: int
    bid: Estimate
    """In the unit of quantity, summed over the levels."""
    ask: Estimate
    imbalance: Estimate | NotTestable
    """Mean of (bid - ask) / (bid + ask), in [-1, 1]; the time in which both are empty is left out."""


def quoted_spread(
    quote_ns: IntArray, bid: Numbers, ask: Numbers, resampling: Resampling, *, end_ns: int | None = None
) -> Spread | NotTestable:
    """Time-weighted mean of ask - bid.

    Parameters
    ----------
    quote_ns, bid, ask : shape (n,)
        Best prices from each time on; NaN is an empty side.
    resampling : Resampling
        For the intervals.
    end_ns : int, optional
        Until when the last quote held; without it the last has no weight.

    Returns
    -------
    Spread or NotTestable
        Basis points are the mean of the ratio, not the ratio of means.
    """
    spreads, mids, held = _spreads(quote_ns, bid, ask, end_ns)
    if (held > 0.0).sum() < QUOTES_NEEDED:
        return too_few("quotes with both sides", needed=QUOTES_NEEDED, had=int((held > 0.0).sum()))
    return Spread(
        absolute=mean_estimate(spreads, held, resampling, method="time-weighted quoted spread"),
        bps=mean_estimate(
            spreads / mids * _BPS, held, resampling, method="time-weighted quoted spread in bps"
        ),
    )


def spread_distribution(
    quote_ns: IntArray,
    bid: Numbers,
    ask: Numbers,
    *,
    end_ns: int | None = None,
    probabilities: tuple[float, ...] = QUARTILES,
) -> Distribution:
    """Quantiles of ask - bid over time, in the unit of price; raises InputError without a quote of two
    sides."""
    spreads, _, held = _spreads(quote_ns, bid, ask, end_ns)
    return weighted_quantiles(spreads, held, probabilities, weighting="time held")


def spread_decomposition(
    trade_ns: IntArray,
    prices: Numbers,
    signs: Numbers,
    quote_ns: IntArray,
    bid: Numbers,
    ask: Numbers,
    resampling: Resampling,
    *,
    horizons_ns: Sequence[int],
    quantities: Numbers | None = None,
) -> tuple[SpreadAtHorizon | NotTestable, ...]:
    """Effective spread, realised spread and price impact of trades, one entry per horizon.

    Huang and Stoll (1996), J. Financial Economics 41, 313-357. The mid at t + h is that of the last quote at
    or before t + h; trades whose horizon is after the last quote are left out.

    Parameters
    ----------
    trade_ns, prices, signs : shape (n,)
        Trades in order of time; a sign of 0 is left out.
    quote_ns, bid, ask : shape (q,)
        Quotes in order of time.
    resampling : Resampling
        For the intervals.
    horizons_ns : sequence of int
        Durations above zero.
    quantities : shape (n,), optional
        Weigh each trade by its quantity; without them trades weigh the same.
    """
    trade_ns = inputs.times("trade_ns", trade_ns)
    prices = inputs.floats("prices", prices, size=trade_ns.size)
    signs = inputs.trade_signs("signs", signs, size=trade_ns.size)
    weights = np.ones(trade_ns.size)
    if quantities is not None:
        weights = inputs.positive("quantities", quantities, size=trade_ns.size)
    quote_ns, mids = mid_prices(quote_ns, bid, ask)
    before = inputs.mids_before(quote_ns, mids, trade_ns)
    found: list[SpreadAtHorizon | NotTestable] = []
    for horizon_ns in horizons_ns:
        if horizon_ns <= 0:
            raise InputError(f"horizons_ns must be above zero, had {horizon_ns}")
        later = inputs.mids_by(quote_ns, mids, trade_ns + horizon_ns)
        used = np.isfinite(before) & np.isfinite(later) & (signs != 0.0)
        if used.sum() < TRADES_NEEDED:
            found.append(too_few("signed trades with quotes", needed=TRADES_NEEDED, had=int(used.sum())))
            continue
        rows = (prices[used], signs[used], before[used], later[used], weights[used])
        found.append(_decomposition(*rows, horizon_ns, trade_ns.size, resampling))
    return tuple(found)


def effective_spreads(prices: FloatArray, signs: FloatArray, mids: FloatArray) -> FloatArray:
    """2 s (p - m) of each trade, in the unit of price; negative where a trade was better than the mid."""
    result: FloatArray = 2.0 * signs * (prices - mids)
    return result


def depth(
    quote_ns: IntArray,
    bid_sizes: Numbers,
    ask_sizes: Numbers,
    resampling: Resampling,
    *,
    levels: int = 1,
    end_ns: int | None = None,
) -> Depth | NotTestable:
    """Time-weighted depth of the best levels.

    Parameters
    ----------
    quote_ns : int64, shape (n,)
        When each state of the book began.
    bid_sizes, ask_sizes : shape (n,) or (n, at least `levels`)
        Quantity on each level, the best first; 0 for a level that is empty.
    resampling : Resampling
        For the intervals.
    levels : int
        How many levels are summed.
    end_ns : int, optional
        Until when the last state held.
    """
    quote_ns = inputs.times("quote_ns", quote_ns)
    bids = _summed("bid_sizes", bid_sizes, quote_ns.size, levels)
    asks = _summed("ask_sizes", ask_sizes, quote_ns.size, levels)
    if quote_ns.size < QUOTES_NEEDED:
        return too_few("quotes", needed=QUOTES_NEEDED, had=quote_ns.size)
    held = inputs.holding_times(quote_ns, end_ns)
    both = bids + asks
    lopsided = np.where(both > 0.0, (bids - asks) / np.where(both > 0.0, both, 1.0), 0.0)
    filled = np.where(both > 0.0, held, 0.0)
    imbalance: Estimate | NotTestable = too_few(
        "quotes with a size", needed=QUOTES_NEEDED, had=int((filled > 0.0).sum())
    )
    if (filled > 0.0).sum() >= QUOTES_NEEDED:
        imbalance = mean_estimate(lopsided, filled, resampling, method="time-weighted depth imbalance")
    return Depth(
        levels=levels,
        bid=mean_estimate(bids, held, resampling, method="time-weighted bid depth"),
        ask=mean_estimate(asks, held, resampling, method="time-weighted ask depth"),
        imbalance=imbalance,
    )


def depth_distribution(
    quote_ns: IntArray,
    sizes: Numbers,
    *,
    levels: int = 1,
    end_ns: int | None = None,
    probabilities: tuple[float, ...] = QUARTILES,
) -> Distribution:
    """Quantiles over time of the quantity on the best levels of one side, in the unit of quantity."""
    quote_ns = inputs.times("quote_ns", quote_ns)
    summed = _summed("sizes", sizes, quote_ns.size, levels)
    held = inputs.holding_times(quote_ns, end_ns)
    return weighted_quantiles(summed, held, probabilities, weighting="time held")


def mid_prices(quote_ns: IntArray, bid: Numbers, ask: Numbers) -> tuple[IntArray, FloatArray]:
    """Checked times and (bid + ask) / 2, NaN where a side is empty."""
    quote_ns = inputs.times("quote_ns", quote_ns)
    bids, asks = inputs.quote_sides(bid, ask, size=quote_ns.size)
    return quote_ns, (bids + asks) / 2.0


def _spreads(
    quote_ns: IntArray, bid: Numbers, ask: Numbers, end_ns: int | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Spread, mid and holding time of each quote with two sides."""
    quote_ns, mids = mid_prices(quote_ns, bid, ask)
    spreads = np.asarray(ask, dtype=np.float64) - np.asarray(bid, dtype=np.float64)
    held = inputs.holding_times(quote_ns, end_ns) if quote_ns.size else np.zeros(0)
    both = np.isfinite(mids)
    if (mids[both] <= 0.0).any():
        raise InputError("mid must be above zero for basis points of it; shift or scale the prices")
    return spreads[both], mids[both], held[both]


def _decomposition(
    prices: FloatArray,
    signs: FloatArray,
    before: FloatArray,
    later: FloatArray,
    weights: FloatArray,
    horizon_ns: int,
    trades: int,
    resampling: Resampling,
) -> SpreadAtHorizon:
    """The three spreads of trades that have both mids."""

    def spread(name: str, values: FloatArray) -> Spread:
        return Spread(
            absolute=mean_estimate(values, weights, resampling, method=f"{name} at {horizon_ns} ns"),
            bps=mean_estimate(
                values / before * _BPS, weights, resampling, method=f"{name} at {horizon_ns} ns in bps"
            ),
        )

    if (before <= 0.0).any():
        raise InputError("mid must be above zero for basis points of it; shift or scale the prices")
    return SpreadAtHorizon(
        horizon_ns=horizon_ns,
        effective=spread("effective spread", effective_spreads(prices, signs, before)),
        realised=spread("realised spread", effective_spreads(prices, signs, later)),
        impact=spread("price impact", effective_spreads(later, signs, before)),
        left_out=trades - prices.size,
    )


def _summed(name: str, sizes: Numbers, size: int, levels: int) -> FloatArray:
    """Quantity on the first `levels` of one side, shape (n,)."""
    array = np.asarray(sizes)
    table = array[:, np.newaxis] if array.ndim == 1 else array
    if table.ndim != 2 or table.shape[0] != size or not 1 <= levels <= table.shape[1]:
        raise InputError(f"{name} must be {size} rows of at least {levels} levels, was {array.shape}")
    result: FloatArray = table[:, :levels].astype(np.float64).sum(axis=1)
    bad = np.flatnonzero(~(np.isfinite(result) & (table[:, :levels] >= 0).all(axis=1)))
    if bad.size:
        raise InputError(f"{name} must be finite and not negative, row {bad[0]} is not; write 0 for empty")
    return result
