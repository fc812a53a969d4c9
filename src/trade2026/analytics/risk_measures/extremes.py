"""Value at risk and expected shortfall from the tail alone: peaks over a threshold.

Losses beyond a high threshold u follow, nearly whatever the distribution, a generalised Pareto
law (Pickands 1975, Balkema and de Haan 1974): P(L - u > y | L > u) = (1 + shape y / scale)^(-1 /
shape). Fitted to the k largest of n losses by maximum likelihood it reaches beyond the sample (McNeil,
Frey and Embrechts 2015, Quantitative Risk Management, 5.2):

    VaR = u + scale / shape ((n tail / k)^-shape - 1)
    ES  = (VaR + scale - shape u) / (1 - shape),    shape < 1

The likelihood has one dimension (Grimshaw 1993, Technometrics 35, 185-191): for theta = shape / scale
the best shape is the mean of ln(1 + theta y). Shapes below -0.5, where maximum likelihood fails (Smith
1985), are not looked for.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined, check_not_negative
from trade2026.analytics.risk_measures.dispersion import check_returns
from trade2026.analytics.risk_measures.tail import check_tail, tail_size
from trade2026.primitives.errors import InputError

PEAKS_MIN: Final = 20
SHAPE_MIN: Final = -0.5
_EXPONENTIAL: Final = 1e-9
"""Below this |theta| times the mean excess the law is exponential to double precision."""
_TRIED: Final = 200
_NOT_LOOKED_FOR: Final = 1e6
"""Loss where no fit is looked for: above any other, and finite, so that the search can reckon with it."""
_FLAT: Final = 1e-6
"""Below this |theta| times the mean excess derivatives drown in rounding."""
_NEWTON: Final = 4
_NEAR: Final = 1e-3
"""Largest Newton step, relatively, that still polishes the same maximum."""
_STATIONARY: Final = 1e-6
"""A score below this is zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoTail:
    """A generalised Pareto law fitted to losses beyond a threshold.

    Attributes
    ----------
    shape : float
        Of the tail: above zero heavy, 1 / shape moments exist; zero exponential; below zero bounded.
    scale : float
        Fraction per period, positive.
    threshold : float
        The loss u, a fraction per period.
    peaks : int
        Losses beyond it.
    n : int
        All periods.
    shape_error : float
        Standard error (1 + shape) / sqrt(peaks), asymptotic.
    """

    shape: float
    scale: float
    threshold: float
    peaks: int
    n: int
    shape_error: float

    def value_at_risk(self, tail: float) -> float:
        """Loss that the share `tail` of periods exceeds; InputError for one that is not in (0, peaks / n]."""
        check_tail(tail)
        beyond = tail * self.n / self.peaks
        if beyond > 1.0 + 1e-12:
            raise InputError(
                f"tail must be at most {self.peaks / self.n:.4g}, the share beyond the threshold, was "
                f"{tail}; lower the threshold"
            )
        return self.threshold + self.scale * _power(-math.log(min(beyond, 1.0)), self.shape)

    def expected_shortfall(self, tail: float) -> Statistic:
        """Mean of the losses beyond `value_at_risk`; Undefined for a shape of 1 or more."""
        quantile = self.value_at_risk(tail)
        if self.shape >= 1.0:
            return Undefined(f"the mean of the tail is infinite for a shape of {self.shape:.3g}")
        return (quantile + self.scale - self.shape * self.threshold) / (1.0 - self.shape)


def fit_tail(returns: FloatArray, *, threshold_share: float = 0.1) -> ParetoTail | Undefined:
    """The generalised Pareto law of the worst losses.

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions. Their dependence is not looked at.
    threshold_share : float
        Share of periods beyond the threshold, in (0, 1): u is the historical value at risk there.

    Returns
    -------
    ParetoTail or Undefined
        Undefined below 20 losses beyond the threshold, or when these are all equal.

    Raises
    ------
    InputError
        No return, one that is not finite, or a share outside (0, 1).
    """
    check_returns(returns)
    _, whole = tail_size(returns.size, threshold_share)
    threshold = -float(np.partition(returns, whole)[whole])
    losses = -returns
    excesses = losses[losses > threshold] - threshold
    if excesses.size < PEAKS_MIN:
        return Undefined(f"needs at least {PEAKS_MIN} losses beyond the threshold, had {excesses.size}")
    if float(np.ptp(excesses)) <= 0.0:
        return Undefined("the losses beyond the threshold are all equal")
    shape, scale = fit_pareto(excesses)
    return ParetoTail(
        shape=shape,
        scale=scale,
        threshold=threshold,
        peaks=int(excesses.size),
        n=int(returns.size),
        shape_error=(1.0 + shape) / math.sqrt(excesses.size),
    )


