"""Mean and variance when the means are not known: the best of the worst in an ellipsoid around them.

Means lie in (m - mean)' E^-1 (m - mean) <= radius^2, E the covariance of the estimated means. The worst of
them for weights w earns mean'w - radius sqrt(w'Ew), so the robust utility is

    mean'w - radius sqrt(w'Ew) - (a / 2) w'Sw,

a second-order cone program (Goldfarb and Iyengar 2003, Mathematics of Operations Research 28, 1-38; Ceria and
Stubbs 2006, J. Asset Management 7, 109-127). A radius of zero is `maximum_utility`.
"""

import math

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import vector
from trade2026.analytics.optimization.limits import Limits, root_of
from trade2026.analytics.optimization.objective import tidy
from trade2026.analytics.optimization.result import Portfolio
from trade2026.primitives.errors import InputError


def radius_of(confidence: float, assets: int) -> float:
    """The radius within which the means lie with this probability, if their errors are normal.

    The root of the chi-square quantile with a degree of freedom for each asset: all means at once, which is
    careful; InputError unless the confidence is in [0, 1).
    """
    from scipy.special import gammaincinv

    if not 0.0 <= confidence < 1.0:
        raise InputError(f"confidence must be from 0 to below 1, was {confidence}; 0.9 is usual")
    return math.sqrt(2.0 * float(gammaincinv(0.5 * assets, confidence)))


def robust_utility(
    mean: FloatArray, covariance: FloatArray, limits: Limits, *, mean_covariance: FloatArray, radius: float,
    risk_aversion: float,
) -> Portfolio:  # fmt: skip
    """The weights with the largest robust utility; see the module.

    Parameters
    ----------
    mean : float64, shape (n,)
        Estimated return per period.
    covariance : float64, shape (n, n)
        Of returns per period.
    limits : Limits
        Without choices.
    mean_covariance : float64, shape (n, n)
        Of the errors of the means; the covariance over the number of periods for sample means.
    radius : float
        At least zero; see `radius_of`.
    risk_aversion : float
        Above zero.

    Returns
    -------
    Portfolio
        Measures: return, worst_return (the least in the ellipsoid), risk, utility, gap.
    """
    n = limits.size
    vector("mean", mean, size=n)
    checked("covariance", covariance, size=n)
    checked("mean_covariance", mean_covariance, size=n)
    if not (math.isfinite(radius) and radius >= 0.0):
        raise InputError(f"radius must be finite and at least zero, was {radius}")
    if not (math.isfinite(risk_aversion) and risk_aversion > 0.0):
        raise InputError(f"risk_aversion must be finite and above zero, was {risk_aversion}")
    if limits.choices:
        raise InputError(
            "a robust utility takes no number of assets, least positions or least trades; leave those out"
        )
    unit = math.sqrt(float(np.diagonal(covariance).mean()))
    model, w = limits.model(), slice(0, n)
    model.curve(w, risk_aversion / unit * covariance)
    model.cost(w, -mean / unit)
    if radius > 0.0:
        doubt = model.add(1, lower=0.0)
        root = root_of(mean_covariance) * (radius / unit)
        model.require_norm([(w, root)], np.zeros(root.shape[0]), (doubt, np.ones(1)), "doubt")
        model.cost(doubt, 1.0)
    values = model.solve()
    weights = tidy(values.x[w], limits)
    earned, variance = float(mean @ weights), float(weights @ covariance @ weights)
    lost = radius * math.sqrt(max(float(weights @ mean_covariance @ weights), 0.0))
    measures = {
        "return": earned,
        "worst_return": earned - lost,
        "risk": math.sqrt(max(variance, 0.0)),
        "utility": earned - lost - 0.5 * risk_aversion * variance,
        "gap": values.gap * unit,
    }
    known = {name: each for name, each in values.multipliers.items() if name != "doubt"}
    return Portfolio(weights, measures, limits.violation(weights), multipliers=known).told(
        values.told, is_proven=True
    )
