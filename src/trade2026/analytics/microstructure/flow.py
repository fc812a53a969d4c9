"""Order flow: its imbalance, its toxicity, and what it moves.

Intervals are [k d, (k + 1) d) with k whole, so a trade at an edge opens the later interval; mids are those
strictly before the edges, so that a trade and the quote it leaves fall into the same interval.
"""

from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.averages import mean_estimate, ratio
from trade2026.analytics.microstructure.bootstrap import Resampling, estimate
from trade2026.analytics.microstructure.estimate import Estimate, NotTestable, normal_quantile, too_few
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.analytics.microstructure.quotes import mid_prices
from trade2026.analytics.microstructure.regression import newey_west_line
from trade2026.analytics.microstructure.signing import bulk_volume_buys
from trade2026.primitives.errors import InputError

TRADES_NEEDED: Final = 100
INTERVALS_NEEDED: Final = 50
BUCKETS_NEEDED: Final = 50
_EDGE: Final = 1e-9
"""Relative rounding allowed where a bucket ends exactly with the last trade."""


class KyleLambda(msgspec.Struct, frozen=True, kw_only=True):
    """Price move per unit of signed volume."""

    slope: Estimate
    """Unit of price per unit of quantity; above zero where buying lifts the price."""
    standard_error: float
    intercept: float
    """Drift of the mid per interval without flow."""
    r_squared: float
    interval_ns: int


def flow_imbalance(quantities: Numbers, signs: Numbers, resampling: Resampling) -> Estimate | NotTestable:
    """(bought - sold) / (bought + sold) over all trades, in [-1, 1]; trades of sign 0 are left out."""
    quantities = inputs.positive("quantities", quantities)
    signs = inputs.trade_signs("signs", signs, size=quantities.size)
    known = signs != 0.0
    if known.sum() < TRADES_NEEDED:
        return too_few("signed trades", needed=TRADES_NEEDED, had=int(known.sum()))
    return mean_estimate(signs[known], quantities[known], resampling, method="volume imbalance")


def vpin_series(bought: Numbers, sold: Numbers, *, bucket_volume: float, window: int = 50) -> FloatArray:
    """VPIN after each full bucket from the `window`-th on, in [0, 1].

    Sum over `window` buckets of |bought - sold| over window x bucket_volume; Easley, Lopez de Prado and
    O'Hara (2012), Review of Financial Studies 25, 1457-1493. Buckets hold `bucket_volume` exactly: a trade
    or bar that crosses an edge is split there, in proportion. The last bucket, if not full, is left out.

    Parameters
    ----------
    bought, sold : shape (n,)
        Volume of each trade or bar by aggressor, in order of time; see `split_by_sign` and
        `bulk_volume_buys`.
    bucket_volume : float
        A fiftieth of the average daily volume in the paper.
    window : int
        Buckets per value; 50 in the paper.

    Returns
    -------
    float64, shape (max(buckets - window + 1, 0),)
    """
    gaps = _bucket_gaps(bought, sold, bucket_volume)
    if window < 1:
        raise InputError(f"window must be at least 1, was {window}; 50 is usual")
    running = np.concatenate(([0.0], np.cumsum(gaps)))
    result: FloatArray = (running[window:] - running[:-window]) / (window * bucket_volume)
    return result


def vpin(
    bought: Numbers, sold: Numbers, resampling: Resampling, *, bucket_volume: float
) -> Estimate | NotTestable:
    """Mean over buckets of |bought - sold| / bucket volume, in [0, 1]: VPIN with all buckets as its window.

    Balanced coin tosses of equal size do not give 0 but about 0.8 / sqrt(trades per bucket): compare values
    at the same bucket only. Arguments as in `vpin_series`.
    """
    gaps = _bucket_gaps(bought, sold, bucket_volume)
    if gaps.size < BUCKETS_NEEDED:
        return too_few(f"buckets of volume {bucket_volume}", needed=BUCKETS_NEEDED, had=gaps.size)
    full = np.ones(gaps.size)
    return mean_estimate(gaps / bucket_volume, full, resampling, method="VPIN over volume buckets")


def vpin_bulk(
    closes: Numbers, volumes: Numbers, resampling: Resampling, *, bucket_volume: float
) -> Estimate | NotTestable:
    """`vpin` of bars without signs: bulk volume classification of every bar after the first, see
    `signing`."""
    closes = inputs.floats("closes", closes)
    volumes = inputs.not_negative("volumes", volumes, size=closes.size)
    bought = bulk_volume_buys(np.diff(closes), volumes[1:])
    return vpin(bought, volumes[1:] - bought, resampling, bucket_volume=bucket_volume)