def fit_pareto(excesses: FloatArray) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto law by maximum likelihood, the shape at least -0.5.

    Parameters
    ----------
    excesses : float64, shape (k,)
        Not negative, not all zero.

    Raises
    ------
    InputError
        An excess that is negative or not finite, or none above zero.
    """
    from scipy.optimize import minimize_scalar

    check_not_negative("excesses", excesses)
    mean = float(excesses.mean()) if excesses.size else 0.0
    if not mean > 0.0:
        raise InputError(f"excesses must not all be zero, had {excesses.size}; lower the threshold")
    y = excesses / mean  # The answer in units of the mean does not depend on the scale.
    lowest = -1.0 / float(y.max())
    tried = np.concatenate(
        (lowest * (1.0 - np.geomspace(1e-9, 1.0, _TRIED)), [0.0], np.geomspace(1e-6, 1e4, _TRIED))
    )
    tried.sort()
    losses = np.array([_loss(float(theta), y) for theta in tried])
    best = int(np.argmin(losses))
    around = (float(tried[max(best - 1, 0)]), float(tried[min(best + 1, tried.size - 1)]))
    found = minimize_scalar(
        lambda theta: _loss(theta, y), bounds=around, method="bounded", options={"xatol": 1e-12}
    )
    theta = float(found.x) if float(found.fun) < losses[best] else float(tried[best])
    shape, scale = _pareto(_polished(theta, y), y)
    return shape, scale * mean


def evt_value_at_risk(returns: FloatArray, *, tail: float, threshold_share: float = 0.1) -> Statistic:
    """`ParetoTail.value_at_risk` of `fit_tail`.

    Loss per period, positive when money is lost. Undefined as in `fit_tail`; InputError also for a tail above
    the share beyond the threshold.
    """
    check_tail(tail)
    fitted = fit_tail(returns, threshold_share=threshold_share)
    return fitted if isinstance(fitted, Undefined) else fitted.value_at_risk(tail)


def evt_expected_shortfall(returns: FloatArray, *, tail: float, threshold_share: float = 0.1) -> Statistic:
    """`ParetoTail.expected_shortfall` of `fit_tail`; as `evt_value_at_risk`."""
    check_tail(tail)
    fitted = fit_tail(returns, threshold_share=threshold_share)
    return fitted if isinstance(fitted, Undefined) else fitted.expected_shortfall(tail)


def evt_value_at_risk_gradient(
    returns: FloatArray, *, tail: float, threshold_share: float = 0.1
) -> FloatArray | Undefined:
    """Derivative of `evt_value_at_risk` by each return, through threshold, shape and scale.

    Undefined as the measure, and where the fit has no derivative: a shape at its bound, or so near to zero
    that the law is exponential to rounding.
    """
    return _gradient(returns, tail, threshold_share, is_shortfall=False)


def evt_expected_shortfall_gradient(
    returns: FloatArray, *, tail: float, threshold_share: float = 0.1
) -> FloatArray | Undefined:
    """Derivative of `evt_expected_shortfall` by each return; as `evt_value_at_risk_gradient`."""
    return _gradient(returns, tail, threshold_share, is_shortfall=True)


def _gradient(
    returns: FloatArray, tail: float, threshold_share: float, *, is_shortfall: bool
) -> FloatArray | Undefined:
    """By the chain rule: a return moves its excess, and the one on the threshold all excesses."""
    check_tail(tail)
    fitted = fit_tail(returns, threshold_share=threshold_share)
    if isinstance(fitted, Undefined):
        return fitted
    total = fitted.expected_shortfall(tail) if is_shortfall else fitted.value_at_risk(tail)
    if isinstance(total, Undefined):
        return total
    losses = -returns
    is_peak = losses > fitted.threshold
    moved = fit_derivatives(losses[is_peak] - fitted.threshold, fitted.shape, fitted.scale)
    if isinstance(moved, Undefined):
        return moved
    by_shape, by_scale = moved
    log_odds = -math.log(tail * fitted.n / fitted.peaks)
    reach = _power(log_odds, fitted.shape)
    growth = (log_odds * math.exp(fitted.shape * log_odds) - reach) / fitted.shape
    by_excess = reach * by_scale + fitted.scale * growth * by_shape
    if is_shortfall:
        by_excess = (by_excess + by_scale + (total - fitted.threshold) * by_shape) / (1.0 - fitted.shape)
    gradient = np.zeros(returns.size)
    gradient[is_peak] = -by_excess
    _, whole = tail_size(returns.size, threshold_share)
    gradient[np.argsort(returns, kind="stable")[whole]] -= 1.0 - float(by_excess.sum())
    return gradient


def fit_derivatives(
    excesses: FloatArray, shape: float, scale: float
) -> tuple[FloatArray, FloatArray] | Undefined:
    """Derivatives of the shape and the scale of `fit_pareto` by each excess, where it has them."""
    mean = float(excesses.mean())
    y, theta = excesses / mean, shape / scale * mean
    if abs(theta) < _FLAT:
        return Undefined("the fitted tail is exponential to rounding")
    slope, curvature = _score(theta, y)
    if abs(slope) > _STATIONARY or not curvature < 0.0:
        return Undefined("the fitted shape is at its bound")
    k, s = y.size, 1.0 + theta * y
    by_theta = float((y / s).mean())
    shape_by_y = theta / (k * s)
    slope_by_y = by_theta / shape**2 * shape_by_y - (1.0 / shape + 1.0) / (k * s**2)
    theta_by_y = -slope_by_y / curvature
    shape_by_y = shape_by_y + by_theta * theta_by_y
    scale_by_y = (shape_by_y - shape / theta * theta_by_y) / theta
    # The mean excess is a unit and held: in any unit the fit is the same, and only the scale is in it.
    return shape_by_y / mean, scale_by_y


def _score(theta: float, y: FloatArray) -> tuple[float, float]:
    """First and second derivative of the mean log likelihood by theta, at the best shape for it."""
    s = 1.0 + theta * y
    shape = float(np.log(s).mean())
    first, second = float((y / s).mean()), -float((y**2 / s**2).mean())
    slope = 1.0 / theta - first / shape - first
    return slope, -1.0 / theta**2 - second / shape + (first / shape) ** 2 - second


def _polished(theta: float, y: FloatArray) -> float:
    """The root of the score next to a maximum found to half of the digits; theta itself at a bound."""
    found = theta
    for _ in range(_NEWTON):
        if abs(found) < _FLAT:
            return theta
        slope, curvature = _score(found, y)
        if not curvature < 0.0 or abs(slope / curvature) > _NEAR * abs(theta):
            return theta
        found -= slope / curvature
        if found * float(y.max()) <= -1.0:
            return theta
    return found if _loss(found, y) < _NOT_LOOKED_FOR else theta


def _pareto(theta: float, y: FloatArray) -> tuple[float, float]:
    """Shape and scale at theta = shape / scale, for excesses of mean one."""
    if abs(theta) < _EXPONENTIAL:
        return 0.0, 1.0
    shape = float(np.log1p(theta * y).mean())
    return shape, shape / theta


def _loss(theta: float, y: FloatArray) -> float:
    """Minus the mean log likelihood at the best shape for theta; huge where that is not looked for."""
    if theta * float(y.max()) <= -1.0:
        return _NOT_LOOKED_FOR
    shape, scale = _pareto(theta, y)
    if shape < SHAPE_MIN or scale <= 0.0:
        return _NOT_LOOKED_FOR
    return math.log(scale) + shape + 1.0 if shape != 0.0 else 1.0


def _power(log_odds: float, shape: float) -> float:
    """(exp(shape x log_odds) - 1) / shape, and its limit at a shape of zero."""
    return log_odds if abs(shape) < 1e-12 else math.expm1(shape * log_odds) / shape
