"""How heavy the tails of returns are."""

import math
from typing import Final, Literal

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.averages import ratio
from trade2026.analytics.microstructure.bootstrap import Resampling, estimate
from trade2026.analytics.microstructure.estimate import Estimate, NotTestable, too_few
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.primitives.errors import InputError

RETURNS_NEEDED: Final = 1_000
_K_SMALLEST: Final = 50
_K_SHARE: Final = 0.1
_K_TRIED: Final = 40

Tail = Literal["upper", "lower", "both"]


class TailIndex(msgspec.Struct, frozen=True, kw_only=True):
    """alpha of P(|r| > x) ~ x^-alpha."""

    alpha: Estimate
    tail: Tail
    k: int
    """Observations in the tail that were used."""
    threshold: float
    """The (k + 1)th largest observation."""


def tail_index(
    returns: Numbers, resampling: Resampling, *, tail: Tail = "both", k: int | None = None
) -> TailIndex | NotTestable:
    """Hill (1975), Annals of Statistics 3, 1163-1174: k over the sum of ln(x / threshold) of the k largest.

    The threshold is the (k + 1)th largest. Unless given, k is the one of forty values, even in log from 50
    to n / 10, at which the k largest are closest to a Pareto law in Kolmogorov-Smirnov distance (Clauset,
    Shalizi and Newman 2009, SIAM Review 51, 661-703). The interval holds the threshold fixed and resamples
    blocks, since volatility clusters; on independent data it is close to alpha (1 -+ z / sqrt(k)).

    Parameters
    ----------
    returns : shape (n,)
        In order of time; not centred.
    resampling : Resampling
        For the interval.
    tail : "upper", "lower" or "both"
        Gains, losses, or |r|.
    k : int, optional
        Tail size, from 2 to n - 1.
    """
    r = inputs.floats("returns", returns)
    sizes = {"upper": r, "lower": -r, "both": np.abs(r)}[tail]
    if r.size < RETURNS_NEEDED:
        return too_few("returns", needed=RETURNS_NEEDED, had=r.size)
    ordered = np.sort(sizes)[::-1]
    if int((ordered > 0.0).sum()) <= 2 * _K_SMALLEST:
        return too_few("returns that are not zero", needed=2 * _K_SMALLEST + 1, had=int((ordered > 0).sum()))
    if k is not None and (not 2 <= k < r.size or ordered[k] <= 0.0):
        raise InputError(f"k must be from 2 to the last positive return but one, was {k}")
    chosen = _closest_pareto(ordered) if k is None else k
    threshold = float(ordered[chosen])
    beyond = sizes > threshold
    logs = np.log(np.where(beyond, sizes, threshold) / threshold)
    columns = np.column_stack((beyond.astype(np.float64), logs))
    method = f"Hill, {tail}, k = {chosen}"
    found = estimate(columns, ratio, resampling, method=method)
    if not math.isfinite(found.value):
        return NotTestable(reason="the largest returns are all equal", needed=None, had=r.size)
    return TailIndex(alpha=found, tail=tail, k=int(beyond.sum()), threshold=threshold)


def _closest_pareto(ordered: FloatArray) -> int:
    """The k whose largest values are closest to a Pareto law; `ordered` descends."""
    last = min(int(_K_SHARE * ordered.size), int((ordered > 0.0).sum()) - 1)
    logs = np.log(ordered[: last + 1])
    running = np.cumsum(logs)
    best, best_distance = _K_SMALLEST, math.inf
    for k in np.unique(np.geomspace(_K_SMALLEST, last, _K_TRIED).astype(np.int64)):
        mean_log = float(running[k - 1] / k - logs[k])
        if mean_log <= 0.0:
            continue
        beyond = np.exp((logs[k] - logs[:k]) / mean_log)  # P(X > x) of the fitted law.
        ranks = np.arange(k)
        distance = float(np.maximum(np.abs(beyond - ranks / k), np.abs(beyond - (ranks + 1) / k)).max())
        if distance < best_distance:
            best, best_distance = int(k), distance
    return best
