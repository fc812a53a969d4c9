"""Specific risk: the volatility of what factors leave, from an asset's past, its exposures and its peers."""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.factor_models.cross_section.exposures import BoolArray
from trade2026.analytics.matrices import check_above, check_within
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificOptions:
    """How specific risk is forecast.

    Attributes
    ----------
    half_life : float
        Periods after which the weight of a squared return has halved.
    lags : int
        Of Newey and West.
    periods_min, periods_full : int
        With up to `periods_min` specific returns the structural estimate alone counts, from `periods_full` on
        that of the asset's own past; between them the share of its own rises along a line.
    buckets : int
        Of assets of similar size towards whose mean volatilities are shrunk; 1 for the mean of all.
    shrinkage : float
        q of the shrinkage; 0 shrinks nothing.
    """

    half_life: float = 84.0
    lags: int = 2
    periods_min: int = 60
    periods_full: int = 180
    buckets: int = 5
    shrinkage: float = 0.1

    def __post_init__(self) -> None:
        check_above("half_life", self.half_life, 0.0, "84 is usual for daily returns")
        check_within("lags", self.lags, 0, 1_000, "2 to 5 are usual for daily returns")
        check_within("periods_min", self.periods_min, 2, 100_000, "60 is usual")
        check_within("periods_full", self.periods_full, self.periods_min + 1, 1_000_000, "180 is usual")
        check_within("buckets", self.buckets, 1, 1_000, "10 is usual for many assets")
        check_within("shrinkage", self.shrinkage, 0.0, 100.0, "0.1 is usual, 0 for none")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SpecificRisk:
    """A forecast for the next period.

    Attributes
    ----------
    volatility : float64, shape (N,)
        Per period, as fractions; NaN for assets that are left out.
    own : float64, shape (N,)
        From the asset's past alone; NaN with fewer than two specific returns.
    structural : float64, shape (N,)
        From its exposures; NaN for assets that are left out, or where all have their own.
    bucket : int64, shape (N,)
        From 0, the smallest; -1 for assets that are left out.
    """

    volatility: FloatArray
    own: FloatArray
    structural: FloatArray
    bucket: IntArray


def specific_risk(
    specific: FloatArray,
    exposures: FloatArray,
    universe: BoolArray,
    centre: FloatArray,
    sizes: FloatArray | None,
    options: SpecificOptions,
) -> SpecificRisk:
    """Own, blended with the structural estimate where short, then shrunk.

    Parameters
    ----------
    specific : float64, shape (T, N)
        Specific returns, NaN where an asset was left out.
    exposures : float64, shape (N, K)
        At the beginning of the period that is forecast.
    universe : bool, shape (N,)
        Assets to forecast.
    centre : float64, shape (N,)
        Market caps as shares, or equal weights: those of bucket means.
    sizes : float64, shape (N,), optional
        By which assets are put into buckets; by their volatility without them.
    options : SpecificOptions

    Raises
    ------
    InputError
        Too few assets with a past of their own for the structural estimate.
    """
    own, counts = own_volatility(specific, half_life=options.half_life, lags=options.lags)
    share = np.clip((counts - options.periods_min) / (options.periods_full - options.periods_min), 0.0, 1.0)
    share = np.where(np.isfinite(own) & (own > 0.0), share, 0.0)
    volatility = own.copy()
    structural = np.full_like(own, np.nan)
    if (universe & (share < 1.0)).any():
        structural = structural_volatility(own, universe, share, exposures, centre)
        volatility = share * np.where(share > 0.0, own, 0.0) + (1.0 - share) * structural
    volatility = np.where(universe, volatility, np.nan)
    bucket = _buckets(universe, volatility if sizes is None else sizes, options.buckets)
    if options.shrinkage > 0.0:
        volatility = shrunk(volatility, bucket, centre, options.shrinkage)
    return SpecificRisk(volatility=volatility, own=own, structural=structural, bucket=bucket)


def own_volatility(specific: FloatArray, *, half_life: float, lags: int) -> tuple[FloatArray, FloatArray]:
    """Volatility per period of each asset's past, shape (N,), and how many returns it has.

    Exponentially weighted over the periods in which it has one, with Newey and West's lags as in
    `newey_west.long_run_covariance`: a product with a missing return counts as zero. The mean counts as zero.
    NaN with fewer than two returns.
    """
    is_known = np.isfinite(specific)
    periods = specific.shape[0]
    ages = np.arange(periods - 1, -1, -1)
    weights = np.exp2(-ages / half_life)[:, None] * is_known
    counts = is_known.sum(axis=0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.sqrt(weights / weights.sum(axis=0)) * np.where(is_known, specific, 0.0)
    variance = (scaled**2).sum(axis=0)
    for lag in range(1, min(lags, periods - 1) + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1.0)) * (scaled[lag:] * scaled[:-lag]).sum(axis=0)
    return np.where(counts >= 2, np.sqrt(np.maximum(variance, 0.0)), np.nan), counts


def structural_volatility(
    own: FloatArray, universe: BoolArray, share: FloatArray, exposures: FloatArray, centre: FloatArray
) -> FloatArray:
    """Volatility of an asset by its exposures: exp of a regression of log volatilities on them, shape (N,).

    Fitted on assets whose own past counts wholly, by least squares of least length, so that a market and
    sectors may stand side by side; multiplied so that the weighted mean of those assets is met. USE4
    methodology notes, section 5.1.
    """
    fitted_on = universe & (share >= 1.0)
    if int(fitted_on.sum()) < 2:
        raise InputError(
            f"specific returns must be long enough for two assets at least, were for {int(fitted_on.sum())}; "
            "take a longer period, a longer warm-up, or a smaller periods_full"
        )
    slopes = np.linalg.lstsq(exposures[fitted_on], np.log(own[fitted_on]), rcond=1e-10)[0]
    fitted = np.exp(exposures @ slopes)
    weights = centre[fitted_on]
    scale = float((weights * own[fitted_on]).sum() / (weights * fitted[fitted_on]).sum())
    return np.where(universe, scale * fitted, np.nan)


def shrunk(volatility: FloatArray, bucket: IntArray, centre: FloatArray, q: float) -> FloatArray:
    """Volatilities moved towards the weighted mean of their bucket, the farther off the more.

    v mean + (1 - v) volatility with v = q |apart| / (D + q |apart|), D the root mean square of what is apart
    in the bucket: what is far from its peers is mostly luck. USE4 methodology notes, section 5.2.

    Parameters
    ----------
    volatility : float64, shape (N,)
        NaN for assets that are left out.
    bucket : int64, shape (N,)
    centre : float64, shape (N,)
        Weights of the means.
    q : float
        Above zero.
    """
    result = volatility.copy()
    for number in range(int(bucket.max()) + 1):
        own = bucket == number
        weights = centre[own] / centre[own].sum()
        apart = volatility[own] - float(weights @ volatility[own])
        spread = float(np.sqrt(np.mean(apart**2)))
        pull = q * np.abs(apart)
        total = spread + pull
        move = np.divide(pull, total, out=np.zeros_like(pull), where=total > 0.0)
        result[own] = volatility[own] - move * apart
    return result


def _buckets(universe: BoolArray, sizes: FloatArray, count: int) -> IntArray:
    """Buckets of as equal numbers as can be, by size; no more than there are pairs of assets."""
    inside = np.flatnonzero(universe)
    count = max(1, min(count, inside.size // 2))
    result = np.full(universe.size, -1, dtype=np.int64)
    ranked = inside[np.argsort(sizes[inside], kind="stable")]
    result[ranked] = np.arange(inside.size) * count // max(inside.size, 1)
    return result
