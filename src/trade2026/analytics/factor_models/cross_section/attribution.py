"""What weights earned, split exactly in each period into factors, specific returns and what is left out."""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.cross_section.model import FactorModel
from trade2026.analytics.matrices import check_weights
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Attribution:
    """Parts of what weights earned beyond a benchmark; in each period they sum to it.

    Attributes
    ----------
    exposures : float64, shape (M, K)
        Of the weights less the benchmark's, at the beginning of each period.
    factor : float64, shape (M, K)
        Exposure times factor return, as fractions of capital.
    specific : float64, shape (M,)
        Weights times specific returns.
    outside : float64, shape (M,)
        Returns of assets that the model left out of the period.
    portfolio, benchmark : float64, shape (M,)
        What each earned; without a benchmark zero.
    """

    exposures: FloatArray
    factor: FloatArray
    specific: FloatArray
    outside: FloatArray
    portfolio: FloatArray
    benchmark: FloatArray

    @property
    def active(self) -> FloatArray:
        """What was earned beyond the benchmark, shape (M,)."""
        return np.asarray(self.portfolio - self.benchmark)

    @property
    def parts(self) -> FloatArray:
        """Factors, then specific, then outside, shape (M, K + 2)."""
        return np.column_stack((self.factor, self.specific, self.outside))


def attribute(model: FactorModel, weights: FloatArray, benchmark: FloatArray | None) -> Attribution:
    """Split the returns of weights that are restored at the beginning of each period.

    Parameters
    ----------
    model : FactorModel
    weights : float64, shape (N,)
        Shares of capital.
    benchmark : float64, shape (M + 1, N), optional
        Its weights at the beginning of each period, such as `Exposures.centre`; none for zero.
    """
    check_weights("weights", weights, len(model.market.assets))
    returns = model.returns
    bench = np.zeros_like(returns) if benchmark is None else benchmark[: returns.shape[0]]
    active = weights - bench
    inside = model.universe[:-1]
    covered = np.where(inside, active, 0.0)
    exposures = np.einsum("tn,tnk->tk", covered, model.exposures.values[:-1])
    specific = np.where(inside, model.sections.specific, 0.0)
    return Attribution(
        exposures=exposures,
        factor=exposures * model.sections.returns,
        specific=(covered * specific).sum(axis=1),
        outside=np.where(inside, 0.0, active * returns).sum(axis=1),
        portfolio=returns @ weights,
        benchmark=(bench * returns).sum(axis=1),
    )


def linked(parts: FloatArray, portfolio: FloatArray, benchmark: FloatArray) -> FloatArray:
    """Sums over all periods that add up to the difference of the compounded returns, shape (P,).

    Each period's parts are scaled by k_t / k, with k = (log(1 + R) - log(1 + B)) / (R - B) of the period and
    of the whole, the limit where both are equal. Carino (1999), "Combining attribution effects over time",
    J. Performance Measurement 3.

    Parameters
    ----------
    parts : float64, shape (M, P)
        Summing in each period to `portfolio` - `benchmark`.
    portfolio, benchmark : float64, shape (M,)
        Simple returns, as fractions, above -1.

    Raises
    ------
    InputError
        A period in which everything was lost.
    """
    for name, returns in (("weights", portfolio), ("benchmark", benchmark)):
        if float(returns.min()) <= -1.0:
            raise InputError(
                f"{name} must not lose everything in a period, lost {-float(returns.min()):g} of it; take "
                "smaller weights"
            )
    whole = float(np.log1p(portfolio).sum()), float(np.log1p(benchmark).sum())
    total = _slope(np.array([np.expm1(whole[0])]), np.array([np.expm1(whole[1])]))[0]
    return np.asarray((_slope(portfolio, benchmark) / total) @ parts)


def _slope(first: FloatArray, second: FloatArray) -> FloatArray:
    """Slope of log(1 + x) between two returns; its derivative where they are equal to rounding."""
    apart = first - second
    middle = 1.0 / (1.0 + 0.5 * (first + second))
    is_near = np.abs(apart) * middle < 1e-6
    safe = np.where(is_near, 1.0, apart)
    return np.where(is_near, middle, (np.log1p(first) - np.log1p(second)) / safe)
