"""How each fact of the scorecard is measured on a prepared tape; what a tape must have was checked before."""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.microstructure import stylised
from trade2026.analytics.microstructure.comovement import epps_curve
from trade2026.analytics.microstructure.estimate import (
    Absent,
    Estimate,
    Measured,
    NotTestable,
    normal_quantile,
)
from trade2026.analytics.microstructure.flow import flow_by_interval
from trade2026.analytics.microstructure.flow import kyle_lambda as lambda_of
from trade2026.analytics.microstructure.impact import ImpactCurve, impact_curve, trade_moves
from trade2026.analytics.microstructure.intraday import intraday_shape
from trade2026.analytics.microstructure.memory import autocorrelation, decay_exponent, hurst_exponent
from trade2026.analytics.microstructure.metaorders import metaorder_impact
from trade2026.analytics.microstructure.quotes import depth, spread_decomposition
from trade2026.analytics.microstructure.sample import Sample
from trade2026.analytics.microstructure.tails import tail_index
from trade2026.analytics.microstructure.tape import VOLUME_BIN_NS, Quotes, Trades, prices_of, volume_bars

AGGREGATION: Final = 30
_FIRST_LAG, _LAST_LAG = 3, 20


def _returns(sample: Sample) -> FloatArray:
    assert sample.returns is not None, "asked before the needs were checked"
    return sample.returns.values


def _trades_and_quotes(sample: Sample) -> tuple[Trades, Quotes, FloatArray]:
    tape, signs = sample.tape, sample.signs
    assert tape.trades is not None
    assert tape.quotes is not None
    assert signs is not None
    return tape.trades, tape.quotes, signs[0]


def heavy_tails(sample: Sample) -> Measured:
    """Index of both tails together."""
    found = tail_index(_returns(sample), sample.settings.resampling)
    return found if isinstance(found, NotTestable) else found.alpha


def linear_autocorrelation(sample: Sample) -> Measured:
    """Share of lags 3 to 20 outside their bands; interval by Wilson (1927), the lags taken as independent."""
    returns, level = _returns(sample), sample.settings.resampling.level
    if not float(np.ptp(returns)) > 0.0:
        return NotTestable(reason="returns do not vary", needed=None, had=returns.size)
    lags = np.arange(_FIRST_LAG, _LAST_LAG + 1, dtype=np.int64)
    share = autocorrelation(returns, lags, sample.settings.resampling).outside().size / lags.size
    z, m = normal_quantile(level), lags.size
    centre = (share + z**2 / (2 * m)) / (1 + z**2 / m)
    reach = z / (1 + z**2 / m) * float(np.sqrt(share * (1 - share) / m + z**2 / (4 * m**2)))
    method = f"lags {_FIRST_LAG} to {_LAST_LAG} whose bootstrap interval does not hold zero; Wilson"
    return Estimate(
        value=share, low=max(centre - reach, 0.0), high=min(centre + reach, 1.0), level=level, n=returns.size,
        method=method,
    )  # fmt: skip


def clustering(sample: Sample) -> Measured:
    """Mean autocorrelation of |r| over the next ten intervals."""
    return stylised.volatility_clustering(_returns(sample), sample.settings.resampling).mean_autocorrelation


def volatility_decay(sample: Sample) -> Measured:
    """Exponent of the autocorrelation of |r|."""
    return decay_exponent(np.abs(_returns(sample)), level=sample.settings.resampling.level)


def aggregation(sample: Sample) -> Measured:
    """Excess kurtosis that sums of returns have lost."""
    return stylised.kurtosis_drop(_returns(sample), AGGREGATION, sample.settings.resampling)


def leverage(sample: Sample) -> Measured:
    """Mean correlation of r with later r^2."""
    return stylised.leverage_effect(_returns(sample), sample.settings.resampling)


def day_shape(sample: Sample) -> Measured:
    """Volume at the edges of the day over that of its middle."""
    bars = volume_bars(sample.tape)
    assert bars is not None
    shape = intraday_shape(
        bars[0], np.zeros(bars[0].size), bars[1], sample.settings.resampling,
        bin_ns=VOLUME_BIN_NS, offset_ns=sample.tape.day_offset_ns,
    )  # fmt: skip
    return shape.volume_edge_ratio


def _known_signs(sample: Sample) -> FloatArray:
    assert sample.signs is not None
    signs = sample.signs[0]
    result: FloatArray = signs[signs != 0.0]
    return result