def split_by_sign(quantities: Numbers, signs: Numbers) -> tuple[FloatArray, FloatArray]:
    """Bought and sold volume of each trade; a sign of 0 counts half for either."""
    quantities = inputs.positive("quantities", quantities)
    signs = inputs.trade_signs("signs", signs, size=quantities.size)
    bought: FloatArray = quantities * (1.0 + signs) / 2.0
    return bought, quantities - bought


def flow_by_interval(
    trade_ns: IntArray,
    quantities: Numbers,
    signs: Numbers,
    quote_ns: IntArray,
    bid: Numbers,
    ask: Numbers,
    *,
    interval_ns: int,
) -> tuple[FloatArray, FloatArray]:
    """Signed volume and change of the mid of each interval that has a mid at both ends.

    Returns
    -------
    signed volume, mid change : float64, shape (m,)
        In order of time; an interval without trades has a volume of zero and stays in.
    """
    trade_ns = inputs.times("trade_ns", trade_ns)
    quantities = inputs.positive("quantities", quantities, size=trade_ns.size)
    signs = inputs.trade_signs("signs", signs, size=trade_ns.size)
    quote_ns, mids = mid_prices(quote_ns, bid, ask)
    if quote_ns.size == 0:
        return np.zeros(0), np.zeros(0)
    edges = inputs.grid(int(quote_ns[0]), int(quote_ns[-1]), interval_ns)
    if edges.size < 2:
        return np.zeros(0), np.zeros(0)
    running = np.concatenate(([0.0], np.cumsum(signs * quantities)))
    volume = np.diff(running[np.searchsorted(trade_ns, edges, side="left")])
    change = np.diff(inputs.mids_before(quote_ns, mids, edges))
    used = np.isfinite(change)
    return volume[used], change[used]


def kyle_lambda(
    signed_volumes: Numbers, mid_changes: Numbers, *, interval_ns: int, level: float = 0.95
) -> KyleLambda | NotTestable:
    """Slope of the mid change on signed volume, per interval. After Kyle (1985), Econometrica 53, 1315-1335.

    Ordinary least squares with intercept; standard error by Newey and West, interval normal.

    Parameters
    ----------
    signed_volumes, mid_changes : shape (n,)
        From `flow_by_interval`.
    interval_ns : int
        Kept with the result: lambda depends on it.
    """
    x = inputs.floats("signed_volumes", signed_volumes)
    y = inputs.floats("mid_changes", mid_changes, size=x.size)
    if x.size < INTERVALS_NEEDED:
        return too_few("intervals", needed=INTERVALS_NEEDED, had=x.size)
    if not float(np.ptp(x)) > 0.0:
        return NotTestable(reason="signed volume does not vary", needed=None, had=x.size)
    line = newey_west_line(x, y)
    reach = normal_quantile(level) * line.slope_error
    return KyleLambda(
        slope=Estimate(
            value=line.slope,
            low=line.slope - reach,
            high=line.slope + reach,
            level=level,
            n=line.n,
            method=f"least squares; Newey-West, {line.lags} lags",
        ),
        standard_error=line.slope_error,
        intercept=line.intercept,
        r_squared=line.r_squared,
        interval_ns=interval_ns,
    )


def amihud_illiquidity(returns: Numbers, notional: Numbers, resampling: Resampling) -> Estimate | NotTestable:
    """Mean of |return| / traded notional. Amihud (2002), J. Financial Markets 5, 31-56, without his factor
    1e6.

    Parameters
    ----------
    returns : shape (n,)
        Return of each period (days in the paper), fractions.
    notional : shape (n,)
        Money traded in each period; periods without are left out, as in the paper.

    Returns
    -------
    Estimate or NotTestable
        Per unit of money.
    """
    returns = inputs.floats("returns", returns)
    notional = inputs.not_negative("notional", notional, size=returns.size)
    traded = notional > 0.0
    if traded.sum() < INTERVALS_NEEDED:
        return too_few("periods with trades", needed=INTERVALS_NEEDED, had=int(traded.sum()))
    values = np.abs(returns[traded]) / notional[traded]
    columns = np.column_stack((values, np.ones(values.size)))
    return estimate(columns, ratio, resampling, method="Amihud illiquidity")


def _bucket_gaps(bought: Numbers, sold: Numbers, bucket_volume: float) -> FloatArray:
    """|bought - sold| of each full bucket."""
    buys = inputs.not_negative("bought", bought)
    sells = inputs.not_negative("sold", sold, size=buys.size)
    if not bucket_volume > 0.0:
        raise InputError(f"bucket_volume must be above zero, was {bucket_volume}")
    volume = np.concatenate(([0.0], np.cumsum(buys + sells)))
    signed = np.concatenate(([0.0], np.cumsum(buys - sells)))
    buckets = int(volume[-1] / bucket_volume * (1.0 + _EDGE))
    at_edges = np.interp(np.arange(buckets + 1) * bucket_volume, volume, signed)
    result: FloatArray = np.abs(np.diff(at_edges))
    return result
