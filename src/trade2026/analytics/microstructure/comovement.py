"""How two instruments move together, and how the answer depends on the clock (Epps 1979).

Sampled at short intervals, prices that change at different times seem less correlated than they are. The
estimator of Hayashi and Yoshida (2005) needs no sampling: it adds the products of all returns whose intervals
overlap, and is unbiased for prices observed without noise, however unevenly. Bid-ask bounce biases both
towards zero: use mids.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.bootstrap import Resampling, estimate
from trade2026.analytics.microstructure.estimate import Estimate, NotTestable, too_few
from trade2026.analytics.microstructure.inputs import Numbers

PRICES_NEEDED: Final = 100
INTERVALS_NEEDED: Final = 50
_PIECES: Final = 200
"""Equal pieces of time that the Hayashi-Yoshida interval resamples."""


class CorrelationAtInterval(msgspec.Struct, frozen=True, kw_only=True):
    """Correlation of previous-tick returns."""

    interval_ns: int
    correlation: Estimate | NotTestable


def epps_curve(
    ns_a: IntArray,
    prices_a: Numbers,
    ns_b: IntArray,
    prices_b: Numbers,
    resampling: Resampling,
    *,
    intervals_ns: Sequence[int],
) -> tuple[CorrelationAtInterval, ...]:
    """Correlation of log returns at each sampling interval, by the last price at or before each multiple of
    it.

    Realised correlation: sum of a b over sqrt(sum of a^2 sum of b^2), no means removed, over the time in
    which both series have a price.

    Parameters
    ----------
    ns_a, prices_a : shape (n,)
        When the price of the first became what it is; above zero.
    ns_b, prices_b : shape (m,)
        The second.
    resampling : Resampling
        For the intervals.
    intervals_ns : sequence of int
        Sampling intervals.
    """
    a, b = _checked(ns_a, prices_a, "a"), _checked(ns_b, prices_b, "b")
    found: list[CorrelationAtInterval] = []
    for interval_ns in intervals_ns:
        correlation: Estimate | NotTestable = too_few("intervals", needed=INTERVALS_NEEDED, had=0)
        if a[0].size and b[0].size:
            first, last = max(int(a[0][0]), int(b[0][0])), min(int(a[0][-1]), int(b[0][-1]))
            at = inputs.grid(first, last, interval_ns)
            returns = [np.diff(logs[inputs.as_of(ns, at)]) for ns, logs in (a, b)]
            method = f"realised correlation at {interval_ns} ns, previous tick"
            correlation = _realised_correlation(returns[0], returns[1], resampling, method)
        found.append(CorrelationAtInterval(interval_ns=interval_ns, correlation=correlation))
    return tuple(found)


def hayashi_yoshida(
    ns_a: IntArray, prices_a: Numbers, ns_b: IntArray, prices_b: Numbers, resampling: Resampling
) -> Estimate | NotTestable:
    """Correlation without sampling: Hayashi and Yoshida (2005), Bernoulli 11, 359-379.

    Sum of a[i] b[j] over all i, j whose intervals (t[i-1], t[i]] and (t[j-1], t[j]] overlap, over the root
    of the product of the sums of squared returns. Of equal times the last price counts. Only the time in
    which both series have a price is used. Interval: the stationary bootstrap over 200 equal pieces of time.
    """
    a, b = _checked(ns_a, prices_a, "a"), _checked(ns_b, prices_b, "b")
    had = min(a[0].size, b[0].size)
    if had < PRICES_NEEDED:
        return too_few("prices of either", needed=PRICES_NEEDED, had=had)
    first, last = max(int(a[0][0]), int(b[0][0])), min(int(a[0][-1]), int(b[0][-1]))
    a, b = _within(a, first, last), _within(b, first, last)
    had = min(a[0].size, b[0].size)
    if had < PRICES_NEEDED:
        return too_few("prices of either while both are there", needed=PRICES_NEEDED, had=had)
    products = overlap_products(*a, *b)
    span = (last - first) / _PIECES
    columns = np.column_stack(
        [
            _by_piece(ns[1:], values, first, span)
            for ns, values in (
                (a[0], products),
                (a[0], np.diff(a[1]) ** 2),
                (b[0], np.diff(b[1]) ** 2),
            )
        ]
    )
    if not (columns[:, 1:].sum(axis=0) > 0.0).all():
        return NotTestable(reason="a price does not vary", needed=None, had=had)
    return estimate(columns, _correlation, resampling, method="Hayashi-Yoshida correlation", n=had)


def overlap_products(ns_a: IntArray, logs_a: FloatArray, ns_b: IntArray, logs_b: FloatArray) -> FloatArray:
    """Each return of a times the sum of the returns of b whose intervals overlap its own, shape (n - 1,).

    Times strictly increasing. The returns that overlap are consecutive, so their sum is a difference of
    logs: from the last b at or before the start of the interval to the first at or after its end.
    """
    low = np.maximum(np.searchsorted(ns_b, ns_a[:-1], side="right") - 1, 0)
    high = np.minimum(np.searchsorted(ns_b, ns_a[1:], side="left"), ns_b.size - 1)
    result: FloatArray = np.diff(logs_a) * (logs_b[high] - logs_b[np.minimum(low, high)])
    return result


def _checked(ns: IntArray, prices: Numbers, name: str) -> tuple[IntArray, FloatArray]:
    """Times and log prices, of equal times the last."""
    ns = inputs.times(f"ns_{name}", ns)
    logs = np.log(inputs.positive(f"prices_{name}", prices, size=ns.size))
    is_last = np.append(ns[1:] != ns[:-1], True)[: ns.size]
    return ns[is_last], logs[is_last]


def _within(series: tuple[IntArray, FloatArray], first: int, last: int) -> tuple[IntArray, FloatArray]:
    """The part of a series between two times, with the price that holds at the first."""
    ns, logs = series
    low = max(int(np.searchsorted(ns, first, side="right")) - 1, 0)
    high = int(np.searchsorted(ns, last, side="right"))
    return np.maximum(ns[low:high], first), logs[low:high]


def _by_piece(ns: IntArray, values: FloatArray, first: int, span: float) -> FloatArray:
    """Sums of values over equal pieces of time."""
    piece = np.minimum(((ns - first) / span).astype(np.int64), _PIECES - 1)
    result: FloatArray = np.bincount(piece, weights=values, minlength=_PIECES).astype(np.float64)
    return result


def _realised_correlation(
    a: FloatArray, b: FloatArray, resampling: Resampling, method: str
) -> Estimate | NotTestable:
    if a.size < INTERVALS_NEEDED:
        return too_few("intervals", needed=INTERVALS_NEEDED, had=a.size)
    columns = np.column_stack((a * b, a**2, b**2))
    if not (columns[:, 1:].sum(axis=0) > 0.0).all():
        return NotTestable(reason="a price does not vary", needed=None, had=a.size)
    return estimate(columns, _correlation, resampling, method=method)


def _correlation(sums: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        result: FloatArray = sums[:, 0] / np.sqrt(sums[:, 1] * sums[:, 2])
    return result