def sign_memory(sample: Sample) -> Measured:
    """Exponent gamma of the signs; trades of unknown sign are left out."""
    return decay_exponent(_known_signs(sample), level=sample.settings.resampling.level)


def sign_persistence(sample: Sample) -> Measured:
    """Hurst exponent of the signs; trades of unknown sign are left out."""
    return hurst_exponent(_known_signs(sample), level=sample.settings.resampling.level)


def adverse_selection(sample: Sample) -> Measured:
    """Price impact of trades at the horizon, in basis points."""
    trades, quotes, signs = _trades_and_quotes(sample)
    (found,) = spread_decomposition(
        trades.ts_ns, trades.prices, signs, quotes.ts_ns, quotes.bid, quotes.ask, sample.settings.resampling,
        horizons_ns=[sample.settings.horizon_ns],
    )  # fmt: skip
    return found if isinstance(found, NotTestable) else found.impact.bps


def _exponent(curve: ImpactCurve | NotTestable) -> Estimate | Absent | NotTestable:
    return curve if isinstance(curve, NotTestable) else curve.exponent


def trade_impact(sample: Sample) -> Measured:
    """Exponent delta of the impact of single trades at the horizon."""
    trades, quotes, signs = _trades_and_quotes(sample)
    sizes, moves = trade_moves(
        trades.ts_ns, trades.quantities, signs, quotes.ts_ns, quotes.bid, quotes.ask,
        horizon_ns=sample.settings.horizon_ns,
    )  # fmt: skip
    return _exponent(impact_curve(sizes, moves, sample.settings.resampling))


def kyle_lambda(sample: Sample) -> Measured:
    """Kyle's lambda, in price per quantity."""
    trades, quotes, signs = _trades_and_quotes(sample)
    interval_ns = sample.settings.interval_ns
    volumes, changes = flow_by_interval(
        trades.ts_ns, trades.quantities, signs, quotes.ts_ns, quotes.bid, quotes.ask, interval_ns=interval_ns
    )
    level = sample.settings.resampling.level
    found = lambda_of(volumes, changes, interval_ns=interval_ns, level=level)
    return found if isinstance(found, NotTestable) else found.slope


def depth_symmetry(sample: Sample) -> Measured:
    """Time-weighted depth imbalance at the best prices."""
    quotes = sample.tape.quotes
    assert quotes is not None
    assert quotes.bid_sizes is not None
    assert quotes.ask_sizes is not None
    found = depth(
        quotes.ts_ns, quotes.bid_sizes, quotes.ask_sizes, sample.settings.resampling, end_ns=quotes.end_ns
    )
    return found if isinstance(found, NotTestable) else found.imbalance


def metaorders(sample: Sample) -> Measured:
    """Exponent delta of the impact of metaorders at their end."""
    assert sample.tape.metaorders is not None
    found = metaorder_impact(sample.tape.metaorders, sample.settings.resampling)
    return found if isinstance(found, NotTestable) else _exponent(found.curve)


def metaorder_decay(sample: Sample) -> Measured:
    """Mean move of metaorders at the last instant they were looked at over that at their end."""
    orders = sample.tape.metaorders
    assert orders is not None
    found = metaorder_impact(orders, sample.settings.resampling)
    if isinstance(found, NotTestable):
        return found
    if not found.decay:
        had = int(orders.start_ns.size)
        return NotTestable(reason="has no mids after the orders' ends", needed=None, had=had)
    return found.decay[-1]


def epps(sample: Sample) -> Measured:
    """Correlation at the long interval less that at the short one; the ends of both intervals combined."""
    assert sample.other is not None
    a, b = prices_of(sample.tape), prices_of(sample.other)
    assert a is not None
    assert b is not None
    settings = sample.settings
    curve = epps_curve(*a, *b, settings.resampling, intervals_ns=settings.epps_intervals_ns)
    short, long = (each.correlation for each in curve)
    if isinstance(short, NotTestable):
        return short
    if isinstance(long, NotTestable):
        return long
    if long.low <= 0.0:
        return Absent(reason="the two are not correlated at the long interval", n=long.n)
    return Estimate(
        value=long.value - short.value,
        low=long.low - short.high,
        high=long.high - short.low,
        level=long.level,
        n=long.n,
        method="difference of previous-tick correlations; ends of both intervals combined, so wide",
    )
