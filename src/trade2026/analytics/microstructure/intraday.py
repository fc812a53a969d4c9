"""The shape of the day: volatility and volume by time of day."""

from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.averages import mean_estimate
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.estimate import Estimate, NotTestable, too_few
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS

DAYS_NEEDED: Final = 10
_EDGE_SHARE: Final = 0.125
"""Share of the session's bins at either end that counts as its edge."""


class IntradayShape(msgspec.Struct, frozen=True, kw_only=True):
    """Means by time of day; arrays of shape (bins,), one per bin of the day in which there was a bar."""

    bin_start_ns: IntArray
    """Since midnight UTC plus the offset."""
    mean_abs_return: FloatArray
    mean_volume: FloatArray
    counts: IntArray
    volume_edge_ratio: Estimate | NotTestable
    """Mean volume in the first and last eighth of the session over that of its middle half, per day,
    averaged over days; above 1 for a U shape (Jain and Joh 1988). Days are the sample."""


def intraday_shape(
    bar_ns: IntArray,
    returns: Numbers,
    volumes: Numbers,
    resampling: Resampling,
    *,
    bin_ns: int,
    offset_ns: int = 0,
) -> IntradayShape:
    """Mean |r| and volume by time of day.

    Parameters
    ----------
    bar_ns : int64, shape (n,)
        Start of each bar.
    returns, volumes : shape (n,)
        Return and volume of each bar.
    resampling : Resampling
        For the ratio's interval; days are resampled in blocks.
    bin_ns : int
        Width of a bin; divides a day.
    offset_ns : int
        Added to UTC before the day is cut: the venue's offset, so that a session lies within one day.
    """
    bar_ns = inputs.times("bar_ns", bar_ns)
    sizes = np.abs(inputs.floats("returns", returns, size=bar_ns.size))
    volumes = inputs.not_negative("volumes", volumes, size=bar_ns.size)
    if bin_ns <= 0 or DAY_NS % bin_ns:
        raise InputError(f"bin_ns must divide a day of {DAY_NS} ns, was {bin_ns}")
    if bar_ns.size == 0:
        raise InputError("bar_ns must hold a bar; a shape needs a day")
    day, since_midnight = np.divmod(bar_ns + offset_ns, DAY_NS)
    bins, at = np.unique(since_midnight // bin_ns, return_inverse=True)
    counts = np.bincount(at)
    return IntradayShape(
        bin_start_ns=bins * bin_ns,
        mean_abs_return=np.bincount(at, weights=sizes) / counts,
        mean_volume=np.bincount(at, weights=volumes) / counts,
        counts=counts.astype(np.int64),
        volume_edge_ratio=_edge_ratio(day, at.astype(np.int64), bins.size, volumes, resampling),
    )


def _edge_ratio(
    day: IntArray, at: IntArray, bins: int, volumes: FloatArray, resampling: Resampling
) -> Estimate | NotTestable:
    """Edge over middle, each day by itself, so that a day of much volume counts as one day."""
    edge = max(1, int(bins * _EDGE_SHARE))
    is_edge = (at < edge) | (at >= bins - edge)
    is_middle = (at >= bins // 4) & (at < bins - bins // 4)
    _, row = np.unique(day, return_inverse=True)
    means = []
    for part in (is_edge, is_middle & ~is_edge):
        count = np.bincount(row, weights=part)
        total = np.bincount(row, weights=np.where(part, volumes, 0.0))
        means.append(np.where(count > 0.0, total / np.where(count > 0.0, count, 1.0), 0.0))
    used = (means[0] > 0.0) & (means[1] > 0.0)
    if used.sum() < DAYS_NEEDED:
        return too_few("days with volume at edge and middle", needed=DAYS_NEEDED, had=int(used.sum()))
    ratios = means[0][used] / means[1][used]
    return mean_estimate(ratios, np.ones(ratios.size), resampling, method="volume at the edges over middle")
